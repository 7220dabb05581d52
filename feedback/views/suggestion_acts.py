"""The acts on a suggestion: one address and one form for each, run as those on an opinion are."""

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from liaison.accounts.scoping import get_for_user
from liaison.common.forms import posted

from .. import actions, urging
from ..actions.proposing import BEFORE_REVIEW
from ..choices import Part, SuggestionState
from ..choices import SuggestionStepKind as Kind
from ..forms import handing
from ..forms import suggestions as forms
from ..models import Suggestion, SuggestionSigner
from .acts import Act, Way, run

MAY = ("change", "sign", "review", "urge", "publish")
OF_LEADS = frozenset({"revise", "ask", "submit", "withdraw", "note"})  # among representatives
PAGE = "feedback/suggestion_act.html"


def _confirm(suggestion: Suggestion, *, signer: SuggestionSigner, by):
    return actions.confirm(signer, by=by)


def _decline(suggestion: Suggestion, *, signer: SuggestionSigner, by, reason: str = ""):
    return actions.decline(signer, reason=reason, by=by)


def _view(suggestion: Suggestion, *, signer: SuggestionSigner, by, **given):
    return actions.give_view(signer, by=by, **given)


ACTS = {
    act.name: act._replace(template=PAGE) if act.template == "feedback/opinion_act.html" else act
    for act in [
        Act("revise", (Kind.CHANGED,), _l("修改"), "e", _l("改了内容的，请已经确认的代表重新确认。"), _l("已修改"),
            forms.SuggestionForm, actions.revise, ("change",), template="feedback/suggestion_revise.html"),
        Act("ask", (Kind.ASKED,), _l("请代表确认"), "a", _l("名单上的每位代表都会收到通知，各自确认。"),
            _l("已请代表确认"), forms.PlainForm, actions.ask_signers, ("change",)),
        Act("confirm", (Kind.SIGNED,), _l("确认"), "c", _l("确认以后您的名字就在这件建议上，答复也会给您一份。"),
            _l("已确认"), forms.ConfirmForm, _confirm, ("sign", "change")),
        Act("decline", (Kind.DECLINED,), _l("不联名"), "", _l("提交以前还可以改变主意。"), _l("已记下不联名"),
            forms.DeclineForm, _decline, ("sign", "change")),
        Act("submit", (Kind.SUBMITTED,), _l("提交"), "s", _l("提交区人大审核，审核以后交办。"), _l("已提交"),
            forms.PlainForm, actions.submit, ("change",)),
        Act("send-back", (Kind.SENT_BACK,), _l("退回修改"), "", _l("写明哪里要改，代表会收到。"), _l("已退回修改"),
            forms.ReasonForm, actions.send_back, ("review",)),
        Act("approve", (Kind.APPROVED,), _l("审核通过"), "p", _l("编上今年的号，等待交办。"), _l("已审核通过"),
            forms.PlainForm, actions.approve, ("review",)),
        Act("assign", (Kind.ASSIGNED,), _l("交办"), "f",
            _l("主办单位三个月内答复（难度大的六个月），协办单位两个月内反馈；期限从签收之日起算。"),
            _l("已交办"), handing.HandForm, actions.assign, ("review",), template="feedback/suggestion_assign.html"),
        Act("assist", (Kind.ASSISTED,), _l("增加协办"), "b", _l("协办单位把情况反馈给主办单位，不直接答复代表。"),
            _l("已增加协办单位"), handing.AssistForm, actions.ask_to_assist, ("review",)),
        Act("urge", (Kind.URGED,), _l("督办"), "u", _l("提醒经办人、负责人抓紧办。逾期的系统也会按规定自动督办。"),
            _l("已督办"), handing.UrgeForm, urging.urge, ("urge",)),
        Act("view", (Kind.VIEWED,), _l("对答复提意见"), "v",
            _l("每位领衔、联名代表各自提出。都满意的自动办结，不满意的重新办理一次。"), _l("意见已记下"),
            forms.ViewForm, _view, ("sign", "change")),
        Act("redo", (Kind.REDO,), _l("重新办理"), "", _l("交原主办单位一个月内重新办理、再次答复。"),
            _l("已交重新办理"), forms.ReasonForm, actions.do_again, ("review",)),
        Act("close", (Kind.CLOSED,), _l("办结"), "o", _l("还没有提意见的代表不再等候。"), _l("已办结"),
            forms.WordsForm, actions.close_suggestion, ("review",)),
        Act("priority", (Kind.PRIORITY,), _l("重点督办"), "", _l("列为重点督办，或者不再列为重点。"), _l("已更新"),
            forms.PriorityForm, actions.prioritise, ("review",)),
        Act("publish", (Kind.PUBLISHED,), _l("公开办理情况"), "g", _l("大家在“代表建议”里可以看到。"), _l("已公开"),
            forms.ReportForm, actions.publish_report, ("publish",)),
        Act("take-off", (Kind.TAKEN_OFF,), _l("撤下公开"), "", _l("大家不再看得到。"), _l("已撤下"),
            forms.ReasonForm, actions.take_report_off, ("publish",)),
        Act("merge", (Kind.MERGED,), _l("并案"), "m", _l("同样的建议并成一件办理，代表都列在那一件上，经过都保留。"),
            _l("已并案"), forms.MergeForm, actions.merge_suggestion, ("review",)),
        Act("note", (Kind.NOTED,), _l("备注"), "n", "", _l("已备注"), forms.NoteForm, actions.note_suggestion,
            ("review", "change")),
        Act("withdraw", (Kind.WITHDRAWN,), _l("撤回"), "", _l("不再办理，承办单位会收到通知；并入的意见回到联络站。"),
            _l("已撤回"), forms.ReasonForm, actions.withdraw_suggestion, ("change", "review"), is_grave=True),
    ]
}  # fmt: skip

NEXT: dict[str, tuple[str, ...]] = {
    SuggestionState.DRAFT: ("ask", "submit", "revise"),
    SuggestionState.SIGNING: ("confirm", "submit", "revise"),
    SuggestionState.SENT_BACK: ("revise", "submit"),
    SuggestionState.SUBMITTED: ("approve", "send-back", "merge"),
    SuggestionState.APPROVED: ("assign", "merge"),
    SuggestionState.ASSIGNED: ("urge", "assist"),
    SuggestionState.REDOING: ("urge",),
    SuggestionState.ANSWERED: ("view", "close"),
    SuggestionState.CLOSED: ("publish", "note"),
}


def ways_of(suggestion: Suggestion, user) -> list[Way]:
    """What `user` can do with it as it stands, the most likely first. `suggestion.may` says which grants reach it."""
    acts = [act for act in ACTS.values() if act.can(suggestion) and any(suggestion.may[grant] for grant in act.grants)]
    acts = [act for act in acts if is_theirs(act.name, suggestion, user)]
    first = NEXT.get(suggestion.state, ())
    ways = [Way(act.name, _word(act, suggestion), address(act.name, suggestion), act.key, act.is_grave) for act in acts]
    return sorted(ways, key=lambda way: first.index(way.name) if way.name in first else len(first))


def address(name: str, suggestion: Suggestion) -> str:
    return reverse(f"feedback:suggestion-{name}", args=[suggestion.public_id])


def _word(act: Act, suggestion: Suggestion):
    return _l("不再重点督办") if act.name == "priority" and suggestion.is_priority else act.label


def is_theirs(name: str, suggestion: Suggestion, user) -> bool:
    """Beyond grants: a representative changes what they lead; what nobody is asked is not offered."""
    works = forms.works_on(user, suggestion)
    signers = suggestion.signers.all() if works else suggestion.signers.filter(representative__user=user)
    if name in ("confirm", "decline"):
        return signers.filter(confirmed_at=None, declined_at=None).exists()
    if name == "view":
        return signers.filter(answered_at__isnull=False, view="").exists()
    if name == "revise" and suggestion.state not in BEFORE_REVIEW:
        return False
    if name == "take-off" and suggestion.published_at is None:
        return False
    return name not in OF_LEADS or works or _leads(suggestion, user)


def _leads(suggestion: Suggestion, user) -> bool:
    own = suggestion.signers.filter(representative__user=user, part=Part.LEAD)
    return suggestion.created_by_id == user.pk or own.exists()


def suggestion_act(request, public_id, name: str):
    chosen = ACTS[name]
    suggestion = _reached(request.user, chosen, public_id)
    if name in OF_LEADS and not (forms.works_on(request.user, suggestion) or _leads(suggestion, request.user)):
        raise PermissionDenied
    of = {"suggestion": suggestion} if name == "revise" else {"matter": suggestion}
    return run(request, chosen, suggestion, lambda: chosen.form(posted(request), **of, user=request.user))


def _reached(user, chosen: Act, public_id: str) -> Suggestion:
    *before, last = chosen.grants
    for grant in before:
        if found := Suggestion.objects.for_user(user, grant).filter(public_id=public_id).first():
            return found
    return get_for_user(Suggestion, user, last, public_id=public_id)
