"""Suggestions in views, the next deadline first; and the yearly report of how departments handled them."""

from collections import Counter
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.accounts.scoping import may

from .choices import (
    REFERRAL_GIVEN_UP,
    SUGGESTION_FACES,
    SUGGESTION_OPEN,
    AnswerOutcome,
    DueEnd,
    DueKind,
    Part,
    ReferralState,
    Satisfaction,
    SuggestionState,
)
from .models import DueDate, Referral, Suggestion, SuggestionSigner
from .models.matter import FAR
from .standing import soon_until, standing_on

BY_DEADLINE, NEWEST = ("next_due_on", "id"), ("-created_at", "-id")
REPORT_MONTH, REPORT_DAY = 8, 31  # 河南省人大代表建议办理规定: departments report by then
MOST_ON_DESK = 6

VIEWS = {
    "": (_("办理中"), lambda today: Q(state__in=SUGGESTION_OPEN)),
    "review": (_("待审核和交办"), lambda today: Q(state__in=[SuggestionState.SUBMITTED, SuggestionState.APPROVED])),
    "overdue": (_("已逾期"), lambda today: Q(state__in=SUGGESTION_OPEN, next_due_on__lt=today)),
    "answered": (_("待代表提意见"), lambda today: Q(state=SuggestionState.ANSWERED)),
    "priority": (_("重点督办"), lambda today: Q(is_priority=True)),
    "draft": (_("草稿"), lambda today: Q(state=SuggestionState.DRAFT)),
    "all": (_("全部"), lambda today: Q()),
}


def order_of(view: str) -> tuple[str, str]:
    return BY_DEADLINE if view in ("", "review", "overdue", "answered") else NEWEST


def marked(rows: list[Suggestion], today: date) -> list[Suggestion]:
    """Each with the face of its state, and how its nearest date stands."""
    soon = soon_until(today)
    for row in rows:
        row.face = SUGGESTION_FACES[row.state]
        row.standing = standing_on(row.next_due_on, today, soon) if row.next_due_on < FAR else None
    return rows


def waiting_for(user: User) -> list[tuple[Suggestion, str]]:
    """What waits for `user`, with what is asked: to sign, to say what they think, to review."""
    found = []
    if may(user, "sign", SuggestionSigner):
        own = SuggestionSigner.objects.for_user(user, "sign").select_related("suggestion").order_by("suggestion")
        to_sign = own.filter(suggestion__state=SuggestionState.SIGNING, confirmed_at=None, declined_at=None)
        to_judge = own.filter(suggestion__state=SuggestionState.ANSWERED, answered_at__isnull=False, view="")
        found += [(signer.suggestion, _("请确认是否联名")) for signer in to_sign[:MOST_ON_DESK]]
        found += [(signer.suggestion, _("请对答复提出意见")) for signer in to_judge[:MOST_ON_DESK]]
    if may(user, "review", Suggestion):
        rows = Suggestion.objects.for_user(user, "review").order_by(*BY_DEADLINE)
        found += [(row, _("待审核")) for row in rows.filter(state=SuggestionState.SUBMITTED)[:MOST_ON_DESK]]
        found += [(row, _("待交办")) for row in rows.filter(state=SuggestionState.APPROVED)[:MOST_ON_DESK]]
    return found[:MOST_ON_DESK]


class Reported(NamedTuple):
    """How one department handled what it led in a year. `views` are of the signers, `outcomes` of its answers."""

    name: str
    led: int
    answered: int
    due: int
    on_time: int
    outcomes: list[int]
    views: list[int]
    assisted: int


def report(user: User, year: int, today: date) -> tuple[list[Reported], Reported]:
    """By department, of the suggestions numbered in `year` that `user` reaches; and all together."""
    suggestions = Suggestion.objects.for_user(user).filter(year=year).exclude(state=SuggestionState.MERGED)
    rows = Referral.objects.for_user(user).filter(suggestion__in=suggestions.values("pk"), round=1)
    rows = list(rows.exclude(state__in=REFERRAL_GIVEN_UP).select_related("department", "suggestion").order_by("pk"))
    dues = {due.referral_id: due for due in DueDate.objects.filter(referral__in=[row.pk for row in rows],
                                                                   kind=DueKind.HANDLE)}  # fmt: skip
    views = Counter(
        SuggestionSigner.objects.filter(suggestion__in=suggestions.values("pk"))
        .exclude(view="").values_list("suggestion", "view")
    )  # fmt: skip
    by_department: dict = {}
    for row in rows:
        by_department.setdefault((row.department.name, row.department_id), []).append(row)
    lines = [_reported(name, mine, dues, views, today) for (name, _pk), mine in sorted(by_department.items())]
    return lines, _together(lines)


def _reported(name: str, rows: list[Referral], dues: dict, views: Counter, today: date) -> Reported:
    led = [row for row in rows if row.part == Part.LEAD]
    dated = [dues[row.pk] for row in led if row.pk in dues]
    ended = [due for due in dated if due.ended_as == DueEnd.KEPT]
    late = [due for due in dated if due.is_overdue(today)]
    keys = {row.suggestion_id for row in led}
    return Reported(
        name=name,
        led=len(led),
        answered=sum(row.state == ReferralState.ANSWERED for row in led),
        due=len(ended) + len(late),
        on_time=sum(due.due_on is None or due.ended_on <= due.due_on for due in ended),
        outcomes=[sum(row.suggestion.outcome == outcome for row in led) for outcome in AnswerOutcome],
        views=[sum(n for (pk, value), n in views.items() if pk in keys and value == one) for one in Satisfaction],
        assisted=len(rows) - len(led),
    )


def _together(lines: list[Reported]) -> Reported:
    def added(name: str) -> int:
        return sum(getattr(line, name) for line in lines)

    return Reported(
        name=str(_("合计")), led=added("led"), answered=added("answered"), due=added("due"), on_time=added("on_time"),
        outcomes=[sum(line.outcomes[n] for line in lines) for n in range(len(AnswerOutcome))],
        views=[sum(line.views[n] for line in lines) for n in range(len(Satisfaction))], assisted=added("assisted"),
    )  # fmt: skip
