"""One form for each act on an opinion. A form knows what the verb wants, and no rule of its own."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField
from representatives.models import Representative

from .. import numbers
from ..actions.merging import MOST_PARTS
from ..actions.rating import to_rate
from ..choices import LONGEST_MATTER, Party, Satisfaction, Step
from ..models import Category, Opinion
from ..similar import similar
from .act import LONGEST_REASON, ActForm, ReasonedForm, TitleField, WordsField, concerned, term_words


class PlainForm(ActForm):
    """No question but the button."""


class AcceptForm(ActForm):
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("类别"), empty_label=None, widget=forms.RadioSelect,
        error_messages={"required": _("请选择类别")},
    )  # fmt: skip
    title = TitleField(label=_("标题"), help_text=_("在列表里一眼看懂是什么事"))
    public_title = TitleField(
        label=_("公开标题"),
        required=False,
        help_text=_("别的群众反映同样的事时会看到，可以选择一起关注；不写就不公开。不能写姓名、电话、门牌号"),
    )

    def first(self) -> dict:
        return {name: getattr(self.opinion, name) for name in ("category", "title", "public_title")}

    def build(self) -> None:
        self.fields["category"].queryset = Category.objects.for_user(self.user).filter(is_offered=True)


class ResolveForm(ActForm):
    words = WordsField(
        label=_("怎样解决的"),
        help_text=_("写给群众看：做了什么，结果怎样"),
        error_messages={"required": _("请写明怎样解决的")},
    )
    representative = forms.ModelChoiceField(
        Representative.objects.none(), label=_("哪位代表解决的"), required=False, to_field_name="public_id",
        empty_label=_("联络站工作人员"),
    )  # fmt: skip

    def first(self) -> dict:
        return {"representative": self.opinion.representative and self.opinion.representative.public_id}

    def build(self) -> None:
        self.fields["representative"].queryset = concerned(self.opinion)


class PromiseForm(ActForm):
    words = WordsField(
        label=_("向群众怎样说明"),
        help_text=_("为什么不能当场解决，下一步做什么"),
        error_messages={"required": _("请写明怎样向群众说明")},
    )
    due_on = DayField(label=_("哪天以前答复"), required=False)

    def build(self) -> None:
        self.fields["due_on"].help_text = term_words()
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()


class ReopenForm(ReasonedForm):
    def build(self) -> None:
        self.fields["reason"].help_text = _("群众会看到")


class DiscardForm(ReasonedForm):
    def build(self) -> None:
        self.fields["reason"].help_text = _("如广告、乱码、重复的机器提交。不会通知任何人，但记录会留着")


class AnswerForm(ActForm):
    """The station's answer, or a representative's: their own, or written down for them by the station."""

    who = forms.ModelChoiceField(
        Representative.objects.none(), label=_("谁的答复"), required=False, to_field_name="public_id"
    )
    words = WordsField(
        label=_("答复"),
        rows=6,
        help_text=_("写给群众看：办了什么，结果怎样；办不到的说明原因"),
        error_messages={"required": _("请填写答复")},
    )

    def build(self) -> None:
        self.own = None
        if not Opinion.objects.for_user(self.user, "handle").filter(pk=self.opinion.pk).exists():
            self.own = Representative.objects.filter(user=self.user).first()
            del self.fields["who"]
            return
        may_station = self.opinion.can(Step.STATION_ANSWERED)
        self.fields["who"].queryset = concerned(self.opinion)
        self.fields["who"].empty_label = _("联络站") if may_station else _("请选择代表")
        self.fields["who"].required = not may_station
        self.fields["who"].error_messages["required"] = _("请选择是哪位代表的答复；现在还不能由联络站答复")

    @property
    def given(self) -> dict:
        given = dict(self.cleaned_data)
        return given | {"representative": self.own or given.pop("who", None)}


class CloseForm(ActForm):
    words = WordsField(label=_("办结说明"), required=False, rows=3, help_text=_("群众会看到"))


class WithdrawForm(ActForm):
    words = WordsField(label=_("撤回的原因"), required=False, rows=3, help_text=_("群众怎样说的"))


class NoteForm(ActForm):
    seen = None
    words = WordsField(
        label=_("备注"), help_text=_("只给同事看，群众看不到"), error_messages={"required": _("请填写备注")}
    )

    def first(self) -> dict:
        return {}


class MergeForm(ActForm):
    """Into one of the similar ones that are offered, or into the one whose number is typed."""

    into = forms.CharField(label=_("并入哪一件"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("或填写受理编号"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    reason = WordsField(label=_("并案的原因"), rows=3, max_length=LONGEST_REASON, initial=_("反映的是同一件事"))

    def build(self) -> None:
        rows = Opinion.objects.for_user(self.user, "handle").exclude(pk=self.opinion.pk)
        self.similar = similar(rows, self.opinion.station, self.opinion.matter, timezone.now())
        self.fields["into"].widget.choices = [(o.public_id, opinion_words(o)) for o in self.similar]
        if not self.similar:
            del self.fields["into"]
            self.fields["number"].label = _("并入哪一件（受理编号）")

    def clean(self):
        given = super().clean()
        reach = Opinion.objects.for_user(self.user, "handle")
        if given.get("number"):
            found = reach.filter(number=numbers.read(given["number"]) or "").first()
        else:
            found = reach.filter(public_id=given.get("into") or "").first()
        if found is None:
            at = "number" if given.get("number") or "into" not in self.fields else "into"
            self.add_error(at, _("没有找到这个编号的意见，请核对") if given.get("number") else _("请选择并入哪一件"))
        given["into"] = found
        return given

    @property
    def given(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("into", "reason", "seen")}


class SplitForm(ActForm):
    """Each part has a title and a matter; empty parts are passed over."""

    count = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def first(self) -> dict:
        return {"count": 1}

    def build(self) -> None:
        count = str(self["count"].value())[:3]
        asked = (int(count) if count.isascii() and count.isdigit() else 1) + ("longer" in self.data)
        self.parts_shown = max(1, min(asked, MOST_PARTS))
        if self.is_bound:
            self.data = self.data.copy()
            self.data["count"] = self.parts_shown
        for n in range(1, self.parts_shown + 1):
            self.fields[f"title_{n}"] = TitleField(label=_("标题"), required=False)
            self.fields[f"matter_{n}"] = WordsField(
                label=_("反映的事项"), required=n == 1, max_length=LONGEST_MATTER,
                error_messages={"required": _("请写明分出来的是什么事")},
            )  # fmt: skip
        self.fields["reason"] = WordsField(
            label=_("分案的原因"), rows=3, max_length=LONGEST_REASON, initial=_("反映的是几件不同的事")
        )

    @property
    def parts(self) -> list:
        return [(n, self[f"title_{n}"], self[f"matter_{n}"]) for n in range(1, self.parts_shown + 1)]

    @property
    def may_add(self) -> bool:
        return self.parts_shown < MOST_PARTS

    @property
    def given(self) -> dict:
        given = self.cleaned_data
        pairs = [(given[f"title_{n}"], given[f"matter_{n}"]) for n in range(1, self.parts_shown + 1)]
        parts = [(title, matter) for title, matter in pairs if matter]
        return {"parts": parts, "reason": given["reason"], "seen": given["seen"]}


class ChangeForm(ActForm):
    title = TitleField(label=_("标题"))
    public_title = TitleField(
        label=_("公开标题"), required=False, help_text=_("别的群众会看到；不写就不公开。不能写姓名、电话、门牌号")
    )
    category = forms.ModelChoiceField(Category.objects.none(), label=_("类别"), required=False, empty_label=_("未分类"))
    representative = forms.ModelChoiceField(
        Representative.objects.none(), label=_("向哪位代表反映"), required=False, to_field_name="public_id",
        empty_label=_("没有指明"),
    )  # fmt: skip

    def first(self) -> dict:
        person = self.opinion.representative
        return {name: getattr(self.opinion, name) for name in ("title", "public_title", "category")} | {
            "representative": person and person.public_id
        }

    def build(self) -> None:
        categories = Category.objects.for_user(self.user)
        self.fields["category"].queryset = categories.filter(is_offered=True) | categories.filter(
            pk=self.opinion.category_id
        )
        self.fields["representative"].queryset = concerned(self.opinion)


class RateForm(ActForm):
    """What the voter said on the telephone or at the station: of each answer for itself."""

    seen = None

    def first(self) -> dict:
        return {}

    def build(self) -> None:
        self.asked = to_rate(self.opinion)
        for party, step in self.asked.items():
            whose = step.department or step.representative or ""
            self.fields[party] = forms.ChoiceField(
                label=format_lazy(_("对{party}答复的评价"), party=f"{Party(party).label}{whose and f'（{whose}）'}"),
                choices=Satisfaction, widget=forms.RadioSelect, required=len(self.asked) == 1,
                error_messages={"required": _("请选择群众的评价")},
            )  # fmt: skip
        self.fields["words"] = WordsField(
            label=_("群众怎样说的"), required=False, rows=3, max_length=LONGEST_REASON,
            help_text=_("不满意的请写明原因，按规定会重新办理一次"),
        )  # fmt: skip

    @property
    def nothing_to_do(self) -> str:
        return "" if self.asked else gettext("这次的答复都已经评价过")

    def clean(self):
        given = super().clean()
        if self.asked and not any(given.get(party) for party in self.asked) and not self.errors:
            raise ValidationError(_("请至少选择对一个答复的评价"))
        return given

    @property
    def given(self) -> dict:
        values = {party: self.cleaned_data[party] for party in self.asked if self.cleaned_data.get(party)}
        return {"values": values, "words": self.cleaned_data["words"]}


def opinion_words(opinion: Opinion) -> str:
    return f"{opinion.title}　{opinion.shown_number} {opinion.get_state_display()}"
