"""The notice period: until which day a visit must be public, in days or in working days, as policy has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.common.templatetags.face import cn_date
from liaison.common.workdays import add_workdays, is_workday
from liaison.policy.choices import Key, Unit
from liaison.policy.models import CalendarDay, CalendarYear, Threshold

MARGIN = timedelta(days=60)  # the longest holidays, so that a period that begins before them is counted right


class Standing(TextChoices):
    """How a draft stands to the last day on which it can be published in time."""

    LATE = "late", gettext_lazy("已逾期")
    TODAY = "today", gettext_lazy("今天是最后一天")
    SOON = "soon", gettext_lazy("将到期")
    LATER = "later", gettext_lazy("以后")


FACES = {Standing.LATE: "late", Standing.TODAY: "soon", Standing.SOON: "soon", Standing.LATER: "wait"}


@dataclass(frozen=True)
class NoticeRule:
    """The rule in force on a day, with the calendar that counts. The only place that knows when a notice is late."""

    count: int
    unit: str
    source: str
    exceptions: Mapping[date, bool]
    announced_years: frozenset[int] | None  # None where the calendar does not matter

    @classmethod
    def on(cls, day: date) -> "NoticeRule":
        threshold = Threshold.objects.on(Key.NOTICE_DAYS, day)
        count, unit, source = int(threshold.value), threshold.unit, threshold.source
        if unit != Unit.WORKDAYS:
            return cls(count, unit, source, {}, None)
        first = day - timedelta(days=2 * count) - MARGIN
        years = CalendarYear.objects.filter(announced=True).values_list("year", flat=True)
        return cls(count, unit, source, CalendarDay.objects.exceptions(first, date.max), frozenset(years))

    def ends_on(self, starts_on: date) -> date:
        """The last day on which publishing a visit of `starts_on` keeps the period; that day itself is in time."""
        if self.unit == Unit.WORKDAYS:
            return add_workdays(starts_on, -self.count, self.exceptions)
        return starts_on - timedelta(days=self.count)

    def latest_start(self, on: date) -> date:
        """The latest day of a visit whose last day for publishing is `on` or before: `ends_on` turned round."""
        if self.unit == Unit.WORKDAYS:
            return add_workdays(on, self.count, self.exceptions)
        return on + timedelta(days=self.count)

    def left(self, on: date, starts_on: date) -> int:
        """Days or working days after `on` until the last day, that one counted; 0 on the last day and past it."""
        last = self.ends_on(starts_on)
        days = [on + timedelta(days=n) for n in range(1, (last - on).days + 1)]
        return sum(self.unit != Unit.WORKDAYS or is_workday(day, self.exceptions) for day in days)

    def is_provisional(self, starts_on: date) -> bool:
        """Whether a year that is not announced yet was counted: its holidays may still move the day."""
        years = {self.ends_on(starts_on).year, starts_on.year}
        return self.announced_years is not None and not years <= self.announced_years

    @property
    def amount(self) -> str:
        return f"{self.count} {Unit(self.unit).label}"

    @property
    def words(self) -> str:
        return _("至少提前 %(n)s公布，依据：%(source)s") % {"n": self.amount, "source": self.source}

    def for_visit(self, starts_on: date, on: date, warn_days: int) -> "Notice":
        ends_on = self.ends_on(starts_on)
        return Notice(self, ends_on, (ends_on - on).days, self.left(on, starts_on), warn_days,
                      self.is_provisional(starts_on))  # fmt: skip

    def kept(self, starts_on: date) -> dict:
        """What is kept with the visit when it becomes public, so that the day explains itself ever after."""
        return {
            "count": self.count, "unit": self.unit, "source": self.source,
            "ends_on": self.ends_on(starts_on).isoformat(), "provisional": self.is_provisional(starts_on),
        }  # fmt: skip


class Notice(NamedTuple):
    """How one visit stands to the notice period today."""

    rule: NoticeRule
    ends_on: date
    days: int  # by the calendar, until the last day; negative where it has passed
    left: int  # in the unit of the rule
    warn_days: int
    is_provisional: bool

    @property
    def standing(self) -> Standing:
        if self.days < 0:
            return Standing.LATE
        if self.days == 0:
            return Standing.TODAY
        return Standing.SOON if self.days <= self.warn_days else Standing.LATER

    @property
    def face(self) -> str:
        return FACES[self.standing]

    @property
    def words(self) -> str:
        """最晚于某日公布，还剩几天."""
        words = {"day": cn_date(self.ends_on), "n": f"{self.left} {Unit(self.rule.unit).label}", "days": -self.days}
        if self.standing == Standing.LATE:
            return _("应不晚于%(day)s公布，已过 %(days)s 天") % words
        if self.standing == Standing.TODAY:
            return _("最晚于%(day)s公布，今天是最后一天") % words
        if not self.left:
            return _("最晚于%(day)s公布，其间没有工作日") % words
        return _("最晚于%(day)s公布，还剩 %(n)s") % words


def warn_days(on: date) -> int:
    """So many days before its last day a draft is named where people look."""
    return Threshold.objects.number(Key.NOTICE_WARN_DAYS, on)
