"""What can be done with days on which a representative is away."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb

from .models import Absence, Representative


@verb
def add_absence(absence: Absence, *, by: User) -> Absence:
    """Keep an absence; the same one sent twice is kept once, for the person's row is locked meanwhile."""
    Representative.objects.select_for_update(no_key=True).get(pk=absence.representative_id)
    same = {"representative": absence.representative_id, "from_on": absence.from_on, "to_on": absence.to_on}
    if earlier := Absence.objects.filter(**same).first():
        return earlier
    absence.created_by = by
    absence.full_clean()
    absence.save()
    return absence


@verb
def end_absence(absence: Absence, *, to_on: date, by: User) -> Absence:
    """Let an absence end earlier than it was entered. Days that are over stay as they were."""
    absence = Absence.objects.select_for_update().get(pk=absence.pk)
    if absence.to_on < timezone.localdate():
        raise NotAllowed(_("这次请假已经结束"))
    if not absence.from_on <= to_on <= absence.to_on:
        raise NotAllowed(_("最后一天应在这次请假的日期之内"))
    absence.to_on = to_on
    absence.save(update_fields=["to_on"])
    return absence


@verb
def take_back_absence(absence: Absence, *, by: User) -> None:
    """Take back an absence that has not begun; its history stays."""
    absence = Absence.objects.select_for_update().get(pk=absence.pk)
    if absence.from_on < timezone.localdate():
        raise NotAllowed(_("请假已经开始，请改最后一天"))
    absence.delete()
