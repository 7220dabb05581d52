"""Sending again what staff ask to be sent again: what failed, and what nobody knows the end of.

Whether it is still to be told is asked of the app that told it, which lends its letters ("letters about visits.visit"):
so the words and hours are those of now, and nobody hears of what has changed since.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.actions import log
from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.panels import borrowed

from .actions import hours_of, lock, reckoned
from .choices import Channel, State
from .house import House
from .letters import Letter
from .models import Notice, NoticeQuerySet

RESENDABLE = (State.FAILED, State.UNKNOWN)
MOST = 100  # in one go; each is reckoned by itself
RECENT = timedelta(days=14)


class Subject(NamedTuple):
    """What notices are about, as it stands now: its version, its place, and what is to be told of it."""

    version: int
    place: str
    letters: list[Letter]


class Resent(NamedTuple):
    """What became of many: how many go out again, and why the others do not, each reason with its number."""

    done: int
    refused: dict[str, int]


def subject_of(about: str) -> Subject | None:
    """What an `about` names; None where it is gone or its app tells nothing of it any more."""
    return borrowed(f"letters about {about.partition(':')[0]}", about)


def doubtful(user: User, at: datetime) -> NoticeQuerySet:
    """What somebody who may send again should look at: notices of late whose end nobody knows."""
    rows = Notice.objects.for_user(user, "resend")
    return rows.filter(state=State.UNKNOWN, due_at__gte=at - RECENT)


@verb
def resend(notice: Notice, *, by: User) -> Notice:
    """Let a notice go out once more at the next opportunity, with today's words. Writes the log.

    It is a message of its own: the provider gets another reference, so that one who drops repeats sends it all the
    same. Raises NotAllowed where it is on its way anyway, where what it tells has changed, and where its time is over.
    """
    subject = subject_of(notice.about)  # before its notices: the order in which planning locks them
    row = lock(notice.about).get(pk=notice.pk)
    if row.state not in RESENDABLE:
        raise NotAllowed(_("只有发送失败和结果不明的可以重发"))
    fields = fields_of(row, subject, timezone.now())
    was = {"state": row.state, "answer": row.answer}
    for name, value in fields.items():
        setattr(row, name, value)
    row.resends += 1
    row.save()
    log(by, "resend", row, to=row.to, channel=row.channel, **was)
    return row


def fields_of(row: Notice, subject: Subject | None, now: datetime) -> dict:
    """What a notice says and when, if it goes out now. Not in a mail of the day: somebody is waiting for it."""
    if subject is None or row.about_version != subject.version:
        raise NotAllowed(_("安排已有变动，这条提醒不再需要"))
    letters = [letter._replace(to=list(letter.to)) for letter in subject.letters if letter.kind == row.kind]
    if not any(now < letter.expires_at for letter in letters):
        raise NotAllowed(_("现在不再发这种提醒：过了时候，或者按规则停用了。请改用电话"))
    house = House()
    for letter, user, channel, fields in reckoned(letters, subject.place, house):
        if (user, channel) == (row.addressee, row.channel):
            # Planned now, whatever its promise was: how long it waits is counted from here.
            fresh = {"state": State.PLANNED, "answer": "", "attempt": 0, "retry_at": None, "carrier": None,
                     "created_at": now}  # fmt: skip
            if row.state == State.UNKNOWN:  # it may have reached somebody, whatever becomes of this one
                fresh["leased_until"] = row.leased_until or now
            return fields | hours_of(letter, channel, user, None, now, house.hours) | fresh
    if row.addressee and not any(row.addressee in letter.to for letter in letters):
        raise NotAllowed(_("此人不再需要这条提醒：已经答复，或者不在名单里了"))
    words = _("现在不用%(channel)s通知此人：渠道停用了，或者本人改了提醒方式")
    raise NotAllowed(words % {"channel": Channel(row.channel).label})


def resend_all(notices: Iterable[Notice], *, by: User) -> Resent:
    """Let many go out again, each by itself: one that is refused holds up no other."""
    done, refused = 0, {}
    for notice in notices:
        try:
            resend(notice, by=by)
            done += 1
        except ValidationError as error:
            words = " ".join(error.messages)
            refused[words] = refused.get(words, 0) + 1
    return Resent(done, refused)
