"""What a department says of a matter that was sent to it, and how it finds one among many."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.common.personal import refuse_id_numbers
from liaison.common.search import LONGEST
from liaison.common.words import rare

from .. import numbers
from ..choices import AnswerOutcome
from ..models import Opinion, Suggestion

LONGEST_ANSWER, LONGEST_REASON, LONGEST_NAME = 3000, 400, 40


class SaidField(forms.CharField):
    """Words about a matter, never with an ID number in them."""

    def __init__(self, *, rows: int, **kwargs):
        super().__init__(**({"widget": forms.Textarea(attrs={"rows": rows, "data-kept": ""})} | kwargs))

    def validate(self, value):
        super().validate(value)
        refuse_id_numbers(value)


class GiveBackForm(forms.Form):
    reason = SaidField(
        rows=3, label=_("退回的理由"), max_length=LONGEST_REASON,
        help_text=_("为什么不归本单位办理；知道归哪个单位的，请一并写明"),
        error_messages={"required": _("请写明退回的理由")},
    )  # fmt: skip


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("办理结果"), choices=AnswerOutcome, widget=forms.RadioSelect,
        error_messages={"required": _("请选择办理结果")},
    )  # fmt: skip
    words = SaidField(rows=8, label=_("答复内容"), max_length=LONGEST_ANSWER)
    signed_by = forms.CharField(
        label=_("签发人"), max_length=LONGEST_NAME, help_text=_("签发答复的单位负责人"),
        error_messages={"required": _("请填写签发答复的负责人")},
    )  # fmt: skip

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, **kwargs)
        to_voters = referral.leads and referral.opinion_id
        words = self.fields["words"]
        words.help_text = (
            _("群众会看到：办了什么，结果怎样；暂时办不到的说明原因和打算。请不要写姓名、电话、住址")
            if to_voters
            else _("代表会看到：办了什么，结果怎样；暂时办不到的说明原因和打算")
            if referral.leads
            else _("给主办单位和联络站看，由主办单位统一答复")
        )
        words.error_messages["required"] = _("请填写答复内容")
        self.fields["signed_by"].initial = referral.department.head


class ByNameForm(forms.Form):
    """Who acts by a link says who they are: there is no account that would."""

    name = forms.CharField(
        label=_("您的姓名"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("会记在办理经过里"), error_messages={"required": _("请填写您的姓名")},
    )  # fmt: skip


class SignByLinkForm(ByNameForm):
    pass


class GiveBackByLinkForm(GiveBackForm, ByNameForm):
    pass


class AnswerByLinkForm(AnswerForm, ByNameForm):
    pass


class ReferralFilter(forms.Form):
    hide_optional = True

    q = forms.CharField(
        label=_("查找"), max_length=LONGEST, required=False, help_text=_("受理编号，或标题里的字"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )  # fmt: skip

    def chosen(self, rows: QuerySet) -> QuerySet:
        """Those whose number, or words of whose title, were typed."""
        if not self.is_valid() or not (term := self.cleaned_data["q"].strip()):
            return rows
        if number := numbers.read(term):
            return rows.filter(opinion__number=number)
        return rows.filter(_titled("opinion", Opinion, term) | _titled("suggestion", Suggestion, term))


def _titled(path: str, model: type[Opinion] | type[Suggestion], term: str) -> Q:
    """Rare words are found by the index of all words; common ones are looked for in the rows that are there."""
    has_title = Q(**{f"{path}__title__icontains": term})
    ids = rare(model, "words", "words_grams", term)
    return has_title if ids is None else has_title & Q(**{f"{path}__in": ids})
