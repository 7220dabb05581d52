"""What is said of a date while it runs: put off, stopped, gone on with; a department asks for more time."""

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField

from ..models import DueDate
from ..times import LONGEST_REASON
from .act import WordsField


class DateForm(forms.Form):
    """`seen` is the number of the matter's last step on the page."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, data=None, *, due: DueDate):
        self.due = due
        super().__init__(data, initial={"seen": due.matter.last_no})
        self.build()

    def build(self) -> None:
        """Fields that depend on the date."""

    @property
    def given(self) -> dict:
        return self.cleaned_data

    def read_again(self) -> None:
        """Whoever sends the form once more was told that something came between."""
        self.data = self.data.copy()
        self.data["seen"] = self.due.matter.last_no


class ExtendForm(DateForm):
    count = forms.IntegerField(label=_("从起算日算起共多长"), min_value=1)
    until = DayField(label=_("延到哪一天"))
    reason = WordsField(label=_("理由"), max_length=LONGEST_REASON, rows=3)
    consent = WordsField(
        label=_("代表意见"), max_length=LONGEST_REASON, rows=2, required=False,
        help_text=_("哪位代表、什么时候同意延期"),
    )  # fmt: skip

    def build(self):
        is_clock = self.due.count is not None
        del self.fields["until" if is_clock else "count"]
        if is_clock:
            words = _("现在是 %(n)s%(unit)s") % {"n": self.due.length, "unit": self.due.get_unit_display()}
            self.fields["count"].help_text = words
        if not self.due.suggestion_id:
            del self.fields["consent"]
        self.fields["reason"].help_text = reader_of(self.due)

    def judge_length_alone(self) -> None:
        """Who looks what day it would be has not said why yet."""
        for name in set(self.errors) - {"count", "until"}:
            del self.errors[name]

    @property
    def length(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("count", "until") if name in self.fields}


class PauseForm(DateForm):
    reason = WordsField(label=_("理由"), max_length=LONGEST_REASON, rows=3)

    def build(self):
        self.fields["reason"].help_text = reader_of(self.due)


class ResumeForm(DateForm):
    words = WordsField(label=_("说明"), max_length=LONGEST_REASON, rows=3, required=False)


class AskForm(DateForm):
    until = DayField(label=_("希望延到"), required=False)
    reason = WordsField(label=_("理由"), max_length=LONGEST_REASON, rows=3)

    @property
    def given(self) -> dict:
        """Asking changes nothing, so nothing can have come between."""
        return {name: self.cleaned_data[name] for name in ("until", "reason")}


def reader_of(due: DueDate) -> str:
    """Who reads the reason, for a hint."""
    return _("代表会看到") if due.suggestion_id else _("群众会看到")
