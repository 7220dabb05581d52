from datetime import date

import pghistory
from django.db import models
from django.db.models.functions import Floor
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.workdays import is_workday

from .choices import DEFAULTS, MOST, DayKind, Key, Unit


class ThresholdQuerySet(ScopedQuerySet):
    def on(self, key: str, day: date) -> "Threshold":
        """The value of `key` in force on `day`; before any row is valid, the shipped default."""
        found = self.filter(key=key, valid_from__lte=day).order_by("-valid_from").first()
        if found is None:
            default = DEFAULTS[Key(key)]
            found = Threshold(key=key, value=default.value, unit=default.unit, source=default.source)
        return found

    def number(self, key: str, day: date | None = None) -> int:
        """The value of `key` on `day` (today when not given) as a whole number."""
        return int(self.on(key, day or timezone.localdate()).value)


@pghistory.track()
class Threshold(models.Model):
    """A number that some rule depends on, with its source and the day from which it holds. Old ones are kept."""

    key = models.CharField(_("规则"), max_length=60, choices=Key)
    value = models.DecimalField(_("数值"), max_digits=9, decimal_places=2)
    unit = models.CharField(_("单位"), max_length=20, choices=Unit)
    source = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("生效日期"))

    objects = ThresholdQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("规则数值"), pgettext_lazy("plural", "规则数值")
        ordering = ["key", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "valid_from"],
                name="threshold_once_a_day",
                violation_error_message=_("同一规则同一生效日期只能有一个数值"),
            ),
            models.CheckConstraint(
                condition=models.Q(value__gte=0),
                name="threshold_not_negative",
                violation_error_message=_("数值不能为负"),
            ),
            # Rules reckon with whole numbers: at 25 o'clock no reminder could be planned, and no visit published.
            models.CheckConstraint(
                condition=models.Q(value=Floor("value"))
                & models.Q(*[models.Q(unit=u, value__lte=most) for u, most in MOST.items()], _connector=models.Q.OR),
                name="threshold_whole_and_sane",
                violation_error_message=_("数值应为整数，且不能大得离谱（时刻最大为 23 点）"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()} {self.amount}"

    @property
    def amount(self) -> str:
        """3个工作日; a question of yes or no is answered in a word."""
        if self.unit == Unit.YES_NO:
            return str(_("是") if self.value else _("否"))
        return f"{self.value.normalize():f}{self.get_unit_display()}"


class CalendarYearQuerySet(ScopedQuerySet):
    def is_announced(self, year: int) -> bool:
        return self.filter(year=year, announced=True).exists()


@pghistory.track()
class CalendarYear(models.Model):
    """A year of the working-day calendar: announced by the State Council, or not yet (dates in it are provisional)."""

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    announced = models.BooleanField(_("已公布"), default=False)
    source = models.CharField(_("依据"), max_length=200, blank=True)

    objects = CalendarYearQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("日历年度"), pgettext_lazy("plural", "日历年度")
        ordering = ["-year"]

    def __str__(self) -> str:
        return (_("%(year)s年") if self.announced else _("%(year)s年（尚未公布）")) % {"year": self.year}


class CalendarDayQuerySet(ScopedQuerySet):
    def exceptions(self, from_: date, to: date) -> dict[date, bool]:
        """Days between `from_` and `to`, both counted, that are not what their weekday says; True means worked."""
        rows = self.filter(date__range=(from_, to)).values_list("date", "kind")
        return {day: kind == DayKind.MAKEUP for day, kind in rows}

    def is_workday(self, day: date) -> bool:
        return is_workday(day, self.exceptions(day, day))


@pghistory.track()
class CalendarDay(models.Model):
    """A day that is not what its weekday says: a public holiday, or a weekend worked in exchange (调休补班)."""

    date = models.DateField(_("日期"), primary_key=True)
    kind = models.CharField(_("安排"), max_length=10, choices=DayKind)
    name = models.CharField(_("节日"), max_length=40, blank=True)
    year = models.ForeignKey(CalendarYear, models.PROTECT, related_name="days", verbose_name=_("年份"), editable=False)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("节假日与调休"), pgettext_lazy("plural", "节假日与调休")
        ordering = ["-date"]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()} {self.name}"

    def save(self, *args, **kwargs):
        self.year = CalendarYear.objects.get_or_create(year=self.date.year)[0]
        super().save(*args, **kwargs)
