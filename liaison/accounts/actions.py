from django.db.models import Model

from liaison.common.middleware import request_id

from .models import Entry, User


def log(by: User | None, action: str, about: Model | str = "", **detail) -> Entry:
    """Write one line of the audit log, with the number of the request that caused it."""
    name = about if isinstance(about, str) else f"{about._meta.label_lower}:{about.pk}"
    return Entry.objects.create(
        by=by if by and by.is_authenticated else None,
        action=action,
        about=name,
        detail=detail,
        request_id=request_id.get(),
    )
