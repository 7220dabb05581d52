"""How well opinions and suggestions are handled, in figures for everybody: each with its numerator and denominator.

Nothing is typed: all of it is counted from what was recorded, of what came in a calendar year and in one place. What
was no opinion at all (waiting for a look, or put aside) is not counted.
"""

from datetime import date, datetime, time
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from .choices import (
    REFERRAL_GIVEN_UP,
    DueEnd,
    DueKind,
    Part,
    Party,
    ReferralState,
    Satisfaction,
    Source,
    State,
    Step,
    SuggestionState,
)
from .models import DueDate, Opinion, OpinionStep, Rating, Referral, Suggestion

NOT_COUNTED = ("", State.SUSPECT, State.DISCARDED)
NOT_TO_HANDLE = (State.REFUSED, State.MERGED, State.WITHDRAWN)
NO_SUGGESTION = ("", SuggestionState.DRAFT, SuggestionState.SIGNING, SuggestionState.WITHDRAWN, SuggestionState.MERGED)


class Figure(NamedTuple):
    """`part` of `whole`, and what that is; `more` says what it is made of."""

    label: str
    part: int
    whole: int
    what: str
    more: str = ""

    @property
    def percent(self) -> int | None:
        """None where there is nothing to be a part of. Never 100 nor 0 by rounding alone."""
        if not self.whole:
            return None
        percent = round(100 * self.part / self.whole)
        return min(max(percent, 1 if self.part else 0), 100 if self.part == self.whole else 99)


class Figures(NamedTuple):
    received: int
    sources: list[tuple[str, int]]
    opinions: list[Figure]
    ratings: list[Figure]
    suggestions: list[Figure]


def opinions_of(year: int, place: str) -> QuerySet[Opinion]:
    """What came in `year` (by local days) at stations under `place`, a division's code; empty is everywhere."""
    rows = Opinion.objects.filter(created_at__gte=_start(year), created_at__lt=_start(year + 1))
    return rows.exclude(state__in=NOT_COUNTED).filter(Opinion.objects.under(place))


def suggestions_of(year: int, place: str) -> QuerySet[Suggestion]:
    rows = Suggestion.objects.filter(created_at__gte=_start(year), created_at__lt=_start(year + 1))
    return rows.exclude(state__in=NO_SUGGESTION).filter(Suggestion.objects.under(place))


def figures(year: int, place: str, today: date) -> Figures:
    opinions = opinions_of(year, place)
    by_state = dict(opinions.order_by().values_list("state").annotate(n=Count("pk")))
    by_source = dict(opinions.order_by().values_list("source").annotate(n=Count("pk")))
    received = sum(by_state.values())
    return Figures(
        received,
        [(str(label), by_source[source]) for source, label in Source.choices if by_source.get(source)],
        _of_opinions(opinions, by_state, received, today),
        _of_ratings(opinions),
        _of_suggestions(suggestions_of(year, place), today),
    )


def _of_opinions(opinions: QuerySet, by_state: dict, received: int, today: date) -> list[Figure]:
    to_handle = received - sum(by_state.get(state, 0) for state in NOT_TO_HANDLE)
    on_spot = OpinionStep.objects.filter(opinion=OuterRef("pk"), kind=Step.RESOLVED)
    resolved = opinions.exclude(state__in=NOT_TO_HANDLE).filter(Exists(on_spot)).count()
    dues = DueDate.objects.filter(opinion__in=opinions.values("pk"))
    leads = Referral.objects.filter(opinion__in=opinions.values("pk"), part=Part.LEAD)
    leads = leads.exclude(state__in=REFERRAL_GIVEN_UP)
    sent = leads.aggregate(n=Count("pk"), answered=Count("pk", filter=Q(state=ReferralState.ANSWERED)))
    return [
        Figure(_("受理"), received - by_state.get(State.SUBMITTED, 0), received,
               _("已受理、当场解决或者说明了应向哪里反映的，占收到的意见")),
        _on_time(_("按期受理"), dues.filter(kind=DueKind.ACCEPT), today,
                 _("在受理期限以内受理的，占期限已到或者已受理的")),
        Figure(_("当场解决"), resolved, to_handle, _("接待时当场解决的，占应当办理的意见")),
        _on_time(_("按期答复"), dues.filter(kind=DueKind.ANSWER, referral=None), today,
                 _("在答应群众的日期以前答复的，占期限已到或者已答复的")),
        Figure(_("转办答复"), sent["answered"], sent["n"], _("主办单位已经答复的，占转给单位办理的")),
        _on_time(_("转办按期答复"), dues.filter(kind__in=[DueKind.HANDLE, DueKind.REDO]), today,
                 _("主办单位在期限以内答复的，占期限已到或者已答复的")),
        Figure(_("办结"), by_state.get(State.CLOSED, 0), to_handle,
               _("已经办结的，占应当办理的意见（不含不予受理、并案和撤回的）")),
    ]  # fmt: skip


def _of_ratings(opinions: QuerySet) -> list[Figure]:
    rows = Rating.objects.filter(opinion__in=opinions.values("pk")).order_by().values_list("party", "value")
    counts = {(party, value): n for party, value, n in rows.annotate(n=Count("pk"))}
    found = []
    for party in Party:
        by_value = {value: counts.get((party, value), 0) for value in Satisfaction}
        more = _("满意 %(yes)s，基本满意 %(nearly)s，不满意 %(no)s") % {
            "yes": by_value[Satisfaction.SATISFIED], "nearly": by_value[Satisfaction.BASICALLY],
            "no": by_value[Satisfaction.NOT],
        }  # fmt: skip
        whole = sum(by_value.values())
        label = _("对%s答复满意") % party.label
        what = _("满意和基本满意的评价，占群众作出的评价")
        found.append(Figure(label, whole - by_value[Satisfaction.NOT], whole, what, more if whole else ""))
    return found


def _of_suggestions(suggestions: QuerySet, today: date) -> list[Figure]:
    states = dict(suggestions.order_by().values_list("state").annotate(n=Count("pk")))
    whole = sum(states.values())
    if not whole:
        return []
    answered = states.get(SuggestionState.ANSWERED, 0) + states.get(SuggestionState.CLOSED, 0)
    dues = DueDate.objects.filter(suggestion__in=suggestions.values("pk"))
    return [
        Figure(_("建议答复"), answered, whole, _("承办单位已经答复的，占代表提出的建议")),
        _on_time(_("建议按期答复"), dues.filter(kind__in=[DueKind.HANDLE, DueKind.REDO]), today,
                 _("在法定期限以内答复的，占期限已到或者已答复的")),
        Figure(_("建议办结"), states.get(SuggestionState.CLOSED, 0), whole,
               _("代表提过意见、已经办结的，占代表提出的建议")),
    ]  # fmt: skip


def _on_time(label: str, dues: QuerySet, today: date, what: str) -> Figure:
    kept = Q(ended_as=DueEnd.KEPT)
    counts = dues.aggregate(
        whole=Count("pk", filter=kept | Q(ended_on=None, due_on__lt=today)),
        part=Count("pk", filter=kept & Q(ended_on__lte=F("due_on"))),
    )
    return Figure(label, counts["part"], counts["whole"], what)


def _start(year: int) -> datetime:
    return timezone.make_aware(datetime.combine(date(year, 1, 1), time.min))
