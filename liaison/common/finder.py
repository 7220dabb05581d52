"""Filters that stand in the query string of a public list, written out cheaply: such pages are made many times."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from html import escape

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from .search import LONGEST
from .templatetags.face import cn_day, joined

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
ALL = ("", _("全部"))


class Finder(forms.Form):
    """What a reader looks for. A wrong value is told at its field and left out; the others still hold.

    A field's name may end in an underscore that its parameter has not: `from_` is read from `?from=`.
    """

    def __init__(self, data):
        super().__init__(data)

    def add_prefix(self, field_name: str) -> str:
        return field_name.rstrip("_")

    @cached_property
    def wanted(self) -> dict:
        """The values that are there and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @cached_property
    def boxes(self) -> list[dict]:
        """Every field as the template writes it."""
        return [self._box(bound) for bound in self]

    @property
    def written(self) -> SafeString:
        """All fields as includes/finder_box.html writes them."""
        return mark_safe("".join(written(**box) for box in self.boxes))

    @property
    def problems(self) -> str:
        """What htmx brings up to date beside the results: the place at each field where its errors stand."""
        return ",".join(f"#problem-{box['name']}" for box in self.boxes)

    def _box(self, bound) -> dict:
        value = bound.value()
        value = "" if value is None else value
        field = bound.field
        return {
            "name": bound.html_name,
            "id": bound.auto_id,
            "label": str(field.label),
            "hint": str(field.help_text),
            "value": value.isoformat() if isinstance(value, date) else value,
            "type": "date" if isinstance(field, forms.DateField) else "search",
            "longest": getattr(field, "max_length", None),
            "options": options((ALL, *field.choices), str(value)) if isinstance(field, OneOf) else "",
            "errors": tuple(self.errors.get(bound.name, ())),
        }

    @property
    def on(self) -> str:
        """The filters that are set, in words."""
        return joined(self._word(name, value) for name, value in self.wanted.items())

    def _word(self, name: str, value) -> str:
        field = self.fields[name]
        if isinstance(field, OneOf):
            return str(dict(flat(field.choices)).get(str(value), value))
        if isinstance(value, date):
            return f"{field.label} {cn_day(value)}"
        return f"“{value}”"


def flat(choices: Iterable) -> Iterable[tuple]:
    """The choices of all groups in one row."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


@lru_cache(maxsize=100)
def options(choices: tuple, chosen: str) -> SafeString:
    """`<option>`s with their groups; a widget would render a template for each, and a page may have 500.

    Remembered by the words themselves, so another language or a renamed station is another list.
    """
    parts = []
    for value, label in choices:
        if isinstance(label, tuple):
            parts += f'<optgroup label="{escape(str(value))}">', options(label, chosen), "</optgroup>"
        else:
            mark = " selected" if str(value) == chosen else ""
            parts.append(f'<option value="{escape(str(value))}"{mark}>{escape(str(label))}</option>')
    return mark_safe("".join(parts))


@lru_cache(maxsize=200)
def written(**box) -> SafeString:
    """A field of a finder. Remembered by its words as `options` are: eight of them were an eighth of a page's time."""
    return render_to_string("includes/finder_box.html", {"box": box})


def words(label: str, hint: str = "") -> forms.CharField:
    """A few characters to look for."""
    too_long = _("最多 %(limit_value)d 个字，请缩短后再查（现在 %(show_value)d 个字）")
    field = forms.CharField(label=label, required=False, max_length=LONGEST, help_text=hint)
    for validator in field.validators:
        if validator.code == "max_length":
            validator.message = too_long
    return field


class OneOf(forms.Field):
    """One of a list, or all of it. Django's own field walks its choices three times for every form that is made."""

    default_error_messages = {"unknown": _("没有这个选项，请从列表中选择")}

    def __init__(self, *, choices: Iterable = (), **kwargs):
        super().__init__(required=False, **kwargs)
        self.choices = choices

    def to_python(self, value) -> str:
        return value or ""

    def validate(self, value: str) -> None:
        if value and not any(str(known) == value for known, _label in flat(self.choices)):
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")


def choice(label: str, choices: Iterable = ()) -> OneOf:
    return OneOf(label=label, choices=choices)


def day(label: str) -> forms.DateField:
    """A day, in the ways that people type one."""
    outside = _("请填写 2000 年至 2100 年之间的日期")
    return forms.DateField(
        label=label, required=False, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
        error_messages={"invalid": _("日期应像 2026-12-01 这样填写")},
        validators=[MinValueValidator(FIRST, outside), MaxValueValidator(LAST, outside)],
    )  # fmt: skip
