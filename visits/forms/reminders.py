"""The rules of reminders of one kind of visit, or of all, on one page."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from liaison.notices.choices import Kind

from ..models.reminder import LAST_HOUR, MOST_AMOUNT, MOST_GRACE
from ..reminders.rules import SHAPES, Anchor, Rule, Rules

AMOUNT_LABELS = {
    Anchor.DAYS_BEFORE: _("提前几天"), Anchor.HOURS_BEFORE: _("提前几小时"), Anchor.DAYS_AFTER: _("推后几天"),
}  # fmt: skip


class RulesForm(forms.Form):
    """For each reminder whether it is sent, when, and how late it may still go; with one source for what is changed."""

    def __init__(self, *args, visit_kind: str, rules: Rules, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = rules.of(visit_kind)
        for kind, rule in self.now.items():
            anchor = SHAPES[kind].anchor
            self.fields[f"{kind}-is_on"] = forms.BooleanField(label=_("发送"), required=False, initial=rule.is_on)
            if anchor.has_amount:
                self.fields[f"{kind}-amount"] = number(AMOUNT_LABELS[anchor], rule.amount, 0, MOST_AMOUNT)
            if anchor.has_hour:
                self.fields[f"{kind}-hour"] = number(_("几点"), rule.hour, 0, LAST_HOUR)
            self.fields[f"{kind}-grace"] = number(_("迟到几小时不再发"), rule.grace, 1, MOST_GRACE)
        self.fields["source"] = forms.CharField(
            label=_("依据"), max_length=200, help_text=_("如 区人大常委会代工委通知，会记入历史")
        )

    @property
    def groups(self) -> list[tuple[Kind, str, list]]:
        """Each reminder with whom it goes to, and its fields."""
        return [
            (kind, SHAPES[kind].to, [field for field in self if field.name.startswith(f"{kind}-")])
            for kind in self.now
        ]  # fmt: skip

    @property
    def rules_given(self) -> dict[Kind, Rule]:
        given = self.cleaned_data
        return {
            kind: rule._replace(
                is_on=given[f"{kind}-is_on"], amount=given.get(f"{kind}-amount", rule.amount),
                hour=given.get(f"{kind}-hour", rule.hour), grace=given[f"{kind}-grace"],
            )
            for kind, rule in self.now.items()
        }  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        order = [Kind.VISIT_EARLY, Kind.VISIT_NEAR]
        first, second = (cleaned.get(f"{kind}-amount") for kind in order)
        both = all(cleaned.get(f"{kind}-is_on") for kind in order)
        if both and first is not None and second is not None and first <= second:
            self.add_error(f"{order[1]}-amount", ValidationError(_("第二次提醒应比第一次晚")))
        return cleaned


def number(label, value: int, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=value, min_value=least, max_value=most)
