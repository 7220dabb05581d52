"""The acts on an opinion: one address and one form for each, and the same order of things in all of them."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import posted, refusals_at

from .. import actions, urging
from ..choices import FACES, SUGGESTION_FACES, State, Step
from ..course import Line, course_of
from ..forms import acts as forms
from ..forms import handing, outcomes
from ..forms.act import ActForm
from ..models import Opinion, OpinionStep, Outcome, Suggestion
from ..steps import SEEN


class Act(NamedTuple):
    """What can be done with an opinion: the last part of its address, the steps that it may become, who may, in words.

    `key` opens it from the opinion's page; `what` says what happens then.
    """

    name: str
    kinds: tuple[str, ...]
    label: str | Promise
    key: str = ""
    what: str | Promise = ""
    done: str | Promise = ""
    form: type[ActForm] = forms.PlainForm
    does: Callable | None = None
    grants: tuple[str, ...] = ("handle",)
    template: str = "feedback/opinion_act.html"
    is_grave: bool = False

    def can(self, opinion: Opinion) -> bool:
        return any(opinion.can(kind) for kind in self.kinds)


def _answer(opinion: Opinion, *, representative=None, **given) -> OpinionStep:
    if representative is None:
        return actions.answer_as_station(opinion, **given)
    return actions.answer_as_representative(opinion, representative=representative, **given)


def _publish(opinion: Opinion, *, approved: bool = False, **given):
    return (actions.publish_outcome if approved else actions.draft_outcome)(opinion, **given)


ACTS = {
    act.name: act
    for act in [
        Act("clear", (Step.CLEARED,), _l("核查通过"), "c", _l("按正常意见办理，受理期限从今天起算，群众会收到回执。"),
            _l("已核查通过，等待受理"), does=actions.clear),
        Act("accept", (Step.ACCEPTED,), _l("受理"), "a", _l("受理后通知群众，答复期限从今天起算。"), _l("已受理"),
            forms.AcceptForm, actions.accept),
        Act("resolve", (Step.RESOLVED,), _l("当场解决"), "r",
            _l("能当场解决的当场解决。群众会看到这段话，并可以评价。"),
            _l("已记为当场解决"), forms.ResolveForm, actions.resolve_on_spot),
        Act("answer", (Step.STATION_ANSWERED, Step.REPRESENTATIVE_ANSWERED), _l("答复群众"), "d",
            _l("答复会告诉群众，并请群众评价。联络站、代表、承办单位的答复分别保留、分别评价。"), _l("已答复"),
            forms.AnswerForm, _answer, ("handle", "answer")),
        Act("promise", (Step.PROMISED,), _l("明确答复期限"), "p", _l("不能当场解决的，向群众说明，并定下答复的日期。"),
            _l("已告诉群众答复的日期"), forms.PromiseForm, actions.promise),
        Act("forward", (Step.FORWARDED,), _l("转办"), "f",
            _l("由一个单位主办，其他单位协办。单位和群众都会收到通知，办到哪一步，这里都看得到。"), _l("已转办"),
            handing.ForwardForm, actions.forward, template="feedback/opinion_forward.html"),
        Act("assist", (Step.ASSISTED,), _l("增加协办"), "b", _l("协办单位把情况反馈给主办单位，不直接答复群众。"),
            _l("已增加协办单位"), handing.AssistForm, actions.assist),
        Act("recall", (Step.RECALLED,), _l("收回转办"), "", _l("从所有还没有答复的单位收回，由联络站重新办理。"),
            _l("已收回"), handing.RecallForm, actions.recall),
        Act("pass", (Step.PASSED,), _l("提请其他层级代表"), "t",
            _l("塔式网络：请上级或下级的人大代表接着反映、推动。代表会收到通知，群众也会知道。"), _l("已提请"),
            handing.PassForm, actions.pass_on, template="feedback/opinion_pass.html"),
        Act("pass-back", (Step.PASSED_BACK,), _l("转回联络站"), "", _l("由原联络站继续办理。"), _l("已转回联络站"),
            handing.PassBackForm, actions.pass_back, ("handle", "answer")),
        Act("rate", (Step.RATED,), _l("登记群众评价"), "v",
            _l("群众在电话里或到站说的评价，由您代为登记，会留下是谁登记的。群众自己也可以在网上评价。"),
            _l("已登记评价"), forms.RateForm, actions.rate),
        Act("close", (Step.CLOSED,), _l("办结"), "o",
            _l("已经答复、群众满意或没有其他意见的，可以办结。"), _l("已办结"),
            forms.CloseForm, actions.close),
        Act("refuse", (Step.REFUSED,), _l("不予受理"), "x",
            _l("代表不处理个案，不介入诉讼、仲裁、行政复议和招投标。请礼貌说明，并告诉群众应向哪里反映。"),
            _l("已记为不予受理，并告诉群众"), handing.RefuseForm, actions.refuse,
            template="feedback/opinion_refuse.html", is_grave=True),
        Act("merge", (Step.MERGED,), _l("并案"), "m",
            _l("同一件事并成一件办理。这件意见的经过都保留，以后跟着另一件走，群众仍用自己的编号查询。"), _l("已并案"),
            forms.MergeForm, actions.merge, template="feedback/opinion_merge.html"),
        Act("split", (Step.SPLIT,), _l("分案"), "s",
            _l("一次反映了几件事的，把另外的事分出来各自办理。原来的意见继续办理。"), _l("已分案"),
            forms.SplitForm, actions.split, template="feedback/opinion_split.html"),
        Act("publish", (Step.PUBLISHED,), _l("公示办理结果"), "g",
            _l("用去掉个人信息的话，把办成了什么告诉大家。街道或者区里审核以后公开。"),
            _l("公示办理结果"), outcomes.OutcomeForm, _publish, ("handle", "publish")),
        Act("take-off", (Step.TAKEN_OFF,), _l("撤下公示"), "", _l("大家不再看得到，公示稿留着，可以改了再公示。"),
            _l("已撤下公示"), outcomes.TakeOffForm, actions.take_off, ("publish",)),
        Act("reopen", (Step.REOPENED,), _l("重新打开"), "", _l("重新办理，答复期限从今天起重新计算，群众会收到通知。"),
            _l("已重新打开"), forms.ReopenForm, actions.reopen),
        Act("change", (Step.CHANGED,), _l("更正"), "e",
            _l("改标题、类别和代表；改前改后都会留在经过里。群众的原话不能改。"),
            _l("已更正"), forms.ChangeForm, actions.change, ("change",)),
        Act("urge", (Step.URGED,), _l("督办"), "u",
            _l("提醒经办人、负责人或者区人大抓紧办。逾期的系统也会按规定自动督办。群众看得到有过督办。"), _l("已督办"),
            handing.UrgeForm, urging.urge, ("urge",)),
        Act("note", (Step.NOTED,), _l("备注"), "n", "", _l("已备注"), forms.NoteForm, actions.note),
        Act("withdraw", (Step.WITHDRAWN,), _l("群众撤回"), "",
            _l("群众自己不要求再办的，记为撤回；已转出去的同时收回。"),
            _l("已撤回"), forms.WithdrawForm, actions.withdraw, is_grave=True),
        Act("discard", (Step.DISCARDED,), _l("判为无效"), "",
            _l("不是意见的（广告、乱码），放到一边。不通知任何人，可以重新打开。"),
            _l("已判为无效"), forms.DiscardForm, actions.discard, is_grave=True),
    ]
}  # fmt: skip

# What is most likely done next, the first of all on the page; the rest follows in the order above.
NEXT: dict[str, tuple[str, ...]] = {
    State.SUSPECT: ("clear", "discard"),
    State.SUBMITTED: ("accept", "resolve", "promise", "forward", "refuse"),
    State.ACCEPTED: ("forward", "answer", "resolve", "promise"),
    State.PROMISED: ("answer", "forward", "resolve"),
    State.FORWARDED: ("urge", "note", "assist", "recall"),
    State.RETURNED: ("forward", "answer"),
    State.PASSED: ("answer", "pass-back"),
    State.SUGGESTED: ("note",),
    State.RESOLVED: ("rate", "close"),
    State.ANSWERED: ("rate", "close"),
    State.REDOING: ("answer", "forward"),
    State.CLOSED: ("publish", "note"),
}


class Way(NamedTuple):
    """An act as the page shows it."""

    name: str
    label: str | Promise
    url: str
    key: str
    is_grave: bool


def ways_of(opinion: Opinion, user) -> list[Way]:
    """What `user` can do with `opinion` as it stands, the most likely first. `opinion` is from `marked_for`."""
    acts = [act for act in ACTS.values() if act.can(opinion) and any(opinion.may[grant] for grant in act.grants)]
    if not opinion.may["handle"] and not _was_asked(opinion, user):
        acts = [act for act in acts if act.name != "pass-back"]
    if opinion.state in (State.RESOLVED, State.ANSWERED, State.CLOSED) and not actions.rating.to_rate(opinion):
        acts = [act for act in acts if act.name != "rate"]
    if not _is_public(opinion):
        acts = [act for act in acts if act.name != "take-off"]
    ways = [Way(act.name, act.label, address(act.name, opinion), act.key, act.is_grave) for act in acts]
    first = NEXT.get(opinion.state, ())
    ways = [*ways, *_elsewhere(opinion, user)]
    return sorted(ways, key=lambda way: first.index(way.name) if way.name in first else len(first))


def _elsewhere(opinion: Opinion, user) -> list[Way]:
    """What begins here and has pages of its own."""
    ways = []
    if opinion.can(Step.SUGGESTED) and opinion.may["handle"] and may(user, "add", Suggestion):
        url = reverse("feedback:suggestion-add", query={"opinion": opinion.public_id})
        ways.append(Way("suggest", _("转为代表建议"), url, "j", False))
    return ways


def address(name: str, opinion: Opinion) -> str:
    return reverse(f"feedback:opinion-{name}", args=[opinion.public_id])


def _is_public(opinion: Opinion) -> bool:
    return (
        opinion.state == State.CLOSED and Outcome.objects.filter(opinion=opinion, published_at__isnull=False).exists()
    )


def _was_asked(opinion: Opinion, user) -> bool:
    """Whether `user` is the representative of another level who has the matter now."""
    last = opinion.steps.filter(kind=Step.PASSED).order_by("-no").first()
    return last is not None and last.representative.user_id == user.pk


def act(request, public_id, name: str):
    chosen = ACTS[name]
    opinion = _reached(request.user, chosen, public_id)
    return run(request, chosen, opinion, lambda: chosen.form(posted(request), matter=opinion, user=request.user))


def run(request, chosen: Act, matter: Opinion | Suggestion, make_form: Callable):
    """Show the form of an act, do it, go back to the matter. Somebody else was quicker: the form, nothing lost."""
    if not chosen.can(matter) and request.method != "POST":
        words = _("现在是“%(state)s”，不能办理“%(act)s”")
        messages.error(request, words % {"state": matter.get_state_display(), "act": chosen.label})
        return redirect(matter)
    form = make_form()
    if form.nothing_to_do and request.method != "POST":
        messages.error(request, form.nothing_to_do)
        return redirect(matter)
    if {"search", "longer"} & request.POST.keys():  # another list, or a longer form: nothing is judged yet
        form.errors.clear()
    elif form.is_valid():
        with refusals_at(form):
            chosen.does(matter, **form.given, by=request.user)
            messages.success(request, form.done or chosen.done)
            return redirect(matter)
    return _shown(request, chosen, matter, form)


def _reached(user, chosen: Act, public_id: str) -> Opinion:
    rows = Opinion.objects.select_related("station", "category", "representative")
    *before, last = chosen.grants
    for grant in before:
        if found := rows.for_user(user, grant).filter(public_id=public_id).first():
            return found
    opinion = get_for_user(rows, user, last, public_id=public_id)
    if chosen.name == "pass-back" and opinion.can(Step.PASSED_BACK) and not _was_asked(opinion, user):
        raise PermissionDenied
    return opinion


def _shown(request, chosen: Act, matter: Opinion | Suggestion, form):
    """The form; where something was done since its page was made, that stands above it."""
    between = came_between(request.user, matter, form)
    faces = FACES if isinstance(matter, Opinion) else SUGGESTION_FACES
    context = {
        "act": chosen, matter._meta.model_name: matter, "face": faces[matter.state], "form": form, "between": between,
        "cancel_url": matter.get_absolute_url(), "is_over": bool(between) and not chosen.can(matter),
    }  # fmt: skip
    return render(request, chosen.template, context)


def came_between(user, matter: Opinion | Suggestion, form) -> list[Line]:
    """The steps since the page of `form` was made; who sends it again has read them. Brings `matter` up to date."""
    seen = form.data.get("seen", "")
    if not (form.is_bound and seen.isascii() and seen.isdigit()):
        return []
    matter.refresh_from_db(fields=["state", "last_no"])
    rows = matter.steps.model.objects.for_user(user).filter(
        **{matter._meta.model_name: matter, "no__gt": int(seen[:9])}
    )
    between = course_of(rows.select_related("by", "department", "representative").order_by("no"), {})
    if between:
        form.read_again()
        if form.has_error(NON_FIELD_ERRORS, SEEN):  # the page says it better, with what came between
            del form.errors[NON_FIELD_ERRORS]
    return between
