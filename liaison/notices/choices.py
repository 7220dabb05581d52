from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class State(TextChoices):
    PLANNED = "planned", _("待发送")
    LEASED = "leased", _("发送中")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")
    CANCELLED = "cancelled", _("已取消")
    UNKNOWN = "unknown", _("结果不明")


MOVES: dict[str, frozenset[str]] = {
    State.PLANNED: frozenset({State.LEASED, State.CANCELLED}),
    State.LEASED: frozenset({State.SENT, State.FAILED, State.UNKNOWN, State.PLANNED, State.CANCELLED}),
    State.FAILED: frozenset({State.PLANNED, State.CANCELLED}),
    # A late answer settles what was unknown.
    State.UNKNOWN: frozenset({State.PLANNED, State.SENT, State.FAILED, State.CANCELLED}),
    # The gateway took it, and its receipt says later that the telephone did not.
    State.SENT: frozenset({State.FAILED}),
    # Whoever was taken off a visit and put back is reminded after all.
    State.CANCELLED: frozenset({State.PLANNED}),
}

# The shape and colour of each state (`status_word`).
FACES: dict[str, str] = {
    State.PLANNED: "wait", State.LEASED: "info", State.SENT: "good", State.FAILED: "late", State.UNKNOWN: "soon",
    State.CANCELLED: "off",
}  # fmt: skip


class Kind(TextChoices):
    """What is told. How many days or hours before or after, the plan of a visit's kind says."""

    VISIT_CONFIRM = "visit_confirm", _("请确认是否参加")
    VISIT_EARLY = "visit_early", _("进站第一次提醒")
    VISIT_NEAR = "visit_near", _("进站第二次提醒")
    VISIT_TOMORROW = "visit_tomorrow", _("进站前一日提醒")
    VISIT_TODAY = "visit_today", _("进站当日提醒")
    VISIT_UNCONFIRMED = "visit_unconfirmed", _("还有代表未确认")
    VISIT_CHANGED = "visit_changed", _("安排有变更")
    VISIT_OFF = "visit_off", _("不再参加")
    VISIT_CANCELLED = "visit_cancelled", _("进站已取消")
    VISIT_LEAVE = "visit_leave", _("代表请假")
    VISIT_BACK = "visit_back", _("请假后改为参加")
    VISIT_THANKS = "visit_thanks", _("进站后致谢")
    VISIT_LOG = "visit_log", _("请登记进站")
    VISIT_UNLOGGED = "visit_unlogged", _("进站未登记")
    VISIT_UNLOGGED_LONG = "visit_unlogged_long", _("进站逾期未登记")
    OPINION_RECEIVED = "opinion_received", _("收到意见（告诉群众）")
    OPINION_ACCEPTED = "opinion_accepted", _("意见已受理（告诉群众）")
    OPINION_PROMISED = "opinion_promised", _("明确答复期限（告诉群众）")
    OPINION_FORWARDED = "opinion_forwarded", _("意见已转办（告诉群众）")
    OPINION_JOINED = "opinion_joined", _("意见已并案（告诉群众）")
    OPINION_ANSWERED = "opinion_answered", _("意见已答复（告诉群众）")
    OPINION_AGAIN = "opinion_again", _("意见重新办理（告诉群众）")
    OPINION_LATER = "opinion_later", _("答复期限有变（告诉群众）")
    OPINION_REFUSED = "opinion_refused", _("意见不予受理（告诉群众）")
    OPINION_CLOSED = "opinion_closed", _("意见已办结（告诉群众）")
    OPINION_NEW = "opinion_new", _("有新的意见")
    OPINION_SENT = "opinion_sent", _("收到转办件")
    OPINION_SENT_AGAIN = "opinion_sent_again", _("不满意，重新办理")
    OPINION_CALLED_BACK = "opinion_called_back", _("转办件已收回")
    OPINION_PASSED = "opinion_passed", _("意见提请代表办理")
    OPINION_RETURNED = "opinion_returned", _("意见被退回")
    OPINION_REPLIED = "opinion_replied", _("意见有了答复")
    OPINION_DISCONTENT = "opinion_discontent", _("群众不满意")
    OPINION_ASKED = "opinion_asked", _("承办单位申请延期")
    OPINION_MOVED = "opinion_moved", _("办理期限有变")
    OPINION_URGED = "opinion_urged", _("督办")
    SUGGESTION_ASKED = "suggestion_asked", _("请代表联名")
    SUGGESTION_NEW = "suggestion_new", _("有建议待审核")
    SUGGESTION_BACK = "suggestion_back", _("建议退回修改")
    SUGGESTION_SENT = "suggestion_sent", _("收到代表建议")
    SUGGESTION_SENT_AGAIN = "suggestion_sent_again", _("代表不满意，重新办理")
    SUGGESTION_RETURNED = "suggestion_returned", _("建议被退回")
    SUGGESTION_ANSWERED = "suggestion_answered", _("建议有了答复")
    SUGGESTION_DISCONTENT = "suggestion_discontent", _("代表不满意")
    SUGGESTION_LATER = "suggestion_later", _("建议答复期限有变")
    SUGGESTION_CLOSED = "suggestion_closed", _("建议已办结")
    SUGGESTION_OFF = "suggestion_off", _("建议已撤回")


class Group(TextChoices):
    """What a person chooses channels for: kinds of one sort together."""

    VISITS = "visits", _("进站安排")
    LOGS = "logs", _("进站登记")
    OPINIONS = "opinions", _("意见和建议")


class Manner(NamedTuple):
    """How notices of a kind behave."""

    group: Group = Group.VISITS
    is_urgent: bool = False  # goes out in the quiet hours too
    in_rooms: bool = False  # told to the group chat and the webhook of its place, once


MANNERS: dict[str, Manner] = {
    Kind.VISIT_TOMORROW: Manner(in_rooms=True),
    Kind.VISIT_CHANGED: Manner(in_rooms=True),
    Kind.VISIT_CANCELLED: Manner(in_rooms=True),
    Kind.VISIT_THANKS: Manner(group=Group.LOGS),
    Kind.VISIT_LOG: Manner(group=Group.LOGS),
    Kind.VISIT_UNLOGGED: Manner(group=Group.LOGS),
    Kind.VISIT_UNLOGGED_LONG: Manner(group=Group.LOGS),
} | {kind: Manner(group=Group.OPINIONS) for kind in Kind if not kind.name.startswith("VISIT_")}


def manner(kind: str) -> Manner:
    return MANNERS.get(kind, Manner())


class Channel(TextChoices):
    INBOX = "inbox", _("站内消息")
    EMAIL = "email", _("电子邮件")
    SMS = "sms", _("短信")
    DINGTALK = "dingtalk", _("钉钉群")
    WECOM = "wecom", _("企业微信群")
    FEISHU = "feishu", _("飞书群")
    WEBHOOK = "webhook", _("数据推送")


# They work without a setting: mail goes by the environment's server, or into files.
ALWAYS = (Channel.INBOX, Channel.EMAIL)
# They make no sound, so the night does not matter to them.
SILENT = (Channel.INBOX, Channel.WEBHOOK)
# They reach a room or a machine and not a person: one notice for the place, whoever is in it.
ROOMS = (Channel.DINGTALK, Channel.WECOM, Channel.FEISHU, Channel.WEBHOOK)


class Word:
    """What a notice's answer says where no provider said anything; kept in Chinese, translated where it is shown."""

    EXPIRED = gettext_noop("过时未发")
    EXPIRED_TRIED = gettext_noop("渠道一直不通，过时未发")
    NIGHT = gettext_noop("只剩夜间可发，没有发；站内消息里有")
    CHANGED = gettext_noop("安排有变动，这条提醒不再需要")
    GONE_BEFORE = gettext_noop("已发出，随后安排有变动")
    STRANDED = gettext_noop("发送途中中断，可能已发出，也可能没有；不会自动重发")
    AGAIN = gettext_noop("发送途中中断；对方能识别重复，会自动再发一次")
    NO_ADDRESS = gettext_noop("接收人没有登记邮箱")
    NO_PHONE = gettext_noop("接收人没有登记手机号")
    INACTIVE = gettext_noop("接收人的账号已停用")
    LEFT = gettext_noop("接收人已退订")
    ERASED = gettext_noop("接收人的联系方式已清除")
    SEALED = gettext_noop("接收人的联系方式打不开：加密用的钥匙已更换")
    ACCEPTED = gettext_noop("邮件服务器已接收")
    WRITTEN = gettext_noop("已写入邮件文件")
    SHOWN = gettext_noop("已放入站内消息")
    DELIVERED = gettext_noop("运营商回执：已送达")
    UNDELIVERED = gettext_noop("运营商回执：没有送达")
    OFF = gettext_noop("这个渠道没有启用")
    UNEXPECTED = gettext_noop("发送程序出错，已记入日志")
    # The way to a provider (egress.py)
    REFUSED = gettext_noop("连接不上：对方拒绝连接或没有开机")
    NO_SUCH_HOST = gettext_noop("连接不上：域名不存在或无法解析")
    BAD_CERTIFICATE = gettext_noop("连接不上：对方的证书无效")
    NO_REPLY = gettext_noop("对方在限定时间内没有回答")
    BROKEN = gettext_noop("对方没有回答就断开了")
    FORBIDDEN_ADDRESS = gettext_noop("不允许访问这个地址：它指向本机或本地链路")
    BAD_URL = gettext_noop("地址应以 http:// 或 https:// 开头")
