"""A plan made ready to look at: its figures, its stations, and its slots beside what stands now."""

from collections.abc import Iterable

from django.db.models import Count, Max, Min, Prefetch, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.accounts.models import Region
from representatives.models import Representative
from stations.models import Station

from ..choices import HOLDING
from ..holidays import provisional_words
from ..models import Attendance, RotaPlan, RotaSeat, RotaSlot
from .options import Options
from .sayings import conflicts_told

ALL_AT_ONCE = 60  # slots; where a plan has more, its page shows one station's
KEPT, ADDED, REMOVED = gettext_lazy("保留"), gettext_lazy("新增"), gettext_lazy("换下")
TERMS = {
    "load": (
        gettext_lazy("次数均衡"),
        gettext_lazy("每位代表全年第一次记 1，第二次记 2，依次类推；集中在少数人身上就多"),
    ),
    "theme": (gettext_lazy("主题不重复"), gettext_lazy("同一位代表、同一主题的进站两两成对")),
    "mix": (gettext_lazy("级别搭配"), gettext_lazy("本可同场而没有同场的级别数")),
    "spread": (gettext_lazy("时间分散"), gettext_lazy("同一位代表在同一季度的两次，以及挨得近的两次")),
}


def names_of_places(plans: Iterable[RotaPlan]) -> dict[str, str]:
    """Names of the divisions and stations that plans are for."""
    codes = {plan.code for plan in plans}
    names = dict(Region.objects.filter(pk__in=codes).values_list("pk", "name"))
    stations = [code for code in codes if "-" in code]
    return names | dict(Station.objects.filter(pk__in=stations).values_list("pk", "name")) if stations else names


def load_rows(loads: list, user) -> list[dict]:
    """Rows of (person, visits that stand, visits that the plan adds) with the people."""
    people = Representative.objects.for_user(user).filter(pk__in=[person for person, *_rest in loads])
    people = {person.pk: person for person in people.with_level().defer("name_grams")}
    return [
        {"person": people[key], "stands": stands, "added": added, "total": stands + added}
        for key, stands, added in loads
        if key in people
    ]


class Shown:
    """What the page of a plan says."""

    ADDED = ADDED

    def __init__(self, plan: RotaPlan, user, station: str):
        self.plan, self.user, self.asked = plan, user, station
        self.options = Options.of(plan.options)
        self.place = names_of_places([plan]).get(plan.code, plan.code)

    @property
    def conflicts(self) -> list[dict]:
        return conflicts_told(self.plan.conflicts)

    # Figures

    @property
    def terms(self) -> list[dict]:
        values = self.plan.figures.get("terms", {})
        weights = self.options.weights
        return [
            {"name": name, "what": what, "value": values[key], "weight": weights[key],
             "cost": values[key] * weights[key]}
            for key, (name, what) in TERMS.items() if key in values
        ]  # fmt: skip

    @cached_property
    def load(self) -> dict:
        """The fewest, the most and the mean of visits that a representative has with the plan."""
        totals = [stands + added for _person, stands, added in self.plan.figures.get("loads", [])]
        if not totals:
            return {}
        return {"least": min(totals), "most": max(totals), "mean": sum(totals) / len(totals), "people": len(totals)}

    @cached_property
    def provisional(self) -> str:
        """That new visits lie in years whose holidays are not announced by now; empty where none does."""
        new = RotaSlot.objects.for_user(self.user).filter(plan=self.plan, is_new=True, accepted_at=None)
        ends = new.aggregate(first=Min("starts_at"), last=Max("starts_at"))
        return provisional_words(*map(timezone.localdate, ends.values())) if ends["first"] else ""

    # Stations

    @cached_property
    def stations(self) -> list[dict]:
        """Each station with how many slots it has, how many of them are new, taken over, or refused."""
        rows = RotaSlot.objects.for_user(self.user).filter(plan=self.plan).order_by("station")
        return list(
            rows.values("station", "station__name").annotate(
                slots=Count("pk"), new=Count("pk", filter=Q(is_new=True)),
                accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
                refused=Count("pk", filter=~Q(refusal="")),
            )
        )  # fmt: skip

    @property
    def total(self) -> int:
        return sum(row["slots"] for row in self.stations)

    @property
    def accepted(self) -> int:
        return sum(row["accepted"] for row in self.stations)

    @property
    def is_whole(self) -> bool:
        return self.total <= ALL_AT_ONCE

    @cached_property
    def station(self) -> str:
        """The station whose slots are shown; none where all are."""
        known = [row["station"] for row in self.stations]
        return self.asked if self.asked in known else "" if self.is_whole else next(iter(known), "")

    @property
    def groups(self) -> list[dict]:
        """The slots to show, station by station."""
        found: dict[str, list] = {}
        for slot in self.slots:
            found.setdefault(slot.station_id, []).append(slot)
        rows = {row["station"]: row for row in self.stations}
        return [{**rows[code], "rows": slots} for code, slots in found.items()]

    @cached_property
    def slots(self) -> list[RotaSlot]:
        """Slots with who is there now and whom the plan puts there, each marked in words."""
        people = Representative.objects.with_level().defer("name_grams")
        seats = RotaSeat.objects.for_user(self.user).order_by("-is_fixed", "id")
        now = Attendance.objects.for_user(self.user).filter(state__in=HOLDING).order_by("id")
        slots = RotaSlot.objects.for_user(self.user).filter(plan=self.plan).select_related("visit", "room")
        if self.station:
            slots = slots.filter(station=self.station)
        slots = slots.order_by("station", "starts_at", "id").prefetch_related(
            Prefetch("seats", seats), Prefetch("seats__representative", people),
            Prefetch("visit__attendances", now), Prefetch("visit__attendances__representative", people),
        )  # fmt: skip
        return [marked(slot, self.options.least) for slot in slots]


def marked(slot: RotaSlot, least: int) -> RotaSlot:
    """`slot` with `now` and `planned`: people, each with what becomes of them."""
    there = [row.representative for row in slot.visit.attendances.all()] if slot.visit else []
    planned = [seat.representative for seat in slot.seats.all()]
    before = set(slot.before) if slot.accepted_at else {person.pk for person in there}
    after = {person.pk for person in planned}
    slot.now = [(person, "" if person.pk in after else REMOVED) for person in there]
    slot.planned = [(person, KEPT if person.pk in before else ADDED) for person in planned]
    slot.heading = slot.title or str(slot.get_kind_display())
    slot.lacks = max(0, least - len(planned))
    slot.origin = _("新增场次") if slot.is_new else _("已有草稿")
    return slot
