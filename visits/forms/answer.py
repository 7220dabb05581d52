"""What a representative, or the station for them, answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..choices import Reply

LONGEST_REASON = 120  # of `Attendance.note`


class AnswerForm(forms.Form):
    """Two buttons, and a reason that may be left out: one tap has to be enough."""

    answer = forms.ChoiceField(choices=Reply, error_messages={"required": _("请选择“确认参加”或“我要请假”")})
    reason = forms.CharField(
        label=_("请假原因"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=_("只有本站工作人员看得到，不公开"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
