from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
    State.UNKNOWN: frozenset({State.PLANNED, State.SENT, State.CANCELLED}),
    State.SENT: frozenset(),
    State.CANCELLED: frozenset(),
}


class Kind(TextChoices):
    VISIT_TOMORROW = "visit_tomorrow", _("进站前一日提醒")


class Channel(TextChoices):
    EMAIL = "email", _("电子邮件")
