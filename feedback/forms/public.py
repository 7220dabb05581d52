"""What voters fill in: what is the matter, who they are, and later what became of it."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.puzzles import PuzzleField
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from ..choices import LONGEST_MATTER, Satisfaction
from ..doubts import PURPOSE, opened_now
from ..models import Opinion
from ..numbers import read
from .act import LONGEST_REASON, WordsField
from .files import FilesField
from .intake import ALONE, PRIVACY_WORDS

REFUSED = {
    "name": _("请填写姓名"), "phone": _("请填写电话，办理结果要告诉您"), "agrees": _("请看过隐私告知，同意后再勾选"),
}  # fmt: skip


class OpinionForm(forms.Form):
    """One page. `trap` is out of sight: only a robot fills it in."""

    matter = WordsField(
        label=_("您要反映什么"), rows=6, max_length=LONGEST_MATTER,
        help_text=_("什么事、在哪里、希望怎样解决。不要写身份证号"),
        error_messages={"required": _("请写明您要反映的事")},
    )  # fmt: skip
    join = forms.ChoiceField(label=_("是不是同一件事"), required=False, widget=forms.RadioSelect)
    files = FilesField(label=_("照片或 PDF"))
    name = forms.CharField(
        label=_("姓名"),
        required=False,
        max_length=40,
        help_text=_("怎样称呼您"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("电话"), required=False, max_length=30, help_text=_("查询进展要用到后四位"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("邮箱"), required=False, help_text=_("填了邮箱，每一步进展都会发邮件告诉您"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    anonymous = forms.BooleanField(
        label=_("不留姓名和电话"), required=False,
        help_text=_("我们没有办法把结果告诉您，只能您自己凭受理编号查询；需要核实情况时也联系不到您"),
    )  # fmt: skip
    agrees = forms.BooleanField(label=_("我已看过隐私告知，同意这样使用我的姓名和电话"), required=False)
    trap = forms.CharField(label=_("请不要填写这一栏"), required=False, widget=forms.TextInput(
        attrs={"autocomplete": "off", "tabindex": "-1"}
    ))  # fmt: skip
    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    proof = PuzzleField(PURPOSE)

    def __init__(self, data=None, files=None, *, similar=(), **kwargs):
        self.similar = similar
        super().__init__(data, files, **kwargs)
        self.fields["opened"].initial = opened_now
        self.fields["matter"].widget.attrs["data-kept"] = ""
        if not Threshold.objects.number(Key.ANONYMOUS, timezone.localdate()):
            del self.fields["anonymous"]
        for name in () if "anonymous" in self.fields and self.data.get("anonymous") else REFUSED:
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = REFUSED[name]
        self.fields["join"].choices = [*[(o.public_id, o.public_title) for o in similar], (ALONE, _("不是，另外提交"))]
        if not similar:
            del self.fields["join"]

    @property
    def privacy_words(self):
        return PRIVACY_WORDS

    def clean(self):
        given = super().clean()
        if given.get("anonymous") and (given.get("name") or given.get("phone") or given.get("email")):
            self.add_error("anonymous", _("已填写姓名、电话或邮箱，请清空，或者不选“不留”"))
        if self.similar and not given.get("join") and "join" not in self.errors:
            self.add_error("join", _("有人反映过相近的事，请看是不是同一件，选一项再提交"))
        return given

    @property
    def voter(self) -> dict | None:
        given = self.cleaned_data
        return None if given.get("anonymous") else {name: given[name] for name in ("name", "phone", "email")}

    @property
    def into(self) -> Opinion | None:
        return next((row for row in self.similar if row.public_id == self.cleaned_data.get("join")), None)


class TrackForm(forms.Form):
    number = forms.CharField(
        label=_("受理编号"), max_length=60, help_text=_("写在回执上，如 7K3M2-9Q2X5"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("请填写受理编号")},
    )  # fmt: skip
    digits = forms.CharField(
        label=_("电话后四位"), max_length=4, required=False, help_text=_("提交时没有留电话的，不用填"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )  # fmt: skip

    def clean_number(self):
        if (number := read(self.cleaned_data["number"])) is None:
            raise forms.ValidationError(_("这个编号不对，可能抄错了一位，请对照回执再看一遍"))
        return number


class VerdictForm(forms.Form):
    """What the voter says of each answer that they have not rated yet, each for itself."""

    words = WordsField(label=_("想说的话"), required=False, rows=3, max_length=LONGEST_REASON)

    def __init__(self, data=None, *, answers):
        super().__init__(data, prefix="rate")
        for party, label in answers.items():
            self.fields[party] = forms.ChoiceField(
                label=label, choices=Satisfaction.choices, widget=forms.RadioSelect,
                error_messages={"required": _("请选一项")},
            )  # fmt: skip
        self.order_fields([*answers, "words"])

    @property
    def values(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "words"}
