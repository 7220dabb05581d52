"""The life of a visit in words, read from the history that the triggers keep: who, when, what."""

from django.utils.translation import gettext as _

from liaison.accounts.history import Step, actor, people
from liaison.common.templatetags.face import cn_day, cn_time_range
from representatives.models import Representative
from stations.models import Room

from .choices import AttendanceState, PhotoKind, State
from .models import Attendance, Invitation, Photo, Visit

MOST = 60
TEXTS = ("kind", "title", "topics", "place", "is_online", "voters_received", "summary", "result")


def history_of(visit: Visit) -> list[Step]:
    """The latest changes of `visit`, its people and its photos, the newest first."""
    events = [
        *_events(Visit, pgh_obj=visit.pk).select_related("pgh_context")[:MOST],
        *_events(Attendance, visit=visit.pk).select_related("pgh_context")[:MOST],
        *_events(Invitation, visit=visit.pk).select_related("pgh_context")[:MOST],
        *_events(Photo, visit=visit.pk).select_related("pgh_context")[:MOST],
    ]
    events.sort(key=lambda event: (event.pgh_created_at, event.pgh_id))
    names = _Names(events)
    steps: dict[tuple, Step] = {}
    before = {}
    for event in events:
        model = event.pgh_tracked_model
        words = WORDS[model](event, before.get((model, event.id)), names)
        before[model, event.id] = event
        if not words:
            continue
        # What one transaction did at one instant is one step: a visit planned with three people is one line.
        key = (event.pgh_created_at, names.by(event))
        steps.setdefault(key, Step(event.pgh_created_at, names.by(event), [])).what.extend(words)
    return list(reversed(steps.values()))


def _events(model, **of):
    return model.pgh_event_models["update"].objects.filter(**of).order_by("-pgh_id")


class _Names:
    """Everybody and every room that the events mention, each table asked once."""

    def __init__(self, events):
        came = {event.representative_id for event in events if event.pgh_tracked_model in (Attendance, Invitation)}
        rooms = {event.room_id for event in events if event.pgh_tracked_model is Visit}
        self.users = people(events)
        self.people = dict(Representative.objects.filter(pk__in=came).values_list("pk", "name"))
        self.rooms = {room.pk: str(room) for room in Room.objects.filter(pk__in=rooms - {None})}

    def by(self, event) -> str:
        return self.users.get(actor(event), self.users[None])


def _visit_words(event, before, names) -> list[str]:
    if event.pgh_label == "insert":
        return [_("建立了这次安排")]
    if event.pgh_label == "delete" or before is None:
        return []
    words = []
    if event.state != before.state:
        words.append(_moved(event))
    if (event.starts_at, event.ends_at) != (before.starts_at, before.ends_at):
        words.append(_("时间改为 %s") % f"{cn_day(event.starts_at)} {cn_time_range(event.starts_at, event.ends_at)}")
    if event.room_id != before.room_id:
        words.append(_("房间改为 %s") % names.rooms.get(event.room_id, _("不占用房间")))
    if event.change_reason and event.change_reason != before.change_reason:
        words.append(_("临近变更，原因：%s") % event.change_reason)
    if event.state != State.LOGGED:
        words += [_("修改了%s") % Visit._meta.get_field(f).verbose_name for f in TEXTS if _differ(event, before, f)]
    return words


def _moved(event) -> str:
    if event.state == State.PUBLISHED and event.late_reason:
        return _("公布了这次安排（逾期，原因：%s）") % event.late_reason
    if event.state == State.LOGGED:
        return _("登记：接待 %(n)s 人") % {"n": event.voters_received}
    return {
        State.PUBLISHED: _("公布了这次安排"),
        State.HELD: _("进站结束，待登记"),
        State.CANCELLED: _("取消了这次安排，原因：%s") % event.cancel_reason,
    }.get(event.state, State(event.state).label)


def _attendance_words(event, before, names) -> list[str]:
    name = names.people.get(event.representative_id, "")
    if event.pgh_label == "delete":
        return [_("移出代表 %s") % name]
    if event.pgh_label == "insert":
        came = event.state == AttendanceState.CAME
        return [(_("代表 %s 到站（未在名单中）") if came else _("加入代表 %s")) % name]
    if before is None or event.state == before.state:
        return []
    if event.state == AttendanceState.EXPECTED:
        return [_("代表 %s 请假后改为参加") % name]
    reason = f"（{event.note}）" if event.state == AttendanceState.LEAVE and event.note else ""
    return [f"{name}：{AttendanceState(event.state).label}{reason}"]


def _invitation_words(event, before, names) -> list[str]:
    """A yes, and that it holds no longer; a leave is told by the attendance."""
    if before is None or event.confirmed_at == before.confirmed_at:
        return []
    name = names.people.get(event.representative_id, "")
    if event.confirmed_at:
        return [_("%s：确认参加") % name]
    return [] if event.answers != before.answers else [_("%s：时间有变，需重新确认") % name]


def _photo_words(event, before, names) -> list[str]:
    if event.kind == PhotoKind.POSTER:
        return {"insert": [_("上传了一张张贴照片")], "delete": [_("删去了一张张贴照片")]}.get(event.pgh_label, [])
    return {"insert": [_("上传了一张照片")], "delete": [_("删去了一张照片")]}.get(event.pgh_label, [])


def _differ(event, before, field: str) -> bool:
    return getattr(event, field) != getattr(before, field)


WORDS = {
    Visit: _visit_words, Attendance: _attendance_words, Invitation: _invitation_words, Photo: _photo_words,
}  # fmt: skip
