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
    State.SENT: frozenset(),
    # Whoever was taken off a visit and put back is reminded after all.
    State.CANCELLED: frozenset({State.PLANNED}),
}

# The shape and colour of each state (`status_word`).
FACES: dict[str, str] = {
    State.PLANNED: "wait", State.LEASED: "info", State.SENT: "good", State.FAILED: "late", State.UNKNOWN: "soon",
    State.CANCELLED: "off",
}  # fmt: skip


class Kind(TextChoices):
    VISIT_TOMORROW = "visit_tomorrow", _("进站前一日提醒")


class Channel(TextChoices):
    EMAIL = "email", _("电子邮件")


class Word:
    """What a notice's answer says where no provider said anything; kept in Chinese, translated where it is shown."""

    EXPIRED = gettext_noop("过时未发")
    CHANGED = gettext_noop("安排有变动，这条提醒不再需要")
    GONE_BEFORE = gettext_noop("已发出，随后安排有变动")
    STRANDED = gettext_noop("发送途中中断，可能已发出，也可能没有；不会自动重发")
    NO_ADDRESS = gettext_noop("接收人没有登记邮箱")
    INACTIVE = gettext_noop("接收人的账号已停用")
    ACCEPTED = gettext_noop("邮件服务器已接收")
    WRITTEN = gettext_noop("已写入邮件文件")
    UNEXPECTED = gettext_noop("发送程序出错，已记入日志")
