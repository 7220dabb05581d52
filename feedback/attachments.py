"""Files that come with an opinion or an answer: pictures are drawn anew, a PDF that does anything is refused."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.documents import accepted
from liaison.common.fields import random_id
from liaison.common.personal import without
from liaison.common.pictures import redraw

from .choices import MOST_ATTACHMENTS
from .models import Attachment, Opinion, OpinionStep

LONGEST_NAME = 120


class Prepared(NamedTuple):
    """A file looked through and safe to keep; `thumbnail` is None for a document."""

    name: str
    file: ContentFile
    thumbnail: ContentFile | None


def prepared(files: Sequence[File], most: int = MOST_ATTACHMENTS) -> list[Prepared]:
    """Each of `files` as it may be kept. Raises ValidationError with a line for each that may not be."""
    if len(files) > most:
        raise ValidationError(_("最多 %(n)s 个附件") % {"n": most})
    found, errors = [], []
    for file in files:
        try:
            found.append(_prepared(file))
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    return found


def _prepared(file: File) -> Prepared:
    name = without(PurePath(file.name).name)[:LONGEST_NAME]
    file.seek(0)
    if file.read(5) == b"%PDF-" or name.lower().endswith(".pdf"):
        return Prepared(name, accepted(file), None)
    file.seek(0)
    picture = redraw(file)
    return Prepared(name, picture.image, picture.thumbnail)


def attach(opinion: Opinion, given: Prepared, *, step: OpinionStep | None = None, by: User | None) -> Attachment:
    """Keep a prepared file under a random name, outside of anything that a web server hands out by itself."""
    is_picture = given.thumbnail is not None
    row = Attachment(
        opinion=opinion, step=step, name=given.name, is_picture=is_picture, size=given.file.size, added_by=by
    )
    row.file.save(f"{random_id(16)}.{'jpg' if is_picture else 'pdf'}", given.file, save=False)
    if is_picture:
        row.thumbnail.save(f"{random_id(16)}.jpg", given.thumbnail, save=False)
    row.save()
    return row
