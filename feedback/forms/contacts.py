"""What is asked before a voter's data is erased because they asked for it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .act import WordsField

LONGEST = 200


class EraseForm(forms.Form):
    reason = WordsField(
        label=_("为什么清除"), max_length=LONGEST, rows=2, help_text=_("如：本人 12 月 1 日来站要求删除"),
        error_messages={"required": _("请写明为什么清除")},
    )  # fmt: skip
    sure = forms.BooleanField(
        label=_("已核对是本人要求，知道清除以后不能恢复"), error_messages={"required": _("请先核对")}
    )
