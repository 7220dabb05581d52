"""Making a plan: what is refused, what the solver is asked, and what is kept of its answer."""

import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts import jobs
from liaison.accounts.models import Job, Region, User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.templatetags.face import cn_day
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.choices import SeatStatus
from representatives.models import Representative, Seat
from stations.models import Station

from ..choices import RotaState
from ..models import RotaPlan, RotaSeat, RotaSlot
from .drafts import Ask
from .options import HOURS_WRONG, Options
from .problem import Reading, read
from .shapes import Answer, Person, Slot, Tick, TooShort, best_mix
from .words import conflicts_of

WORK = "rota"
BATCH = 1000


@verb
def ask_for_plan(*, code: str, from_on: date, to_on: date, options: Options, by: User) -> RotaPlan:
    """Keep what is wanted and hand it to a worker, whose job's page tells how far it is."""
    refuse(code, from_on, to_on, options, by)
    plan = RotaPlan.objects.create(code=code, from_on=from_on, to_on=to_on, options=options.as_json(), created_by=by)
    title = _("编排轮值：%(place)s %(from)s—%(to)s") % {
        "place": place_name(code), "from": cn_day(from_on), "to": cn_day(to_on)}  # fmt: skip
    plan.job = jobs.start(WORK, title=title, by=by, plan=plan.pk)
    plan.save(update_fields=["job"])
    return plan


def refuse(code: str, from_on: date, to_on: date, options: Options, by: User | None) -> None:
    """Raises ValidationError at each input that no plan can be made from."""
    errors = {**period_errors(from_on, to_on, timezone.localdate())}
    if not place_name(code, by):
        errors["code"] = _("没有这个范围，或者不归您编排")
    if options.most < options.least:
        errors["most"] = _("最多人数不能少于最少人数")
    if options.fill and options.ends <= options.starts:
        errors["ends"] = HOURS_WRONG
    if words := pin_errors(options.pins, from_on, to_on):
        errors["pins"] = words
    if errors:
        raise ValidationError({name: [NotAllowed(words)] for name, words in errors.items()})


def period_errors(from_on: date, to_on: date, today: date) -> dict[str, str]:
    furthest = today + timedelta(days=Threshold.objects.number(Key.FURTHEST_DAYS, today))
    if to_on < from_on:
        return {"to_on": _("结束日期早于开始日期")}
    if to_on < today:
        return {"to_on": _("这段时间已经过去，只能编排今天和以后的")}
    if from_on < today:
        return {"from_on": _("开始日期已经过去，请选今天或以后的日期")}
    if to_on >= from_on + relativedelta(years=1):
        return {"to_on": _("一次最多编排一年，请缩短")}
    if to_on > furthest:
        return {"to_on": _("最远只能安排到 %s") % furthest}
    return {}


def pin_errors(pins: tuple[int, ...], from_on: date, to_on: date) -> str:
    """Who of those asked for by name holds no seat in office in the period (代表法 2025 §61)."""
    serving = Seat.objects.serving().filter(representative__in=pins, from_on__lte=to_on).exclude(to_on__lte=from_on)
    idle = Representative.objects.filter(pk__in=pins).exclude(pk__in=serving.values("representative"))
    suspended = set(Seat.objects.filter(representative__in=idle, status=SeatStatus.SUSPENDED).values_list(
        "representative", flat=True))  # fmt: skip
    return "；".join(
        (_("%s的代表资格已暂停，不能编排轮值") if pk in suspended else _("%s在这段时间没有在任的任期，不能编排轮值"))
        % name
        for pk, name in idle.order_by("pk").values_list("pk", "name")
    )


def place_name(code: str, by: User | None = None) -> str:
    """What a place is called; empty where there is none, or `by` may not plan there."""
    rows = Station.objects if "-" in code else Region.objects
    rows = rows.for_user(by, "add", of=RotaPlan) if by else rows.all()
    found = rows.filter(pk=code).first()
    return found.name if found else ""


@jobs.work(WORK)
def work(job: Job) -> str:
    """The job behind `ask_for_plan`; a second run finds the plan made and leaves it."""
    plan = RotaPlan.objects.filter(pk=job.given["plan"]).first()
    if plan is None:
        raise NotAllowed(_("这个方案已经删除"))
    seconds = Options.of(plan.options).seconds
    make_plan(plan, timezone.now(), tick=lambda passed: jobs.report(job, min(int(passed), seconds), seconds))
    jobs.lead_to(job, plan.get_absolute_url())
    return plan.get_state_display()


def make_plan(plan: RotaPlan, now: datetime, tick: Tick = lambda _seconds: None) -> RotaPlan:
    """Read, solve and keep the answer. Twice is as good as once: a plan that is made stays as it is."""
    if plan.state != RotaState.WAITING:
        return plan
    from .solve import solve  # the solver weighs some 100 MB: only a worker that plans carries it

    started = time.monotonic()
    tick(0)
    try:
        reading = read(Ask(plan.code, plan.from_on, plan.to_on, Options.of(plan.options)), now)
        answer = solve(reading.problem, tick)
    except TooShort:
        RotaPlan.objects.filter(pk=plan.pk, state=RotaState.WAITING).update(state=RotaState.FAILED)
        raise NotAllowed(_("时间用完了还没有找到方案，请延长求解时间，或者缩小范围、期限")) from None
    with transaction.atomic():
        mine = RotaPlan.objects.select_for_update().filter(pk=plan.pk, state=RotaState.WAITING)
        if mine.exists():
            tick(time.monotonic() - started)  # a worker that was given up writes nothing
            keep(plan, reading, answer)
            plan.figures["seconds"] = round(time.monotonic() - started, 1)
            plan.save(update_fields=["state", "figures", "conflicts"])
    plan.refresh_from_db()
    return plan


def keep(plan: RotaPlan, reading: Reading, answer: Answer) -> None:
    conflicts = conflicts_of(reading, answer)
    is_possible = answer.is_possible and (reading.ask.options.may_lack or not reading.unfit)
    plan.state = RotaState.READY if is_possible else RotaState.IMPOSSIBLE
    plan.conflicts, plan.figures = conflicts, figures(reading, answer, is_possible)
    if is_possible:
        keep_slots(plan, reading, answer)


def keep_slots(plan: RotaPlan, reading: Reading, answer: Answer) -> None:
    drafts = {slot.key: reading.drafts[slot.key] for slot in changed(reading, answer)}
    slots = {
        key: RotaSlot(
            plan=plan, visit_id=draft.visit, station_id=draft.station, kind=draft.kind, title=draft.title,
            room_id=draft.room, starts_at=draft.starts_at, ends_at=draft.ends_at, is_new=draft.visit is None,
            before=list(draft.before), note=draft.note[:200],
        )
        for key, draft in drafts.items()
    }  # fmt: skip
    RotaSlot.objects.bulk_create(slots.values(), batch_size=BATCH)
    seats = [
        RotaSeat(slot=slots[key], representative_id=person, is_fixed=True)
        for key, draft in drafts.items() for person in draft.fixed
    ]  # fmt: skip
    seats += [RotaSeat(slot=slots[key], representative_id=person) for key, person in sorted(answer.places)]
    RotaSeat.objects.bulk_create(seats, batch_size=BATCH)


def changed(reading: Reading, answer: Answer) -> list[Slot]:
    """The slots that the plan is about: a draft that has people enough, and keeps them, is none."""
    added = defaultdict(set)
    for slot, person in answer.places:
        added[slot].add(person)
    slots = zip(reading.problem.slots, reading.drafts, strict=True)
    return [
        slot for slot, draft in slots
        if slot.wanted or draft.visit is None or added[slot.key].union(draft.fixed) != set(draft.before)
    ]  # fmt: skip


def figures(reading: Reading, answer: Answer, is_possible: bool) -> dict:
    """What the plan's page shows, each figure with what it is a share of."""
    problem, slots = reading.problem, changed(reading, answer)
    new = sum(draft.visit is None for draft in reading.drafts)
    found = {
        "slots": len(slots), "new": new, "standing": reading.standing + len(problem.slots) - len(slots),
        "stations": len(reading.stations),
        "people": len(problem.people), "needs": len(problem.needs), "variables": answer.variables,
        "constraints": answer.constraints, "parts": answer.parts,
        "solver": round(answer.seconds, 2),
    }  # fmt: skip
    if not is_possible:
        return found | {"may_be_more": not answer.is_all}
    added = dict.fromkeys(problem.people, 0)
    for _slot, person in answer.places:
        added[person] += 1
    loads = [[key, problem.people[key].load, n] for key, n in added.items()]
    can_mix, mixed = mixed_visits(slots, problem.people, answer)
    return found | {
        "added": len(answer.places), "fixed": sum(len(slot.fixed) for slot in slots), "loads": loads,
        "placed": sum(n > 0 for n in added.values()), "mixed": mixed, "can_mix": can_mix,
        "terms": {name: getattr(answer.terms, name) for name in problem.weights},
        "cost": answer.cost, "bound": answer.bound, "gap": round(answer.gap, 4),
    }  # fmt: skip


def mixed_visits(slots: list[Slot], people: Mapping[int, Person], answer: Answer) -> tuple[int, int]:
    """At how many slots people of several levels could meet, and at how many of these they do."""
    there = {}
    for slot, person in answer.places:
        there.setdefault(slot, set()).add(people[person].level)
    could = [slot for slot in slots if best_mix(slot, people) > 1]
    meet = [len(there.get(slot.key, set()) | {people[p].level for p in slot.fixed}) > 1 for slot in could]
    return len(could), sum(meet)


@verb
def delete_plan(plan: RotaPlan, *, by: User) -> None:
    """Delete a plan and end its job; drafts that were taken over stay."""
    plan = RotaPlan.objects.select_for_update().get(pk=plan.pk)
    if plan.job is not None and plan.job.is_open:
        jobs.stop(plan.job, by=by)
    plan.delete()
