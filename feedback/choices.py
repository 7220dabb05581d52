from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

NEW = ""  # nothing has been recorded yet


class Source(TextChoices):
    """How an opinion came."""

    FORM = "form", _("网上提交")
    VISIT = "visit", _("接待时提出")
    PHONE = "phone", _("电话")
    PAPER = "paper", _("书面")
    API = "api", _("接口接入")


class Doubt(TextChoices):
    """Why something that came by the public form waits for a look before anything is done with it."""

    TRAP = "trap", _("填了页面上看不见的栏目")
    FAST = "fast", _("打开页面几秒就提交")
    UNPROVED = "unproved", _("浏览器没有完成核验（可能没有启用脚本）")
    OFTEN = "often", _("同一电话、同一网络或本站短时间内提交很多")
    LINKS = "links", _("内容里有多个网址")


class State(TextChoices):
    """Where an opinion stands: what its last step led to (DOMAIN §4)."""

    SUSPECT = "suspect", _("待核查")
    SUBMITTED = "submitted", _("待受理")
    ACCEPTED = "accepted", _("办理中")
    PROMISED = "promised", _("已明确答复期限")
    FORWARDED = "forwarded", _("已转办")
    RETURNED = "returned", _("已退回，待重新转办")
    PASSED = "passed", _("已提请其他层级代表")
    SUGGESTED = "suggested", _("已转为代表建议")
    RESOLVED = "resolved", _("当场解决")
    ANSWERED = "answered", _("已答复")
    REDOING = "redoing", _("不满意，重新办理")
    CLOSED = "closed", _("已办结")
    REFUSED = "refused", _("不予受理")
    MERGED = "merged", _("已并案")
    WITHDRAWN = "withdrawn", _("已撤回")
    DISCARDED = "discarded", _("无效")


AT_STATION = (State.ACCEPTED, State.PROMISED, State.RETURNED, State.REDOING)  # the station has it in hand
AWAY = (State.FORWARDED, State.PASSED, State.SUGGESTED)  # somebody else has it
WAITING = (State.RESOLVED, State.ANSWERED)  # for the voter's word
DONE = (State.CLOSED, State.REFUSED, State.MERGED, State.WITHDRAWN, State.DISCARDED)
OPEN = (State.SUBMITTED, *AT_STATION, *AWAY)
STANDING = (*OPEN, *WAITING)

# The shape and colour of each state (`status_word`).
FACES: dict[str, str] = {
    State.SUSPECT: "soon", State.SUBMITTED: "wait", State.RETURNED: "soon", State.REDOING: "late",
    State.RESOLVED: "good", State.ANSWERED: "good", State.CLOSED: "good", State.REFUSED: "off", State.MERGED: "off",
    State.WITHDRAWN: "off", State.DISCARDED: "off",
} | dict.fromkeys((State.ACCEPTED, State.PROMISED, *AWAY), "info")  # fmt: skip


class Step(TextChoices):
    """What was done with an opinion; each is kept as a row and none is ever changed."""

    RECEIVED = "received", _("收到")
    HELD_BACK = "held_back", _("收到，待核查")
    CLEARED = "cleared", _("核查通过")
    DISCARDED = "discarded", _("判为无效")
    ACCEPTED = "accepted", _("受理")
    RESOLVED = "resolved_on_spot", _("当场解决")
    PROMISED = "promised", _("明确答复期限")
    FORWARDED = "forwarded", _("转办")
    ASSISTED = "assisted", _("增加协办")
    SIGNED_FOR = "signed_for", _("签收")
    RETURNED = "returned", _("退回")
    ASSIST_RETURNED = "assist_returned", _("协办退回")
    RECALLED = "recalled", _("收回转办")
    PASSED = "passed", _("提请其他层级代表")
    PASSED_BACK = "passed_back", _("转回")
    SUGGESTED = "suggested", _("转为代表建议")
    UNSUGGESTED = "unsuggested", _("不再作为代表建议")
    STATION_ANSWERED = "station_answered", _("联络站答复")
    REPRESENTATIVE_ANSWERED = "representative_answered", _("代表答复")
    DEPARTMENT_ANSWERED = "department_answered", _("承办单位答复")
    ASSIST_ANSWERED = "assist_answered", _("协办单位反馈")
    RATED = "rated", _("群众评价")
    SENT_BACK = "sent_back", _("不满意，重新办理")
    REFUSED = "refused", _("不予受理")
    CLOSED = "closed", _("办结")
    REOPENED = "reopened", _("重新打开")
    MERGED = "merged", _("并案")
    TOOK_IN = "took_in", _("并入其他意见")
    SPLIT = "split", _("分案")
    WITHDRAWN = "withdrawn", _("撤回")
    URGED = "urged", _("督办")
    EXTENDED = "extended", _("延期")
    PAUSED = "paused", _("暂停计时")
    RESUMED = "resumed", _("恢复计时")
    CHANGED = "changed", _("更正")
    NOTED = "noted", _("备注")
    PUBLISHED = "published", _("公示办理结果")
    TAKEN_OFF = "taken_off", _("撤下公示")


def _to(state: str, *states: str) -> dict[str, str]:
    return dict.fromkeys(states, state)


def _stay(*states: str) -> dict[str, str]:
    return {state: state for state in states}


# Every legal move: what may be done in which state, and the state that it leads to. The check constraint of
# `OpinionStep` is made from this dict, and pages and API ask it through `Opinion.can`.
MOVES: dict[str, dict[str, str]] = {
    Step.RECEIVED: {NEW: State.SUBMITTED},
    Step.HELD_BACK: {NEW: State.SUSPECT},
    Step.CLEARED: {State.SUSPECT: State.SUBMITTED},
    Step.DISCARDED: _to(State.DISCARDED, State.SUSPECT, State.SUBMITTED),
    Step.ACCEPTED: {State.SUBMITTED: State.ACCEPTED},
    Step.RESOLVED: _to(State.RESOLVED, State.SUBMITTED, *AT_STATION),
    Step.PROMISED: _to(State.PROMISED, State.SUBMITTED, *AT_STATION),
    Step.FORWARDED: _to(State.FORWARDED, State.SUBMITTED, *AT_STATION),
    # Those who assist keep what they have while the lead changes.
    Step.ASSISTED: _stay(State.FORWARDED, *AT_STATION),
    Step.SIGNED_FOR: _stay(State.FORWARDED, *AT_STATION),
    Step.RETURNED: _to(State.RETURNED, State.FORWARDED, State.REDOING),
    Step.ASSIST_RETURNED: _stay(State.FORWARDED, *AT_STATION),
    Step.RECALLED: {State.FORWARDED: State.ACCEPTED} | _stay(*AT_STATION),
    Step.PASSED: _to(State.PASSED, State.SUBMITTED, *AT_STATION, State.PASSED),
    Step.PASSED_BACK: {State.PASSED: State.ACCEPTED},
    Step.SUGGESTED: _to(State.SUGGESTED, State.SUBMITTED, *AT_STATION, State.FORWARDED, State.PASSED, State.ANSWERED),
    Step.UNSUGGESTED: {State.SUGGESTED: State.ACCEPTED},
    Step.STATION_ANSWERED: _to(State.ANSWERED, *AT_STATION, State.ANSWERED),
    Step.REPRESENTATIVE_ANSWERED: _to(State.ANSWERED, *AT_STATION, State.PASSED, State.ANSWERED)
    | _stay(State.FORWARDED, State.SUGGESTED),
    Step.DEPARTMENT_ANSWERED: _to(State.ANSWERED, State.FORWARDED, State.SUGGESTED, State.REDOING, State.ANSWERED),
    Step.ASSIST_ANSWERED: _stay(State.FORWARDED, *AT_STATION),
    Step.RATED: _stay(*WAITING, State.CLOSED),
    Step.SENT_BACK: _to(State.REDOING, *WAITING),
    Step.REFUSED: _to(State.REFUSED, State.SUBMITTED, *AT_STATION),
    Step.CLOSED: _to(State.CLOSED, *WAITING),
    Step.REOPENED: _to(State.ACCEPTED, *DONE),
    Step.MERGED: _to(State.MERGED, NEW, State.SUBMITTED, *AT_STATION),
    Step.TOOK_IN: _stay(*STANDING),
    Step.SPLIT: _stay(State.SUBMITTED, *AT_STATION),
    Step.WITHDRAWN: _to(State.WITHDRAWN, State.SUSPECT, State.SUBMITTED, *AT_STATION, *AWAY),
    Step.URGED: _stay(*OPEN),
    Step.EXTENDED: _stay(*OPEN),
    Step.PAUSED: _stay(*OPEN),
    Step.RESUMED: _stay(*OPEN),
    Step.CHANGED: _stay(*State),
    Step.NOTED: _stay(*State),
    Step.PUBLISHED: _stay(State.CLOSED),
    Step.TAKEN_OFF: _stay(State.CLOSED),
}

# What the voter reads when tracking, in this order of events; the rest is the house's own.
TOLD = frozenset(Step) - {
    Step.CLEARED, Step.DISCARDED, Step.ASSISTED, Step.SIGNED_FOR, Step.RETURNED, Step.ASSIST_RETURNED, Step.RECALLED,
    Step.ASSIST_ANSWERED, Step.TOOK_IN, Step.CHANGED, Step.NOTED, Step.TAKEN_OFF,
}  # fmt: skip


class Part(TextChoices):
    """The part of a department in a matter, or of a representative in a suggestion."""

    LEAD = "lead", _("主办")
    ASSISTING = "assisting", _("协办")


class ReferralState(TextChoices):
    SENT = "sent", _("待签收")
    RECEIVED = "received", _("办理中")
    RETURNED = "returned", _("已退回")
    ANSWERED = "answered", _("已答复")
    RECALLED = "recalled", _("已收回")


REFERRAL_MOVES: dict[str, frozenset[str]] = {
    ReferralState.SENT: frozenset(
        {ReferralState.RECEIVED, ReferralState.RETURNED, ReferralState.ANSWERED, ReferralState.RECALLED}
    ),
    ReferralState.RECEIVED: frozenset({ReferralState.RETURNED, ReferralState.ANSWERED, ReferralState.RECALLED}),
    ReferralState.RETURNED: frozenset(),
    ReferralState.ANSWERED: frozenset(),
    ReferralState.RECALLED: frozenset(),
}
REFERRAL_OPEN = (ReferralState.SENT, ReferralState.RECEIVED)
REFERRAL_GIVEN_UP = (ReferralState.RETURNED, ReferralState.RECALLED)
REFERRAL_FACES: dict[str, str] = {
    ReferralState.SENT: "wait", ReferralState.RECEIVED: "info", ReferralState.RETURNED: "soon",
    ReferralState.ANSWERED: "good", ReferralState.RECALLED: "off",
}  # fmt: skip


class AnswerOutcome(TextChoices):
    """What an answer says of the matter (DOMAIN §4)."""

    SOLVED = "solved", _("已解决")
    SOLVING = "solving", _("正在解决")
    PLANNED = "planned", _("列入计划")
    CANNOT = "cannot", _("暂不能解决")
    HIGHER = "higher", _("属上级事权")


class Party(TextChoices):
    """Who answered: each is asked about for itself."""

    STATION = "station", _("联络站")
    REPRESENTATIVE = "representative", _("代表")
    DEPARTMENT = "department", _("承办单位")


class Satisfaction(TextChoices):
    SATISFIED = "satisfied", _("满意")
    BASICALLY = "basically", _("基本满意")
    NOT = "not", _("不满意")


class DueKind(TextChoices):
    """What has to be done by a date."""

    ACCEPT = "accept", _("受理")
    ANSWER = "answer", _("答复群众")
    RETURN = "return", _("退回交办不当")
    REASSIGN = "reassign", _("重新交办")
    HANDLE = "handle", _("承办单位答复")
    ASSIST = "assist", _("协办单位反馈")
    REDO = "redo", _("重新办理")
    VIEW = "view", _("代表对答复提出意见")


class DueEnd(TextChoices):
    KEPT = "kept", _("已完成")
    DROPPED = "dropped", _("不再需要")


class Rank(TextChoices):
    """Whom an urge reaches: first who handles it, then their head, then the district."""

    PERSON = "person", _("经办人")
    HEAD = "head", _("负责人")
    DISTRICT = "district", _("区人大")


class SuggestionState(TextChoices):
    DRAFT = "draft", _("草稿")
    SIGNING = "signing", _("待联名代表确认")
    SUBMITTED = "submitted", _("待审核")
    SENT_BACK = "sent_back", _("退回修改")
    APPROVED = "approved", _("待交办")
    ASSIGNED = "assigned", _("办理中")
    ANSWERED = "answered", _("已答复，待代表提意见")
    REDOING = "redoing", _("不满意，重新办理")
    CLOSED = "closed", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")
    MERGED = "merged", _("已并案")


SUGGESTION_OPEN = (
    SuggestionState.SIGNING, SuggestionState.SUBMITTED, SuggestionState.SENT_BACK, SuggestionState.APPROVED,
    SuggestionState.ASSIGNED, SuggestionState.ANSWERED, SuggestionState.REDOING,
)  # fmt: skip
SUGGESTION_FACES: dict[str, str] = {
    SuggestionState.DRAFT: "wait", SuggestionState.SIGNING: "wait", SuggestionState.SUBMITTED: "wait",
    SuggestionState.SENT_BACK: "soon", SuggestionState.APPROVED: "info", SuggestionState.ASSIGNED: "info",
    SuggestionState.ANSWERED: "good", SuggestionState.REDOING: "late", SuggestionState.CLOSED: "good",
    SuggestionState.WITHDRAWN: "off", SuggestionState.MERGED: "off",
}  # fmt: skip


class SuggestionStepKind(TextChoices):
    BEGUN = "begun", _("起草")
    ASKED = "asked", _("请代表联名")
    SIGNED = "signed", _("确认联名")
    DECLINED = "declined", _("不联名")
    SUBMITTED = "submitted", _("提交")
    SENT_BACK = "sent_back", _("退回修改")
    APPROVED = "approved", _("审核通过")
    ASSIGNED = "assigned", _("交办")
    ASSISTED = "assisted", _("增加协办")
    SIGNED_FOR = "signed_for", _("签收")
    RETURNED = "returned", _("退回交办不当")
    ASSIST_RETURNED = "assist_returned", _("协办退回")
    ASSIST_ANSWERED = "assist_answered", _("协办单位反馈")
    ANSWERED = "answered", _("承办单位答复")
    VIEWED = "viewed", _("代表对答复的意见")
    REDO = "redo", _("重新办理")
    CLOSED = "closed", _("办结")
    WITHDRAWN = "withdrawn", _("撤回")
    MERGED = "merged", _("并案")
    TOOK_IN = "took_in", _("并入其他建议")
    URGED = "urged", _("督办")
    EXTENDED = "extended", _("延期")
    PAUSED = "paused", _("暂停计时")
    RESUMED = "resumed", _("恢复计时")
    PRIORITY = "priority", _("列为重点督办")
    CHANGED = "changed", _("修改")
    NOTED = "noted", _("备注")
    PUBLISHED = "published", _("公开办理情况")
    TAKEN_OFF = "taken_off", _("撤下公开")


_S, _K = SuggestionState, SuggestionStepKind
_BEFORE_REVIEW = (_S.DRAFT, _S.SIGNING, _S.SENT_BACK)
_WITH_DEPARTMENT = (_S.ASSIGNED, _S.REDOING)
SUGGESTION_MOVES: dict[str, dict[str, str]] = {
    _K.BEGUN: {NEW: _S.DRAFT},
    _K.ASKED: _to(_S.SIGNING, _S.DRAFT, _S.SIGNING, _S.SENT_BACK),
    _K.SIGNED: _stay(_S.SIGNING),
    _K.DECLINED: _stay(_S.SIGNING),
    _K.SUBMITTED: _to(_S.SUBMITTED, *_BEFORE_REVIEW),
    _K.SENT_BACK: {_S.SUBMITTED: _S.SENT_BACK},
    _K.APPROVED: {_S.SUBMITTED: _S.APPROVED},
    _K.ASSIGNED: {_S.APPROVED: _S.ASSIGNED},
    _K.ASSISTED: _stay(*_WITH_DEPARTMENT),
    _K.SIGNED_FOR: _stay(*_WITH_DEPARTMENT),
    _K.RETURNED: _to(_S.APPROVED, *_WITH_DEPARTMENT),
    _K.ASSIST_RETURNED: _stay(*_WITH_DEPARTMENT),
    _K.ASSIST_ANSWERED: _stay(*_WITH_DEPARTMENT, _S.ANSWERED),
    _K.ANSWERED: _to(_S.ANSWERED, *_WITH_DEPARTMENT),
    _K.VIEWED: _stay(_S.ANSWERED),
    _K.REDO: {_S.ANSWERED: _S.REDOING},
    _K.CLOSED: {_S.ANSWERED: _S.CLOSED},
    _K.WITHDRAWN: _to(_S.WITHDRAWN, _S.DRAFT, *SUGGESTION_OPEN),
    _K.MERGED: _to(_S.MERGED, _S.SUBMITTED, _S.APPROVED),
    _K.TOOK_IN: _stay(_S.SUBMITTED, _S.APPROVED),
    _K.URGED: _stay(*SUGGESTION_OPEN),
    _K.EXTENDED: _stay(*_WITH_DEPARTMENT),
    _K.PAUSED: _stay(*SUGGESTION_OPEN),
    _K.RESUMED: _stay(*SUGGESTION_OPEN),
    _K.PRIORITY: _stay(_S.SUBMITTED, _S.APPROVED, *_WITH_DEPARTMENT, _S.ANSWERED),
    _K.CHANGED: _stay(*_S),
    _K.NOTED: _stay(*_S),
    _K.PUBLISHED: _stay(_S.CLOSED),
    _K.TAKEN_OFF: _stay(_S.CLOSED),
}

LONGEST_TITLE, LONGEST_MATTER = 60, 3000
MOST_ATTACHMENTS = 6

# DOMAIN §4: categories that a new house begins with; staff edit them.
CATEGORIES = {
    "city": "城建环资", "social": "社保民政", "culture": "科教文卫", "traffic": "交通", "property": "物业与社区",
    "market": "市场监管", "rural": "三农", "legal": "政法", "finance": "财税金融", "trade": "商贸旅游",
    "ethnic": "民族宗教", "other": "其他",
}  # fmt: skip
