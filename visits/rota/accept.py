"""Taking a plan over: its slots become drafts, one by one, through the same verb and guards as any other plan."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts import jobs
from liaison.accounts.models import Job, User
from liaison.common.exceptions import NotAllowed, verb
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.models import Representative
from stations.models import Station

from ..actions import save_visit, wait_for_turn
from ..choices import HOLDING, AttendanceState, RotaState, State
from ..models import Attendance, RotaPlan, RotaSlot, Visit
from .drafts import Ask
from .facts import Facts, seat_words
from .problem import reps_of

WORK = "rota-accept"


@verb
def ask_to_accept(plan: RotaPlan, *, station: Station | None = None, by: User) -> Job:
    """Hand the taking over of a plan, or of one station's part of it, to a worker."""
    if plan.state != RotaState.READY:
        raise NotAllowed(_("只有编排完成的方案可以采用"))
    if not waiting(plan, station and station.pk).exists():
        raise NotAllowed(_("没有等待采用的场次"))
    title = _("采用轮值方案：%s") % (station or f"{plan.from_on}—{plan.to_on}")
    return jobs.start(WORK, title=title, by=by, plan=plan.pk, station=station and station.pk)


def waiting(plan: RotaPlan, station: str | None = None):
    """Slots that were not taken over yet."""
    slots = plan.slots.filter(accepted_at=None).order_by("starts_at", "id")
    return slots.filter(station=station) if station else slots


@jobs.work(WORK)
def work(job: Job) -> str:
    plan = RotaPlan.objects.filter(pk=job.given["plan"]).first()
    if plan is None:
        raise NotAllowed(_("这个方案已经删除"))
    done, refused = accept_plan(
        plan, station=job.given["station"], by=job.by, tick=lambda n, total: jobs.report(job, n, total)
    )
    jobs.lead_to(job, plan.get_absolute_url())
    return said(done, refused)


def said(done: int, refused: int) -> str:
    words = _("已采用 %s 场，存为草稿，公布后群众才能看到") % done
    return words + (_("；%s 场没有采用，原因写在方案里") % refused if refused else "")


def accept_plan(
    plan: RotaPlan, *, station: str | None = None, by: User | None, tick=lambda _n, _total: None
) -> tuple[int, int]:
    """Take over what waits, each slot by itself: one that clashes by now says why, and the rest goes on."""
    keys = list(waiting(plan, station).values_list("pk", flat=True))
    done = refused = 0
    for number, key in enumerate(keys):
        tick(number, len(keys))
        try:
            done += accept_slot(key, by=by)
        except ValidationError as error:
            refused += 1
            words = " ".join(error.messages)[:400]
            RotaSlot.objects.filter(pk=key, accepted_at=None).update(refusal=words)
    return done, refused


@verb
def accept_slot(key: int, *, by: User | None) -> bool:
    """Make or fill the draft of one slot; False where that is done already."""
    slot = RotaSlot.objects.select_for_update(of=["self"]).filter(pk=key).select_related("plan").first()
    if slot is None or slot.accepted_at:
        return False
    visit = new_visit(slot, by) if slot.is_new else draft_of(slot, by)
    seats = list(slot.seats.values_list("representative", "is_fixed"))
    people = list(Representative.objects.filter(pk__in=[person for person, _fixed in seats]).order_by("pk"))
    wait_for_turn(visit, people)  # else two plans could both find the same day free
    refuse_unfit(slot, seats)
    save_visit(visit, representatives=[*people, *on_leave(visit)], by=by)
    slot.visit, slot.accepted_at, slot.refusal = visit, timezone.now(), ""
    slot.save(update_fields=["visit", "accepted_at", "refusal"])
    placed = visit.attendances.filter(representative=OuterRef("representative"))
    slot.seats.filter(is_fixed=False).update(attendance=Subquery(placed.values("pk")))
    return True


def new_visit(slot: RotaSlot, by: User | None) -> Visit:
    """The reception that the plan proposed, unless the station has enough in that month by now."""
    Station.objects.select_for_update(no_key=True).get(pk=slot.station_id)  # one proposal after the other
    if by and not Station.objects.for_user(by, "add", of=Visit).filter(pk=slot.station_id, is_open=True).exists():
        raise NotAllowed(_("这个联络站不归您安排，或者已经撤销"))
    day = timezone.localdate(slot.starts_at)
    month = day.replace(day=1)
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    held = Visit.objects.standing().filter(station=slot.station_id, kind=slot.kind).between(month, last).count()
    if held >= Threshold.objects.number(Key.RECEPTIONS_PER_MONTH, month):
        raise NotAllowed(_("这个站%(month)s月已另有接待安排，不再新增") % {"month": month.month})
    return Visit(station_id=slot.station_id, kind=slot.kind, title=slot.title, room=slot.room,
                 starts_at=slot.starts_at, ends_at=slot.ends_at)  # fmt: skip


def draft_of(slot: RotaSlot, by: User | None) -> Visit:
    """The slot's draft as it was when the plan was made; what a hand changed since stays as the hand left it."""
    visit = Visit.objects.select_for_update(of=["self"]).filter(pk=slot.visit_id).first()
    if visit is None:
        raise NotAllowed(_("草稿已经删除"))
    if by and not Visit.objects.for_user(by, "change").filter(pk=visit.pk).exists():
        raise NotAllowed(_("这次安排不归您修改"))
    if visit.state != State.DRAFT:
        raise NotAllowed(_("这次安排已经公布或取消，没有改动"))
    if (visit.station_id, visit.starts_at, visit.ends_at) != (slot.station_id, slot.starts_at, slot.ends_at):
        raise NotAllowed(_("时间或地点在编排以后改过，保留改动，请重新编排"))
    there = set(visit.attendances.filter(state__in=HOLDING).values_list("representative", flat=True))
    if there != set(slot.before):
        raise NotAllowed(_("人员在编排以后改过，保留改动，请重新编排"))
    return visit


def refuse_unfit(slot: RotaSlot, seats: list[tuple[int, bool]]) -> None:
    """Since the plan was made somebody may have asked leave, left the station or been planned elsewhere that day."""
    day = timezone.localdate(slot.starts_at)
    facts = Facts(
        reps_of({person for person, _fixed in seats}, Ask(slot.plan.code, day, day), frozenset(), {}, timezone.now())
    )
    wrong = []
    for person, is_fixed in seats:
        rep = facts.reps[person]
        words = facts.why_not(person, slot.station_id, slot.starts_at, slot.ends_at, slot.visit_id)
        if is_fixed:  # a hand put them there, from wherever they are: only whoever is not in office may not come
            words = seat_words(rep, day)
        if words:
            wrong.append(f"{rep.name}：{words}")
    if wrong:
        raise NotAllowed("；".join(wrong))


def on_leave(visit: Visit) -> list[Representative]:
    """Those who asked leave stay on the list as that, unless they are elsewhere meanwhile."""
    if visit.pk is None:
        return []
    elsewhere = Attendance.objects.filter(holds=True, during__overlap=(visit.starts_at, visit.ends_at))
    absent = visit.attendances.filter(state=AttendanceState.LEAVE).exclude(
        representative__in=elsewhere.exclude(visit=visit).values("representative")
    )
    return list(Representative.objects.filter(pk__in=absent.values("representative")))
