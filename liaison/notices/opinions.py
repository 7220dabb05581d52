"""What notices about opinions and suggestions say.

They have one shape: who is told what, then facts line by line, then where to look.

A text for voters greets without a name. No text speaks of what a voter said: a title is a voter's words, too.
"""

from .choices import Kind

_FOR_VOTER = ("number", "station", "handler", "due", "said", "office", "phone", "page")
_ON_SUGGESTION = ("name", "suggestion", "category", "handler", "due", "said", "page")
_FOR_STAFF = ("name", "number", "station", "category", "handler", "due", "said", "page")

# Lines of the body in this order; a line without anything to say is left out.
FACTS = {
    "number": ("受理编号：{受理编号}", "Number: {number}"),
    "suggestion": ("建议：{建议}", "Suggestion: {suggestion}"),
    "station": ("联络站：{联络站}", "Station: {station}"),
    "category": ("类别：{类别}", "Category: {category}"),
    "handler": ("办理单位：{办理单位}", "Handled by: {handler}"),
    "due": ("期限：{期限}", "By: {due}"),
    "said": ("说明：{说明}", "In words: {said}"),
    "office": ("应向这里反映：{受理部门}", "The proper office: {office}"),
    "phone": ("联络站电话：{联络站电话}", "Telephone of the station: {phone}"),
}

# By kind: subject and lead in Chinese, then both in English. Subjects name the number: people have several matters.
TO_VOTERS = {
    Kind.OPINION_RECEIVED: (
        "收到您的意见：{受理编号}", "您反映的意见已经收到，请记下受理编号。联络站会在期限以前看过并决定怎样办理。",
        "Received: {number}", "We have received what you told us. Please keep the number. The station will decide how "
        "to handle it by the date below.",
    ),
    Kind.OPINION_ACCEPTED: (
        "您的意见已受理：{受理编号}", "您反映的意见已经受理，会在期限以前答复您。",
        "Accepted: {number}", "Your matter was accepted. You will have an answer by the date below.",
    ),
    Kind.OPINION_PROMISED: (
        "{期限}以前答复您：{受理编号}", "您反映的意见一时不能解决，情况说明如下，会在期限以前答复您。",
        "An answer by {due}: {number}", "Your matter cannot be settled at once. Here is why, and by when you will have "
        "an answer.",
    ),
    Kind.OPINION_FORWARDED: (
        "您的意见已转给{办理单位}：{受理编号}", "您反映的意见已经转给负责的单位或者代表办理，会在期限以前答复您。",
        "Passed to {handler}: {number}", "Your matter was passed to whoever is responsible for it. You will have an "
        "answer by the date below.",
    ),
    Kind.OPINION_JOINED: (
        "您的意见与同一件事一起办理：{受理编号}", "已有人反映同一件事，两件一起办理。受理编号不变，结果也会告诉您。",
        "Handled together: {number}", "Somebody has told us the same, and both are handled together. Your number stays "
        "good, and you will hear what comes of it.",
    ),
    Kind.OPINION_ANSWERED: (
        "您的意见有答复了：{受理编号}", "您反映的意见已经答复，请您评价。不满意的，会按规定重新办理一次。",
        "Answered: {number}", "There is an answer. Please say whether you are content with it. If not, it is "
        "handled once more.",
    ),
    Kind.OPINION_AGAIN: (
        "您的意见继续办理：{受理编号}", "您反映的意见正在重新办理，会在期限以前再答复您。",
        "Handled again: {number}", "Your matter is being handled again, and you will be answered by the date below.",
    ),
    Kind.OPINION_LATER: (
        "答复期限有变：{受理编号}", "您反映的意见，答复的期限有变动，原因如下。",
        "The date has changed: {number}", "The date of your answer has changed, for the reason below.",
    ),
    Kind.OPINION_REFUSED: (
        "您的意见不属于联络站受理：{受理编号}", "您反映的意见依照规定不能由联络站受理，理由和应向哪里反映如下。",
        "Not for us: {number}", "By rule the station cannot take up your matter. Here is why, and who can.",
    ),
    Kind.OPINION_CLOSED: (
        "您的意见已办结：{受理编号}", "您反映的意见已经办结，谢谢您。还有问题的，可以请联络站重新打开。",
        "Closed: {number}", "Your matter is closed. Thank you. If anything is left, ask the station to open it again.",
    ),
}  # fmt: skip
TO_STAFF = {
    Kind.OPINION_NEW: (
        "有新的意见待受理：{受理编号}", "联络站收到一件新的意见，请看后决定受理、当场解决或者转办。",
        "New opinion: {number}", "A new opinion has come in. Please look at it and decide.",
    ),
    Kind.OPINION_SENT: (
        "收到转办件：{受理编号}", "有一件群众意见转给您单位，请签收办理；不归您单位办理的，请按期退回并说明理由。",
        "Sent to you: {number}", "A matter was sent to your department. Please sign for it, or return it with the "
        "reason if it is not yours.",
    ),
    Kind.OPINION_SENT_AGAIN: (
        "群众不满意，请重新办理：{受理编号}", "群众对答复不满意，按规定由您单位重新办理一次。",
        "To be done again: {number}", "The voter is not content with the answer. By rule it is handled once more.",
    ),
    Kind.OPINION_CALLED_BACK: (
        "转办件不用再办：{受理编号}", "这件转办件已经收回，您单位不用再办理。",
        "Called back: {number}", "This matter was called back. You need not handle it any more.",
    ),
    Kind.OPINION_PASSED: (
        "有意见提请您办理：{受理编号}", "联络站有一件群众意见提请您跟进，请看后答复或者转回。",
        "Passed to you: {number}", "A station asks you to take up a voter’s matter. Please answer it or hand it back.",
    ),
    Kind.OPINION_RETURNED: (
        "意见被退回：{受理编号}", "这件意见被退回，请重新安排。",
        "Returned: {number}", "This matter was returned. Please pass it to somebody else.",
    ),
    Kind.OPINION_REPLIED: (
        "意见有了答复：{受理编号}", "承办单位或者代表已经答复这件意见。",
        "A reply: {number}", "The department or the representative has answered this matter.",
    ),
    Kind.OPINION_DISCONTENT: (
        "群众不满意：{受理编号}", "群众对答复不满意，请联系群众了解情况。",
        "Not content: {number}", "The voter is not content with the answer. Please speak with them.",
    ),
    Kind.OPINION_ASKED: (
        "承办单位申请延期：{受理编号}", "承办单位申请延长办理期限，请看后决定。",
        "More time asked for: {number}", "The department asks for more time. Please decide.",
    ),
    Kind.OPINION_MOVED: (
        "办理期限有变：{受理编号}", "因为日历或者规则有变动，这件事的期限改为下面的日期。",
        "The date has changed: {number}", "The calendar or a rule has changed, and the date with it.",
    ),
    Kind.OPINION_URGED: (
        "督办：{受理编号}", "请抓紧办理下面这件事。",
        "Please act: {number}", "Please deal with this matter.",
    ),
}  # fmt: skip

ON_SUGGESTIONS = {
    Kind.SUGGESTION_ASKED: (
        "请确认联名：{建议}", "有一件代表建议请您联名，请看过以后确认，或者答复不联名。",
        "Will you sign: {suggestion}", "You are asked to sign a suggestion. Please read it, and say yes or no.",
    ),
    Kind.SUGGESTION_NEW: (
        "有代表建议待审核：{建议}", "代表提交了一件建议，请审核。",
        "For review: {suggestion}", "Representatives have submitted a suggestion. Please review it.",
    ),
    Kind.SUGGESTION_BACK: (
        "建议退回修改：{建议}", "这件建议退回修改，请看说明，改好以后再提交。",
        "Please revise: {suggestion}", "The suggestion came back. Please see why, and submit it again.",
    ),
    Kind.SUGGESTION_SENT: (
        "收到代表建议：{建议}",
        "有一件代表建议交您单位办理，期限从签收之日起算，请签收；不归您单位办理的，请按期书面退回。",
        "Assigned to you: {suggestion}", "A suggestion was assigned to your department. The term runs from the day you "
        "sign for it; please return it in writing and in time if it is not yours.",
    ),
    Kind.SUGGESTION_SENT_AGAIN: (
        "代表不满意，请重新办理：{建议}", "代表对答复不满意，按规定由您单位重新办理一次。",
        "To be done again: {suggestion}", "The representatives are not content with the answer. It is handled again.",
    ),
    Kind.SUGGESTION_RETURNED: (
        "建议被退回：{建议}", "承办单位退回了这件建议，请按期重新交办。",
        "Returned: {suggestion}", "The department has returned the suggestion. Please assign it again in time.",
    ),
    Kind.SUGGESTION_ANSWERED: (
        "您的建议有答复了：{建议}", "承办单位已经答复，请在期限以前提出对答复的意见。",
        "Answered: {suggestion}", "The department has answered. Please say by the date below what you think of it.",
    ),
    Kind.SUGGESTION_DISCONTENT: (
        "代表对答复不满意：{建议}", "代表对答复不满意，理由如下。",
        "Not content: {suggestion}", "A representative is not content with the answer, for the reason below.",
    ),
    Kind.SUGGESTION_LATER: (
        "建议答复期限有变：{建议}", "这件建议答复的期限有变动，原因如下。",
        "The date has changed: {suggestion}", "The date of the answer has changed, for the reason below.",
    ),
    Kind.SUGGESTION_CLOSED: (
        "建议已办结：{建议}", "这件建议已经办结。",
        "Closed: {suggestion}", "The suggestion is closed.",
    ),
    Kind.SUGGESTION_OFF: (
        "建议已撤回：{建议}", "这件建议已经撤回，不用再办理。",
        "Withdrawn: {suggestion}", "The suggestion was withdrawn and need not be handled any more.",
    ),
}  # fmt: skip

SPEAKS_OF = (
    dict.fromkeys(TO_VOTERS, _FOR_VOTER)
    | dict.fromkeys(TO_STAFF, _FOR_STAFF)
    | dict.fromkeys(ON_SUGGESTIONS, _ON_SUGGESTION)
)


def written() -> dict[str, dict[str, tuple[str, str, str]]]:
    """Subject, body and text message of each kind in each language."""
    return {
        kind: {"zh-hans": _put(subject, lead, codes, 0), "en": _put(subject_en, lead_en, codes, 1)}
        for kinds in (TO_VOTERS, TO_STAFF, ON_SUGGESTIONS)
        for kind, (subject, lead, subject_en, lead_en) in kinds.items()
        for codes in [SPEAKS_OF[kind]]
    }


def _put(subject: str, lead: str, codes: tuple[str, ...], language: int) -> tuple[str, str, str]:
    greeting = ("{称呼}您好：\n", "Dear {name},\n")[language] if "name" in codes else ("您好：\n", "Hello,\n")[language]
    facts = "\n".join(FACTS[code][language] for code in FACTS if code in codes)
    look, dot = (("查看：{网页}", "。"), ("See: {page}", "."))[language]
    return subject, f"{greeting}{lead}\n\n{facts}\n\n{look}\n", f"{subject}{dot}\n {look}"
