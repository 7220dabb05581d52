"""Every threshold and clock: its unit, the value it starts with, and where that value comes from."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Unit(TextChoices):
    DAYS = "days", _("天")
    WORKDAYS = "workdays", _("个工作日")
    MONTHS = "months", _("个月")
    HOURS = "hours", _("小时")
    TIMES = "times", _("次")
    YEARS = "years", _("年")
    HOUR_OF_DAY = "hour_of_day", _("点")
    METRES = "metres", _("米")
    YES_NO = "yes_no", _("（1 为是，0 为否）")


# More than this is a slip of the finger, and days beyond it lead out of the calendar.
MOST = {
    Unit.DAYS: 3660, Unit.WORKDAYS: 1000, Unit.MONTHS: 120, Unit.HOURS: 240, Unit.TIMES: 1000, Unit.YEARS: 100,
    Unit.HOUR_OF_DAY: 23, Unit.METRES: 100_000, Unit.YES_NO: 1,
}  # fmt: skip


class Key(TextChoices):
    NOTICE_DAYS = "visit.notice_days", _("进站公告提前天数")
    NOTICE_WARN_DAYS = "visit.notice_warn_days", _("公告期限到期前提醒的天数")
    LONGEST_HOURS = "visit.longest_hours", _("一次进站最长时间")
    FURTHEST_DAYS = "visit.furthest_days", _("最远可安排到多少天以后")
    LOG_WITHIN_DAYS = "visit.log_within_days", _("进站后须登记的天数")
    VISITS_PER_YEAR = "visit.per_representative_year", _("代表每年进站次数下限")
    RECEPTIONS_PER_MONTH = "station.receptions_per_month", _("联络站每月接待次数下限")
    ACTIVITIES_PER_QUARTER = "station.activities_per_quarter", _("联络站每季度集体活动次数下限")
    LEADERS_PER_QUARTER = "station.leaders_per_quarter", _("有领导干部代表的站每季度领导进站次数下限")
    NEAR_METRES = "station.near_metres", _("社区中心到联络站的就近距离")
    QUIET_FROM = "notice.quiet_from", _("夜间不发提醒，自")
    QUIET_TO = "notice.quiet_to", _("夜间不发提醒，至")
    DIGEST_HOUR = "notice.digest_hour", _("每日汇总邮件的发送时间")
    ACCEPT_WORKDAYS = "opinion.accept_workdays", _("意见受理期限")
    PROMISE_WORKDAYS = "opinion.promise_workdays", _("意见答复期限（未另行承诺时）")
    RETURN_OPINION_WORKDAYS = "opinion.return_workdays", _("意见转办不当的退回和重新转办期限")
    REDO_WORKDAYS = "opinion.redo_workdays", _("群众不满意时重新办理期限")
    CLOSE_DAYS = "opinion.close_days", _("答复后无人评价，自动办结的天数")
    ANONYMOUS = "opinion.anonymous", _("是否接受匿名反映")
    LINK_DAYS = "opinion.link_days", _("承办单位答复链接的有效期")
    SOON_WORKDAYS = "deadline.soon_workdays", _("期限将到前提醒的时间")
    URGE_HEAD_WORKDAYS = "deadline.urge_head_workdays", _("逾期多久后督办负责人")
    URGE_DISTRICT_WORKDAYS = "deadline.urge_district_workdays", _("逾期多久后报区人大督办")
    SUGGESTION_MONTHS = "suggestion.answer_months", _("代表建议答复期限")
    SUGGESTION_HARD_MONTHS = "suggestion.hard_months", _("疑难代表建议答复期限")
    RETURN_WORKDAYS = "suggestion.return_workdays", _("交办不当的退回期限")
    REASSIGN_WORKDAYS = "suggestion.reassign_workdays", _("交办不当退回后重新交办的期限")
    ASSIST_MONTHS = "suggestion.assist_months", _("协办单位反馈期限")
    VIEW_WORKDAYS = "suggestion.view_workdays", _("代表对答复提出意见的期限")
    REDO_MONTHS = "suggestion.redo_months", _("代表不满意时重新办理期限")
    ERASE_YEARS = "contact.erase_years", _("选民联系方式保留期限（办结后）")
    LOG_KEPT_YEARS = "audit.kept_years", _("日志保留期限")


class Default(NamedTuple):
    value: Decimal
    unit: Unit
    source: str


OURS = "本系统默认值，可调整"
HENAN = "河南省人大代表建议办理规定（2017）"

DEFAULTS: dict[Key, Default] = {
    Key.NOTICE_DAYS: Default(Decimal(3), Unit.DAYS, "地方工作规范（一般提前 3 日，个别为 2 日）"),
    Key.NOTICE_WARN_DAYS: Default(Decimal(2), Unit.DAYS, OURS),
    Key.LONGEST_HOURS: Default(Decimal(12), Unit.HOURS, OURS),
    Key.FURTHEST_DAYS: Default(Decimal(550), Unit.DAYS, OURS),
    Key.LOG_WITHIN_DAYS: Default(Decimal(3), Unit.DAYS, OURS),
    Key.VISITS_PER_YEAR: Default(Decimal(2), Unit.TIMES, "参照北京市做法（每年不少于 2 次）"),
    Key.RECEPTIONS_PER_MONTH: Default(Decimal(1), Unit.TIMES, "月联系：统一接待选民日"),
    Key.ACTIVITIES_PER_QUARTER: Default(Decimal(1), Unit.TIMES, "季活动：代表双活动日"),
    Key.LEADERS_PER_QUARTER: Default(Decimal(1), Unit.TIMES, "领导干部进站：每季度至少一次（本系统默认值，可调整）"),
    Key.NEAR_METRES: Default(Decimal(1000), Unit.METRES, "居民一公里内有联络站（区级常用指标）；数值为本系统默认值"),
    Key.QUIET_FROM: Default(Decimal(21), Unit.HOUR_OF_DAY, OURS),
    Key.QUIET_TO: Default(Decimal(8), Unit.HOUR_OF_DAY, OURS),
    Key.DIGEST_HOUR: Default(Decimal(8), Unit.HOUR_OF_DAY, OURS),
    Key.ACCEPT_WORKDAYS: Default(Decimal(3), Unit.WORKDAYS, OURS),
    Key.PROMISE_WORKDAYS: Default(Decimal(15), Unit.WORKDAYS, OURS),
    Key.RETURN_OPINION_WORKDAYS: Default(Decimal(5), Unit.WORKDAYS, OURS),
    Key.REDO_WORKDAYS: Default(Decimal(10), Unit.WORKDAYS, OURS),
    Key.CLOSE_DAYS: Default(Decimal(15), Unit.DAYS, OURS),
    Key.ANONYMOUS: Default(Decimal(1), Unit.YES_NO, OURS),
    Key.LINK_DAYS: Default(Decimal(30), Unit.DAYS, OURS),
    Key.SOON_WORKDAYS: Default(Decimal(3), Unit.WORKDAYS, OURS),
    Key.URGE_HEAD_WORKDAYS: Default(Decimal(3), Unit.WORKDAYS, OURS),
    Key.URGE_DISTRICT_WORKDAYS: Default(Decimal(7), Unit.WORKDAYS, OURS),
    Key.SUGGESTION_MONTHS: Default(Decimal(3), Unit.MONTHS, "代表法第五十一条"),
    Key.SUGGESTION_HARD_MONTHS: Default(Decimal(6), Unit.MONTHS, "代表法第五十一条"),
    Key.RETURN_WORKDAYS: Default(Decimal(10), Unit.WORKDAYS, HENAN),
    Key.REASSIGN_WORKDAYS: Default(Decimal(10), Unit.WORKDAYS, HENAN),
    Key.ASSIST_MONTHS: Default(Decimal(2), Unit.MONTHS, HENAN),
    Key.VIEW_WORKDAYS: Default(Decimal(10), Unit.WORKDAYS, HENAN),
    Key.REDO_MONTHS: Default(Decimal(1), Unit.MONTHS, HENAN),
    Key.ERASE_YEARS: Default(Decimal(2), Unit.YEARS, OURS),
    Key.LOG_KEPT_YEARS: Default(Decimal(3), Unit.YEARS, "网络安全法第二十一条（不少于六个月）；期限为本系统默认值"),
}

# Where an office may count otherwise; the unit of every other rule is that of its default.
UNITS: dict[Key, tuple[Unit, ...]] = {Key.NOTICE_DAYS: (Unit.DAYS, Unit.WORKDAYS)}


def units_of(key: str) -> tuple[Unit, ...]:
    return UNITS.get(Key(key)) or (DEFAULTS[Key(key)].unit,)


class DayKind(TextChoices):
    HOLIDAY = "holiday", _("放假")
    MAKEUP = "makeup", _("调休上班")
