"""What every form of ours does alike: refusals of verbs shown in words, and fields that phones fill well."""

from contextlib import contextmanager

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@contextmanager
def refusals_at(form: forms.BaseForm, field: str | None = None):
    """Whatever a verb refuses inside the block stands at `form` (at `field`, when named) and the view goes on.

    So a page returns its redirect inside the block and shows the form again after it. A model's field that the form
    shows under another name is found through the form's `shown_at`.
    """
    form.is_valid()  # an error can only be added to a form that was cleaned
    try:
        yield
    except ValidationError as error:
        names = getattr(form, "shown_at", {})
        for name, errors in error.update_error_dict({}).items():
            name = field or names.get(name, name)
            form.add_error(name if name in form.fields else None, errors)


def posted(request):
    """The data of a form that was sent, be it empty; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


class DayInput(forms.DateInput):
    """The browser's own calendar; the value must stand in the form that it reads."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


def in_reckonable_year(value) -> None:
    """A day in a year like 0001 or 9999 has no neighbours to reckon with, in some time zone or in the database."""
    if not 1949 <= value.year <= 2200:
        raise ValidationError(_("请检查年份"), code="year")


class DayField(forms.DateField):
    """A day that can be reckoned with."""

    widget = DayInput
    default_validators = [in_reckonable_year]


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs):
        super().__init__(format="%H:%M", **kwargs)


class MomentInput(forms.SplitDateTimeWidget):
    """A day and an hour by the browser's own inputs, each with its name for those who do not see them."""

    def __init__(self, attrs=None):
        boxes = (DayInput(attrs={"aria-label": _("日期")}), HourInput(attrs={"aria-label": _("时间")}))
        forms.MultiWidget.__init__(self, boxes, attrs)


class ReasonForm(forms.Form):
    """A reason that is asked for where the act needs one."""

    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, label: str = "", hint: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label or self.fields["reason"].label
        self.fields["reason"].help_text = hint


class ConfirmForm(forms.Form):
    """No question, only the act: for pages where the button says everything."""
