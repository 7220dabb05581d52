"""Small pieces of the face that would be wordy in a template."""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

register = template.Library()

WEEKDAYS = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
NEAR = {-1: _("昨天"), 0: _("今天"), 1: _("明天"), 2: _("后天")}

# Keys are names and ranks: 1 is the national congress, 5 the township's.
LEVELS = {
    "national": ("national", pgettext_lazy("level", "国"), _("全国人大代表")),
    "provincial": ("provincial", pgettext_lazy("level", "省"), _("省人大代表")),
    "city": ("city", pgettext_lazy("level", "市"), _("市人大代表")),
    "district": ("district", pgettext_lazy("level", "区"), _("区人大代表")),
    "township": ("township", pgettext_lazy("level", "乡"), _("乡镇人大代表")),
}
LEVELS |= {str(rank): level for rank, level in enumerate(list(LEVELS.values()), start=1)}

STATES = {
    "good": _("按期"),
    "soon": _("即将到期"),
    "late": _("已逾期"),
    "info": _("办理中"),
    "wait": _("待处理"),
    "done": _("已办结"),
    "off": _("已取消"),
}


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


@register.filter
def cn_weekday(value: date | None) -> str:
    return str(WEEKDAYS[_day(value).weekday()]) if value else ""


@register.filter
def cn_day(value: date | None) -> str:
    """2026年12月1日, or 1 December 2026."""
    if not value:
        return ""
    day = _day(value)
    return format_date(day, "j F Y") if _english() else f"{day.year}年{day.month}月{day.day}日"


@register.filter
def cn_date(value: date | None) -> str:
    """2026年12月1日（星期二）, or Tuesday 1 December 2026."""
    if not value:
        return ""
    if _english():
        return format_date(_day(value), "l j F Y")
    return f"{cn_day(value)}（{cn_weekday(value)}）"


@register.filter
def cn_near_date(value: date | None) -> str:
    """12月1日（星期二）, or Tuesday 1 December: where the year goes without saying."""
    if not value:
        return ""
    day = _day(value)
    return format_date(day, "l j F") if _english() else f"{day.month}月{day.day}日（{cn_weekday(value)}）"


@register.filter
def cn_month(value: date | None) -> str:
    """2026年12月, or December 2026."""
    if not value:
        return ""
    day = _day(value)
    return format_date(day, "F Y") if _english() else f"{day.year}年{day.month}月"


@register.filter
def cn_time(value: time | datetime | None) -> str:
    """9:00, without a leading zero."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.hour}:{value.minute:02}"


@register.filter
def cn_moment(value: datetime | None) -> str:
    """2026年12月1日 9:05."""
    return f"{cn_day(value)} {cn_time(value)}" if value else ""


@register.filter
def cn_time_range(start: time | datetime | None, end: time | datetime | None) -> str:
    """9:00—11:00; only the start where no end is known."""
    if not start:
        return ""
    return f"{cn_time(start)}—{cn_time(end)}" if end else cn_time(start)


def joined(words: Iterable) -> str:
    """甲、乙, or A, B."""
    return pgettext("between items", "、").join(str(word) for word in words)


@register.filter
def day_word(value: date | None, today: date | None = None) -> str:
    """今天, 明天, 后天, 昨天, or nothing."""
    if not value:
        return ""
    return str(NEAR.get((_day(value) - (today or timezone.localdate())).days, ""))


@register.simple_tag
def level_badge(level: int | str, word: str = "") -> SafeString:
    """A small square with 国, 省, 市, 区 or 乡, and the whole word for readers."""
    return _badge(level if isinstance(level, str) else str(int(level)), str(word), get_language())


@lru_cache(maxsize=256)
def _badge(key: str, word: str, language: str | None) -> SafeString:
    # A schedule shows the same few badges a hundred times.
    css, mark, name = LEVELS.get(key, ("district", word[:1], word))
    return format_html(
        '<span class="level level-{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>',
        css,
        mark,
        word or name,
    )


@register.simple_tag
def status_word(kind: str, word: str = "") -> SafeString:
    """A state as shape, colour and word. Kinds: good soon late info wait done off."""
    return format_html('<span class="state state-{}">{}</span>', kind, word or STATES.get(kind, kind))


@register.simple_tag
def stars(count: int | None, of: int = 5) -> SafeString:
    """★★★☆☆ with the number in words for readers; nothing where no star was awarded."""
    if not count:
        return mark_safe("")
    return format_html(
        '<span class="stars"><span aria-hidden="true">{}<span class="off">{}</span></span>'
        '<span class="visually-hidden">{}</span></span>',
        "★" * count,
        "★" * (of - count),
        gettext("%(count)s星级联络站") % {"count": count},
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture from the sprite `static/img/icons.svg`; decoration only, the word stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.inclusion_tag("includes/field.html")
def field(bound) -> dict:
    return {"field": bound}


@register.filter
def percent(value: float | None, digits: int = 0) -> str:
    """0.873 as 87%, and a dash where there is nothing to divide."""
    return "—" if value is None else f"{value * 100:.{digits}f}%"
