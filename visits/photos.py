"""Photos of a visit, and of its notice where it hangs: redrawn on arrival, a few of each kind, under random names."""

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.fields import random_id
from liaison.common.pictures import redraw

from .choices import MOST_PHOTOS, MOST_POSTER_PHOTOS, PhotoKind
from .models import Photo, Visit

MOST = {PhotoKind.SCENE: MOST_PHOTOS, PhotoKind.POSTER: MOST_POSTER_PHOTOS}


def add_photo(visit: Visit, *, file: File, kind: str = PhotoKind.SCENE, by: User) -> Photo:
    """Keep one photo with its thumbnail. Refuses what is no picture, and one too many of its kind."""
    _free_position(visit, kind)  # a tenth is refused before it costs anything
    # Drawn before the row is locked: it takes long, and a second upload need not wait for it.
    picture = redraw(file)
    return _place(visit, kind, picture, by)


def _free_position(visit: Visit, kind: str) -> int:
    taken = set(visit.photos.filter(kind=kind).values_list("position", flat=True))
    for position in range(1, MOST[kind] + 1):
        if position not in taken:
            return position
    raise NotAllowed(_("最多 %(n)s 张照片，请先删去一张") % {"n": MOST[kind]}, code="full")


@verb
def _place(visit: Visit, kind: str, picture, by: User) -> Photo:
    visit = _open_visit(visit, kind)
    photo = Photo(visit=visit, kind=kind, position=_free_position(visit, kind), added_by=by)
    photo.image.save(f"{random_id(16)}.jpg", picture.image, save=False)
    photo.thumbnail.save(f"{random_id(16)}.jpg", picture.thumbnail, save=False)
    photo.save()
    return photo


@verb
def delete_photo(photo: Photo, *, by: User) -> None:
    """Take a photo away before the visit is logged; its files go once that is certain."""
    _open_visit(photo.visit, photo.kind)
    files = [photo.image, photo.thumbnail]
    photo.delete()
    transaction.on_commit(lambda: [file.storage.delete(file.name) for file in files])


def _open_visit(visit: Visit, kind: str) -> Visit:
    """The visit, locked, while photos of `kind` still can come and go: those of a logged visit are history."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if kind == PhotoKind.POSTER and not visit.can_pin:
        raise NotAllowed(_("张贴照片在公布以后、登记以前增删"))
    if kind == PhotoKind.SCENE and not visit.can_log(timezone.now()):
        raise NotAllowed(_("照片在进站开始以后、登记以前增删"))
    return visit
