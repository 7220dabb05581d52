"""The whole course of a notice in words, read from the history that the triggers keep."""

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from liaison.accounts.history import Step, actor, people
from liaison.common.templatetags.face import cn_moment

from .choices import State
from .models import Notice

MOST = 60


def course(notice: Notice) -> list[Step]:
    """What became of `notice`, the newest first: planned, tried, answered, received, read. Two queries."""
    events = Notice.pgh_event_models["update"].objects.filter(pgh_obj=notice.pk).select_related("pgh_context")
    events = list(events.order_by("-pgh_id")[: MOST + 1])
    names = people(events)
    steps = []
    for event, before in zip(events, [*events[1:], None], strict=True):
        if before is None and event.pgh_label != "insert":
            continue  # the history goes on further back
        if what := words_of(event, before):
            steps.append(Step(event.pgh_created_at, names.get(actor(event), names[None]), what))
    if notice.read_at:
        steps.append(Step(notice.read_at, notice.to, [_("已阅读")]))
        steps.sort(key=lambda step: step.at, reverse=True)
    return steps


def words_of(event, before) -> list[str]:
    """What one change of the row says; nothing where it only prepares the next."""
    if before is None:
        return [_("排好，应于 %s 发出") % cn_moment(event.due_at)]
    if event.resends > before.resends:
        return [_("要求重发，现在可以发出")]
    if event.delivered_at and not before.delivered_at:
        return [_("送达：%s") % gettext(event.answer)]
    if event.state != before.state:
        return moved(event, before)
    words = []
    if event.due_at != before.due_at or event.expires_at != before.expires_at:
        words.append(_("时间改为 %s") % cn_moment(event.due_at))
    if event.not_before and event.not_before != before.not_before:
        words.append(_("等到 %s 再发") % cn_moment(event.not_before))
    if event.subject != before.subject:
        words.append(_("标题改为 %s") % event.subject)
    if event.answer and event.answer != before.answer:
        words.append(gettext(event.answer))
    return words


def moved(event, before) -> list[str]:
    """A change of state, with the answer that came with it."""
    answer = gettext(event.answer) if event.answer and event.answer != before.answer else ""
    if event.state == State.LEASED:
        return [_("第 %s 次发送") % event.attempt]
    if event.state == State.PLANNED:
        if before.state == State.CANCELLED:
            return [_("重新排上，应于 %s 发出") % cn_moment(event.due_at)]
        again = _("没有发成，%s 再试") % cn_moment(event.retry_at) if event.retry_at else _("退回等待，稍后再发")
        return [_("%(what)s（%(why)s）") % {"what": again, "why": answer} if answer else again]
    state = str(State(event.state).label)
    return [_("%(state)s：%(why)s") % {"state": state, "why": answer} if answer else state]
