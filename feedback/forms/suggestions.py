"""代表建议: what is written down of one, what is asked at each act, and what somebody looks for."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.common.finder import ALL, Finder, words
from representatives.models import Representative

from ..actions.proposing import TAKES_UP
from ..choices import Part, Satisfaction, SuggestionState, SuggestionStepKind
from ..models import Category, Opinion, Suggestion, SuggestionSigner, SuggestionStep
from ..models.opinion import DISTRICT_DIGITS
from .act import LONGEST_REASON, MatterForm, TitleField, WordsField, person_words

LONGEST_PART = 6000
BETWEEN_NAMES = re.compile(r"[、，,；;\s]+")
WITH_EMPLOYER = re.compile(r"(.+?)[（(](.+)[)）]")
MOST_SIGNERS = 100
STAFF = {Role.DISTRICT, Role.STREET, Role.LIAISON}


def is_staff(user: User) -> bool:
    """Whether `user` works for the stations, and not as a representative alone."""
    return bool(STAFF & set(user.roles))


def works_on(user: User, suggestion: Suggestion) -> bool:
    """Whether `user` acts on this one for the stations: a liaison elsewhere may be one of its signers, and no more."""
    return any(posting.role in STAFF and _is_under(suggestion.place, posting.code) for posting in user.current_postings)


def _is_under(place: str, code: str) -> bool:
    return place == code if "-" in code else place.startswith(code)


class SuggestionForm(forms.Form):
    """Staff name who leads; a representative leads their own. `suggestion` is the one that is changed, if any."""

    done = ""
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    lead = forms.ModelChoiceField(
        Representative.objects.none(), label=_("领衔代表"), to_field_name="public_id", empty_label=_("请选择"),
        error_messages={"required": _("请选择领衔代表")},
    )  # fmt: skip
    cosigners = forms.CharField(
        label=_("联名代表"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写姓名，用顿号隔开；同名的写成“张三（单位）”。每位都要自己确认"),
    )  # fmt: skip
    category = forms.ModelChoiceField(Category.objects.none(), label=_("类别"), required=False, empty_label=_("未分类"))
    title = TitleField(label=_("标题"), help_text=_("如：关于在花园路增设路灯的建议"))
    matter = WordsField(
        label=_("情况和问题"),
        max_length=LONGEST_PART,
        rows=6,
        help_text=_("有什么情况，问题在哪里；不要写群众的姓名和电话"),
    )
    proposal = WordsField(label=_("具体建议"), max_length=LONGEST_PART, rows=6, help_text=_("建议谁做什么，一事一议"))
    is_hard = forms.BooleanField(
        label=_("涉及面广、处理难度大"), required=False, help_text=_("办理期限六个月，一般为三个月（代表法第五十一条）")
    )

    def __init__(self, data=None, *, user, suggestion: Suggestion | None = None, **kwargs):
        self.user, self.suggestion = user, suggestion
        initial = kwargs.pop("initial", {}) | (_first_of(suggestion) if suggestion else {})
        super().__init__(data, initial=initial, **kwargs)
        acts_for_others = works_on(user, suggestion) if suggestion else is_staff(user)
        self.own = None if acts_for_others else Representative.objects.filter(user=user).first()
        if self.own:
            del self.fields["lead"]
        else:
            people = Representative.objects.for_user(user, "view").serving().order_by("pinyin", "pk")
            self.fields["lead"].queryset = people
            self.fields["lead"].label_from_instance = person_words
        categories = Category.objects.for_user(user, "read").filter(is_offered=True)
        self.fields["category"].queryset = categories
        for name, asked in (
            ("title", _("请填写标题")),
            ("matter", _("请写明情况和问题")),
            ("proposal", _("请写明建议做什么")),
        ):
            self.fields[name].error_messages["required"] = asked

    @property
    def nothing_to_do(self) -> str:
        return ""

    def clean(self):
        given = super().clean()
        given["lead"] = lead = self.own or given.get("lead")
        if lead and "cosigners" in given:
            try:
                given["cosigners"] = self._named(given["cosigners"], lead)
            except ValidationError as error:
                self.add_error("cosigners", error)
        return given

    def _named(self, text: str, lead: Representative) -> list[Representative]:
        """The people whose names were typed, each found in the lead's district; a wrong name is told by name."""
        names = list(dict.fromkeys(filter(None, BETWEEN_NAMES.split(text))))
        if len(names) > MOST_SIGNERS:
            raise ValidationError(_("最多 %s 位") % MOST_SIGNERS)
        rows = Representative.objects.for_user(self.user, "read", "view").serving()
        rows = rows.filter(Representative.objects.under(place_of(lead, self.user)[:DISTRICT_DIGITS]))
        found, problems = [], []
        for name in names:
            who = WITH_EMPLOYER.fullmatch(name)
            alike = rows.filter(name=who[1], employer__contains=who[2]) if who else rows.filter(name=name)
            people = list(alike.order_by("pk")[:2])
            if len(people) == 1:
                found.append(people[0])
            else:
                words = _("没有找到代表“%s”") if not people else _("有几位“%s”，请在姓名后写明单位")
                problems.append(words % name)
        if problems:
            raise ValidationError(problems)
        return found

    @property
    def given(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_key"}

    def read_again(self) -> None:
        self.data = self.data.copy()
        self.data["seen"] = self.suggestion.last_no


def place_of(lead: Representative, user: User) -> str:
    """The station that a representative belongs to; where there is none, what the user is posted to."""
    home = lead.memberships.current().order_by("-is_home", "pk").values_list("station", flat=True).first()
    return home or next((posting.code for posting in user.current_postings if posting.code), "")


def _first_of(suggestion: Suggestion) -> dict:
    signers = suggestion.signers.select_related("representative").order_by("-part", "position", "pk")
    lead = next((signer.representative for signer in signers if signer.part == Part.LEAD), None)
    others = [signer.representative for signer in signers if signer.part != Part.LEAD]
    names = [person.name for person in others]
    shown = [f"{p.name}（{p.employer}）" if names.count(p.name) > 1 and p.employer else p.name for p in others]
    own = {name: getattr(suggestion, name) for name in ("title", "matter", "proposal", "category", "is_hard")}
    return own | {"seen": suggestion.last_no, "lead": lead and lead.public_id, "cosigners": "、".join(shown)}


class PlainForm(MatterForm):
    """No question but the button."""


class ReasonForm(MatterForm):
    reason = WordsField(
        label=_("原因"), max_length=LONGEST_REASON, rows=3, error_messages={"required": _("请写明原因")}
    )


class WordsForm(MatterForm):
    words = WordsField(label=_("说明"), required=False, rows=3)


class NoteForm(MatterForm):
    seen = None
    words = WordsField(label=_("备注"), help_text=_("只给同事看"), error_messages={"required": _("请填写备注")})

    def first(self) -> dict:
        return {}


class SignerForm(MatterForm):
    """For whom: representatives for themselves; staff write down what one told them on paper or by telephone."""

    signer = forms.ModelChoiceField(
        SuggestionSigner.objects.none(), label=_("哪位代表"), widget=forms.RadioSelect, empty_label=None,
        error_messages={"required": _("请选择哪位代表")},
    )  # fmt: skip

    who = Q()  # those who can still say something here

    def build(self) -> None:
        self.own = None
        rows = SuggestionSigner.objects.filter(self.who, suggestion=self.matter).select_related("representative")
        if works_on(self.user, self.matter):
            self.fields["signer"].queryset = rows
            self.fields["signer"].label_from_instance = lambda row: f"{row.representative}（{row.get_part_display()}）"
            self.fields["signer"].help_text = _("代表当面、来电或者书面表示的，由您代为登记，会留下是谁登记的")
        else:
            self.own = rows.filter(representative__user=self.user).first()
            del self.fields["signer"]

    @cached_property
    def nothing_to_do(self) -> str:
        is_empty = not self.fields["signer"].queryset.exists() if "signer" in self.fields else self.own is None
        return gettext("现在没有要代表答复的") if is_empty else ""

    @property
    def given(self) -> dict:
        given = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return given | {"signer": self.own or given["signer"]}

    def clean(self):
        if "signer" not in self.fields and self.own is None:
            raise ValidationError(gettext("现在没有要您答复的"))
        return super().clean()


class ConfirmForm(SignerForm):
    who = Q(confirmed_at=None)


class DeclineForm(SignerForm):
    reason = WordsField(label=_("原因"), required=False, max_length=LONGEST_REASON, rows=2)

    who = Q(declined_at=None)


class ViewForm(SignerForm):
    value = forms.ChoiceField(
        label=_("对答复"), choices=Satisfaction, widget=forms.RadioSelect, error_messages={"required": _("请选择")}
    )
    words = WordsField(
        label=_("说明"), required=False, rows=3, help_text=_("不满意的请写明理由，按规定重新办理一次，一个月内再答复")
    )

    who = Q(answered_at__isnull=False, view="")

    @property
    def answer(self) -> SuggestionStep | None:
        """What the view is of."""
        steps = self.matter.steps.filter(kind=SuggestionStepKind.ANSWERED).select_related("department")
        return steps.order_by("-no").first()


class PriorityForm(MatterForm):
    words = WordsField(label=_("说明"), required=False, rows=3, help_text=_("由哪位领导牵头督办，怎样督办"))

    @property
    def given(self) -> dict:
        return self.cleaned_data | {"is_priority": not self.matter.is_priority}


class MergeForm(MatterForm):
    into = forms.ModelChoiceField(
        Suggestion.objects.none(), label=_("并入哪一件"), to_field_name="public_id", empty_label=_("请选择"),
        error_messages={"required": _("请选择并入哪一件")},
    )  # fmt: skip
    reason = WordsField(label=_("并案的原因"), rows=3, max_length=LONGEST_REASON, initial=_("建议的是同一件事"))

    def build(self) -> None:
        rows = Suggestion.objects.for_user(self.user, "review").exclude(pk=self.matter.pk)
        rows = rows.filter(
            district=self.matter.district, state__in=[SuggestionState.SUBMITTED, SuggestionState.APPROVED]
        )
        self.fields["into"].queryset = rows.order_by("-created_at", "-id")

    @property
    def nothing_to_do(self) -> str:
        return (
            "" if self.fields["into"].queryset.exists() else gettext("没有可以并入的建议：要在审核或者待交办的才可以")
        )


class ReportForm(MatterForm):
    report = WordsField(
        label=_("公开的办理情况"), max_length=LONGEST_PART, rows=8,
        help_text=_("大家会看到标题、领衔和联名代表、承办单位、答复日期和这段话；不要写群众的姓名和电话"),
        error_messages={"required": _("请填写办理情况")},
    )  # fmt: skip

    def first(self) -> dict:
        if self.matter.public_report:
            return {"report": self.matter.public_report}
        answer = self.matter.steps.filter(kind="answered").order_by("-no").first()
        return {"report": answer.words if answer else ""}


class SuggestionFinder(Finder):
    """What somebody looks for among suggestions: the number, or any words of it."""

    q = words(_("编号，或者内容里的字"))
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ALL, *SuggestionState.choices])
    category = forms.ChoiceField(label=_("类别"), required=False)
    year = forms.IntegerField(label=_("年份"), required=False, min_value=2000, max_value=2200)
    view = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, data, *, user):
        super().__init__(data)
        named = Category.objects.for_user(user, "read").order_by("position", "code").values_list("code", "name")
        self.fields["category"].choices = [ALL, *named]

    @property
    def on(self) -> str:
        shown = [
            str(dict(self.fields[name].choices).get(self.wanted[name], "")) if name in ("state", "category") else
            str(self.wanted[name])
            for name in ("q", "state", "category", "year") if name in self.wanted
        ]  # fmt: skip
        return "，".join(filter(None, shown))

    def among(self, rows):
        for name in ("state", "category", "year"):
            if name in self.wanted:
                rows = rows.filter(**{name: self.wanted[name]})
        return rows


class GatherForm(forms.Form):
    """Where an opinion becomes part of a suggestion that is being written already."""

    into = forms.ModelChoiceField(
        Suggestion.objects.none(), label=_("并入正在提的建议"), to_field_name="public_id", required=True,
        empty_label=_("请选择"), error_messages={"required": _("请选择并入哪一件建议")},
    )  # fmt: skip

    def __init__(self, data=None, *, user, opinion: Opinion):
        super().__init__(data)
        rows = Suggestion.objects.for_user(user, "change").filter(district=opinion.district, state__in=TAKES_UP)
        self.fields["into"].queryset = rows.order_by("-created_at", "-id")
