"""Two people at one row: a form remembers which state it was made from, and says when that is no longer the last."""

from datetime import datetime

from django import forms
from django.utils.dateparse import parse_datetime


class SeenField(forms.CharField):
    """The `changed_at` of the row that the form shows, hidden in it; a value that means nothing is none."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(**({"required": False, "max_length": 40} | kwargs))

    def clean(self, value) -> datetime | None:
        try:
            moment = parse_datetime(str(value or ""))
        except ValueError:
            return None
        return moment if moment and moment.tzinfo else None


def seen_again(form: forms.BaseForm, changed_at: datetime | None, name: str = "seen_at") -> None:
    """Let a refused form be sent once more: whoever sends it again has read what was changed meanwhile."""
    form.data = form.data.copy()
    form.data[form.add_prefix(name)] = changed_at.isoformat() if changed_at else ""
