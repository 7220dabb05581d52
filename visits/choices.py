from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from liaison.notices.choices import Kind as NoticeKind


class VisitKind(TextChoices):
    """DOMAIN: every kind of 进站."""

    RECEPTION_DAY = "reception_day", _("统一接待选民日")
    LEADER_VISIT = "leader_visit", _("领导干部进站")
    DUAL_ACTIVITY = "dual_activity", _("代表双活动日")
    THEME_DAY = "theme_day", _("主题履职日")
    TRAINING = "training", _("学习培训")
    OUTREACH = "outreach", _("政策法律宣传")
    LECTURE = "lecture", _("健康大讲堂")
    RESEARCH = "research", _("调查研究")
    APPRAISAL = "appraisal", _("述职评议")


class State(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已公布")
    HELD = "held", _("已结束，待登记")
    LOGGED = "logged", _("已登记")
    CANCELLED = "cancelled", _("已取消")


# Every legal move; the database trigger is made from this dict, and pages and API ask it through `Visit.can_…`.
MOVES: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.PUBLISHED, State.CANCELLED}),
    State.PUBLISHED: frozenset({State.HELD, State.CANCELLED}),
    State.HELD: frozenset({State.LOGGED, State.CANCELLED}),
    State.LOGGED: frozenset(),
    State.CANCELLED: frozenset(),
}
OVER = frozenset({State.HELD, State.LOGGED})


class AttendanceState(TextChoices):
    EXPECTED = "expected", _("应到")
    LEAVE = "leave", _("请假")
    CAME = "came", _("到站")
    ABSENT = "absent", _("未到")


# A representative asked elsewhere or not here does not hold the hour.
HOLDING = (AttendanceState.EXPECTED, AttendanceState.CAME)
MOST_PHOTOS = 9
MOST_POSTER_PHOTOS = 3


class Frequency(TextChoices):
    """How a series repeats; every rule of DOMAIN §3 is one of these with its days."""

    WEEKLY = "weekly", _("每周，或每隔几周")
    WEEKDAY_OF_MONTH = "weekday_of_month", _("每月第几个星期几")
    DAY_OF_MONTH = "day_of_month", _("每月几号")
    YEARLY = "yearly", _("每年同一天")


class Weekday(IntegerChoices):
    """ISO 8601: Monday is 1."""

    MONDAY = 1, _("星期一")
    TUESDAY = 2, _("星期二")
    WEDNESDAY = 3, _("星期三")
    THURSDAY = 4, _("星期四")
    FRIDAY = 5, _("星期五")
    SATURDAY = 6, _("星期六")
    SUNDAY = 7, _("星期日")


class OffDays(TextChoices):
    """Which days a series avoids. A make-up working weekend (调休补班) is a working day either way."""

    HOLIDAYS = "holidays", _("遇节假日顺延")
    HOLIDAYS_AND_WEEKENDS = "weekends", _("遇节假日和周末都顺延")


class RollOver(TextChoices):
    """遇节假日顺延: where a visit goes whose day is off."""

    NEXT_WORKDAY = "next_workday", _("顺延到下一个工作日")
    WEEK_LATER = "week_later", _("推迟一周")


class PhotoKind(TextChoices):
    SCENE = "scene", _("现场照片")
    POSTER = "poster", _("张贴预告的照片")


class PrintForm(TextChoices):
    """In which form a notice left the house."""

    A3 = "a3", _("A3 海报")
    A4 = "a4", _("A4 海报")
    WORD = "docx", _("Word 文件")
    TEXT = "txt", _("纯文本")
    PICTURE = "png", _("图片")


class RotaState(TextChoices):
    WAITING = "waiting", _("正在编排")
    READY = "ready", _("编排完成")
    IMPOSSIBLE = "impossible", _("无法编排")
    FAILED = "failed", _("没有完成")


class CalendarView(TextChoices):
    """How a calendar shows its visits."""

    LIST = "list", _("列表")
    MONTH = "month", _("月历")
    WEEK = "week", _("周历")


# The notices whose hours staff may set. What tells of a change goes out at once, always.
REMINDERS = (
    NoticeKind.VISIT_CONFIRM, NoticeKind.VISIT_EARLY, NoticeKind.VISIT_NEAR, NoticeKind.VISIT_TOMORROW,
    NoticeKind.VISIT_TODAY, NoticeKind.VISIT_UNCONFIRMED, NoticeKind.VISIT_LOG, NoticeKind.VISIT_UNLOGGED,
    NoticeKind.VISIT_UNLOGGED_LONG, NoticeKind.VISIT_THANKS,
)  # fmt: skip


class Reply(TextChoices):
    """What a representative answers, or somebody of the station for them."""

    CONFIRM = "confirm", _("确认参加")
    LEAVE = "leave", _("我要请假")
