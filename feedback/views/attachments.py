"""Files that came with an opinion, for whoever reaches it: downloads that no browser runs anything of."""

from django.http import FileResponse, Http404
from django.views.decorators.cache import cache_control

from liaison.accounts.scoping import get_for_user

from ..models import Attachment

SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


@cache_control(private=True, max_age=3600)
def attachment(request, public_id):
    row = _kept(request, public_id)
    ending = "jpg" if row.is_picture else "pdf"
    return _file(row.file, f"{row.public_id}.{ending}", "image/jpeg" if row.is_picture else "application/pdf")


@cache_control(private=True, max_age=3600)
def attachment_thumbnail(request, public_id):
    row = _kept(request, public_id)
    if not row.is_picture:
        raise Http404
    return _file(row.thumbnail, f"{row.public_id}-small.jpg", "image/jpeg")


def _kept(request, public_id) -> Attachment:
    rows = Attachment.objects.filter(erased_at=None)
    return get_for_user(rows, request.user, "view", public_id=public_id)


def _file(field, name: str, content_type: str) -> FileResponse:
    try:
        file = field.open("rb")
    except (FileNotFoundError, ValueError):
        raise Http404 from None
    return FileResponse(file, as_attachment=True, filename=name, headers=SAFE | {"Content-Type": content_type})
