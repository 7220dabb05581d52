"""Suggestions in views, the next deadline first; and the yearly report of how departments handled them."""

from datetime import date
from typing import NamedTuple

from django.db.models import Count, F, Q
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
    """By department, of the suggestions numbered in `year` that `user` reaches; and all together. Three queries."""
    suggestions = Suggestion.objects.for_user(user).filter(year=year).exclude(state=SuggestionState.MERGED)
    rows = Referral.objects.for_user(user).filter(suggestion__in=suggestions.values("pk"), round=1)
    rows = rows.exclude(state__in=REFERRAL_GIVEN_UP).order_by()
    led, kept = Q(part=Part.LEAD), Q(ended_as=DueEnd.KEPT)
    outcomes = {f"o_{one}": Count("pk", filter=led & Q(suggestion__outcome=one)) for one in AnswerOutcome.values}
    counts = rows.values("department", "department__name").annotate(
        led=Count("pk", filter=led), assisted=Count("pk", filter=~led),
        answered=Count("pk", filter=led & Q(state=ReferralState.ANSWERED)), **outcomes,
    )  # fmt: skip
    leads = rows.filter(led)
    dated = DueDate.objects.filter(referral__in=leads.values("pk"), kind=DueKind.HANDLE).order_by()
    dated = dated.values("referral__department").annotate(
        due=Count("pk", filter=kept | Q(ended_on=None, due_on__lt=today)),
        on_time=Count("pk", filter=kept & Q(ended_on__lte=F("due_on"))),
    )
    dates = {row["referral__department"]: (row["due"], row["on_time"]) for row in dated}
    said = SuggestionSigner.objects.filter(suggestion__referrals__in=leads.values("pk")).exclude(view="").order_by()
    said = said.values_list("suggestion__referrals__department", "view").annotate(n=Count("pk"))
    views = {(department, view): n for department, view, n in said}
    lines = [
        Reported(
            row["department__name"], row["led"], row["answered"], *dates.get(row["department"], (0, 0)),
            [row[f"o_{one}"] for one in AnswerOutcome.values],
            [views.get((row["department"], one), 0) for one in Satisfaction.values], row["assisted"],
        )
        for row in counts.order_by("department__name", "department")
    ]  # fmt: skip
    return lines, _together(lines)


def _together(lines: list[Reported]) -> Reported:
    def added(name: str) -> int:
        return sum(getattr(line, name) for line in lines)

    return Reported(
        name=str(_("合计")), led=added("led"), answered=added("answered"), due=added("due"), on_time=added("on_time"),
        outcomes=[sum(line.outcomes[n] for line in lines) for n in range(len(AnswerOutcome))],
        views=[sum(line.views[n] for line in lines) for n in range(len(Satisfaction))], assisted=added("assisted"),
    )  # fmt: skip
