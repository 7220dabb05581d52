"""What needs a hand today, for the reach of whoever looks: each line with its number and the list behind it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaison.accounts.scoping import may
from liaison.common.estimates import capped_count
from liaison.common.templatetags.face import cn_month, joined
from liaison.notices.choices import State as NoticeState
from liaison.notices.models import Notice
from liaison.policy.choices import Key
from liaison.policy.models import CalendarYear, Threshold
from stations.models import Station
from visits.choices import State
from visits.models import Visit, day_start
from visits.notice import NoticeRule, warn_days

MOST = 99
CITY_DIGITS = 4  # above a city, somebody else looks after single stations
RECENT_DAYS = 14
ASK_FOR_NEXT_YEAR_FROM = 11  # the State Council announces a year in the autumn before it


class Line(NamedTuple):
    words: str
    hint: str
    count: int
    url: str

    @property
    def number(self) -> str:
        return f"{MOST}+" if self.count > MOST else str(self.count)


def lines(user, on: date) -> list[Line]:
    """Every line that the person can do something about, those without anything to do included."""
    return [*_of_visits(user, on), *_of_notices(user, on), *_of_calendar(user, on)]


def _of_visits(user, on: date) -> Iterator[Line]:
    if not may(user, "publish", Visit):
        return
    visits = Visit.objects.for_user(user, "publish")
    rule, warn = NoticeRule.on(on), warn_days(on)
    log_days = Threshold.objects.number(Key.LOG_WITHIN_DAYS, on)
    yield Line(
        _("已过公告期限的草稿"), _("距开始已不足 %s，现在公布要说明原因") % rule.amount,
        _count(visits.past_notice(on, rule)), _list_of_visits("late"),
    )  # fmt: skip
    yield Line(
        _("快到公告期限的草稿"),
        _("至少提前 %(n)s公布，今天或 %(days)s 天内是最后一天") % {"n": rule.amount, "days": warn},
        _count(visits.near_notice(on, rule, warn)), _list_of_visits("publish"),
    )  # fmt: skip
    yield Line(
        _("逾期未登记的进站"), _("结束已超过 %s 天") % log_days,
        _count(visits.to_log(on, log_days)), _list_of_visits("log"),
    )  # fmt: skip
    yield Line(
        _("过期的草稿"), _("日期已过，从未公布；请删除，或改期"),
        _count(visits.filter(state=State.DRAFT).before(on)), _list_of_visits("stale"),
    )  # fmt: skip
    if looks_after_stations(user):
        yield Line(
            _("下月没有进站安排的联络站"), _("%s尚无任何安排") % cn_month(next_month(on)),
            _count(idle_stations(user, on)), reverse("admin:idle-stations"),
        )  # fmt: skip


def _of_notices(user, on: date) -> Iterator[Line]:
    if not may(user, "view", Notice):
        return
    recent = day_start(on - timedelta(days=RECENT_DAYS))  # not `due_at__date`, which no index answers
    notices = Notice.objects.for_user(user, "view").filter(due_at__gte=recent)
    yield Line(
        _("没有送达的提醒"), _("最近 %s 天发送失败的") % RECENT_DAYS,
        _count(notices.filter(state=NoticeState.FAILED)),
        reverse("notices:notice-list") + f"?state={NoticeState.FAILED}",
    )  # fmt: skip
    yield Line(
        _("结果不明的提醒"), _("最近 %s 天的；可能发出了，也可能没有，请问一问本人") % RECENT_DAYS,
        _count(notices.filter(state=NoticeState.UNKNOWN)),
        reverse("notices:notice-list") + f"?state={NoticeState.UNKNOWN}",
    )  # fmt: skip


def _of_calendar(user, on: date) -> Iterator[Line]:
    if not may(user, "change", CalendarYear):
        return
    years = [on.year] if on.month < ASK_FOR_NEXT_YEAR_FROM else [on.year, on.year + 1]
    open_years = [year for year in years if not CalendarYear.objects.is_announced(year)]
    named = joined(open_years)
    yield Line(
        _("尚未公布的日历年度"),
        _("%s 年的节假日与调休尚未录入，期限按周末推算") % named if named else _("节假日与调休已录入"),
        len(open_years), reverse("admin:policy_calendaryear_changelist"),
    )  # fmt: skip


def looks_after_stations(user) -> bool:
    return all(len(posting.code) >= CITY_DIGITS for posting in user.current_postings)


def idle_stations(user, on: date) -> QuerySet[Station]:
    """Open stations without any visit in the month after `on`."""
    month = next_month(on)
    planned = Visit.objects.standing().between(month, next_month(month) - timedelta(days=1))
    stations = Station.objects.for_user(user, "add", of=Visit).filter(is_open=True)
    return stations.filter(~Exists(planned.filter(station=OuterRef("pk"))))


def next_month(on: date) -> date:
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1)


def _count(rows: QuerySet) -> int:
    return capped_count(rows, MOST)


def _list_of_visits(needs: str) -> str:
    return reverse("admin:visits_visit_changelist") + f"?needs={needs}"
