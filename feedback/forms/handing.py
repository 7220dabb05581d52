"""Handing a matter on: to departments, to representatives of other levels, to the office that it belongs to."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField
from liaison.common.templatetags.face import cn_date
from representatives.choices import SeatLevel
from representatives.models import Representative

from ..choices import DueKind, Part, Rank
from ..models import Department, Opinion, Referral, Suggestion
from .act import LONGEST_REASON, ActForm, MatterForm, ReasonedForm, WordsField, person_words, term_words

MOST_FOUND = 15
# Below which division representatives of a level are looked for: those of the province serve the whole of it.
DIGITS_OF_LEVEL = {
    SeatLevel.NATIONAL: 2, SeatLevel.PROVINCE: 2, SeatLevel.CITY: 4, SeatLevel.DISTRICT: 6, SeatLevel.TOWNSHIP: 9,
}  # fmt: skip
# 代表法第三十一条、第五十九条: what representatives take no part in, and who does. Offices differ from place to place;
# what stands here is where the form begins.
GROUNDS = {
    "litigation": (_("涉法涉诉：案件正在或应当由公安、检察、法院办理"),
                   _("办理该案的公安机关、人民检察院或人民法院；也可拨打 12368、12309")),
    "arbitration": (_("仲裁：劳动人事争议或合同纠纷已经或应当仲裁"),
                    _("劳动人事争议仲裁委员会，或合同约定的仲裁委员会")),
    "reconsideration": (_("行政复议：对行政机关的决定不服，应当申请复议"), _("区人民政府行政复议机构（区司法局）")),
    "bidding": (_("招投标：对招标、投标、中标有异议"), _("招标人；或公共资源交易行政监督部门")),
    "discipline": (_("检举控告：反映公职人员违纪违法"), _("纪检监察机关，电话 12388")),
    "higher": (_("不属于本级：应由其他地方或上级机关处理"), _("事发地或上级的主管部门；不清楚的可拨打 12345")),
    "private": (_("民事纠纷：双方的约定或侵权，应当协商、调解或起诉"), _("社区人民调解委员会，或人民法院")),
    "other": (_("其他"), ""),
}  # fmt: skip


class HandForm(MatterForm):
    """To one department that leads and others that assist: an opinion is forwarded so, a suggestion assigned."""

    lead = forms.ModelChoiceField(
        Department.objects.none(), label=_("主办单位"), to_field_name="public_id", empty_label=_("请选择"),
        error_messages={"required": _("请选择主办单位")},
    )  # fmt: skip
    assisting = forms.ModelMultipleChoiceField(
        Department.objects.none(), label=_("协办单位"), to_field_name="public_id", required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    words = WordsField(label=_("交办说明"), required=False, rows=3, help_text=_("承办单位会看到"))

    def build(self) -> None:
        for name in ("lead", "assisting"):
            self.fields[name].queryset = departments_of(self.matter, self.user)
            self.fields[name].label_from_instance = department_words

    def clean(self):
        given = super().clean()
        if given.get("lead") and given["lead"] in given.get("assisting", ()):
            self.add_error("assisting", _("主办单位不用再选为协办单位"))
        return given


class ForwardForm(HandForm):
    words = WordsField(
        label=_("转办说明"), required=False, rows=3, help_text=_("请承办单位办什么；姓名和电话不用写，系统会另外给它")
    )
    due_on = DayField(label=_("请在哪天以前答复"), required=False)

    def build(self) -> None:
        super().build()
        promised = self.matter.due_dates.open().filter(kind=DueKind.ANSWER).first()
        self.fields["due_on"].help_text = (
            gettext("不填就是已答应群众的 %s") % cn_date(promised.due_on)
            if promised and promised.due_on
            else term_words()
        )
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()


class AssistForm(MatterForm):
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("协办单位"), to_field_name="public_id", empty_label=_("请选择"),
        error_messages={"required": _("请选择协办单位")},
    )  # fmt: skip
    words = WordsField(label=_("请它协助什么"), required=False, rows=3)

    def build(self) -> None:
        there = self.matter.referrals.open().values("department")
        self.fields["department"].queryset = departments_of(self.matter, self.user).exclude(pk__in=there)
        self.fields["department"].label_from_instance = department_words


class RecallForm(ReasonedForm):
    def build(self) -> None:
        self.fields["reason"].help_text = _("承办单位会看到")


class RefuseForm(ActForm):
    ground = forms.ChoiceField(
        label=_("为什么不能受理"), choices=[(key, words) for key, (words, _office) in GROUNDS.items()],
        widget=forms.RadioSelect, error_messages={"required": _("请选择不予受理的理由")},
    )  # fmt: skip
    more = WordsField(
        label=_("补充说明"), required=False, rows=3, max_length=LONGEST_REASON,
        help_text=_("写给群众看，语气要客气；选“其他”时必须写明"),
    )  # fmt: skip
    office = WordsField(
        label=_("应向哪里反映"), required=False, max_length=200, widget=forms.TextInput(attrs={"list": "offices"}),
        help_text=_("不填就用这类事项通常的部门；选“其他”时必须写明"),
    )  # fmt: skip

    def clean(self):
        given = super().clean()
        if given.get("ground") == "other":
            for name, words in (("more", _("请写明为什么不能受理")), ("office", _("请写明应向哪里反映"))):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return given

    @property
    def offices(self) -> list[str]:
        return [str(office) for _words, office in GROUNDS.values() if office]

    @property
    def usual(self) -> list[tuple[str, str]]:
        """What is written where nobody writes an office: ground and office."""
        return [(str(words).split("：")[0], str(office)) for words, office in GROUNDS.values() if office]

    @property
    def given(self) -> dict:
        given = self.cleaned_data
        words, office = GROUNDS[given["ground"]]
        words = [] if given["ground"] == "other" else [str(words)]
        return {
            "seen": given["seen"], "office": given["office"] or str(office),
            "ground": "\n".join(filter(None, [*words, given["more"]])),
        }  # fmt: skip


class PassForm(ActForm):
    """塔式网络: the level, then a representative of that level who serves the district or what stands above it."""

    level = forms.TypedChoiceField(
        label=_("哪一级的代表"), choices=SeatLevel, coerce=int, initial=SeatLevel.CITY.value, widget=forms.RadioSelect
    )
    find = forms.CharField(label=_("按姓名查找"), required=False, max_length=40)
    representative = forms.ModelChoiceField(
        Representative.objects.none(), label=_("请哪位代表"), to_field_name="public_id", widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("请选择一位代表"), "invalid_choice": _("请在这一级的代表里选择")},
    )  # fmt: skip
    words = WordsField(label=_("请代表做什么"), error_messages={"required": _("请写明请代表做什么")})

    def build(self) -> None:
        asked = str(self["level"].value() or "")
        level = int(asked) if asked in {str(value) for value in SeatLevel.values} else SeatLevel.CITY
        people = serving_above(self.opinion, level)
        if find := (self["find"].value() or "").strip():
            people = people.named(find)
        field = self.fields["representative"]
        field.queryset = people
        found = list(people.order_by("pinyin", "pk")[: MOST_FOUND + 1])
        self.has_more, self.level_word = len(found) > MOST_FOUND, SeatLevel(level).label
        field.choices = [(person.public_id, person_words(person)) for person in found[:MOST_FOUND]]

    @property
    def given(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "find"}


class PassBackForm(ActForm):
    words = WordsField(label=_("转回的原因"), rows=3, error_messages={"required": _("请写明转回的原因")})


def serving_above(opinion: Opinion, level: int):
    """Representatives of `level` in office, of the district of the station or of the divisions it lies in."""
    under = opinion.station_id[: DIGITS_OF_LEVEL[SeatLevel(level)]]
    public = Representative.objects.for_user(None, "read").filter(Representative.objects.under(under))
    return public.at_level(level)


def department_words(department: Department) -> str:
    return f"{department.name}（{department.duties}）" if department.duties else department.name


class UrgeForm(MatterForm):
    """督办: whom, in which words, by when. Who leads is offered first: the house itself is seldom meant then."""

    referral = forms.ModelChoiceField(
        Referral.objects.none(), label=_("督办谁"), required=False, to_field_name="public_id"
    )
    rank = forms.ChoiceField(label=_("到哪一级"), choices=Rank.choices, initial=Rank.PERSON, widget=forms.RadioSelect)
    words = WordsField(label=_("督办意见"), max_length=LONGEST_REASON, rows=3, help_text=_("被督办的人会收到这段话"))
    until = DayField(label=_("要求办结日期"), required=False)

    def first(self) -> dict:
        lead = self.matter.referrals.open().filter(part=Part.LEAD).first()
        return {"referral": lead and lead.public_id}

    def build(self):
        field = self.fields["referral"]
        rows = Referral.objects.for_user(self.user, "urge").filter(**{self.matter._meta.model_name: self.matter}).open()
        field.queryset = rows.select_related("department").order_by("-part", "pk")
        field.empty_label = _("联络站自己") if isinstance(self.matter, Opinion) else _("区人大自己")
        field.label_from_instance = lambda row: f"{row.department}（{row.get_part_display()}）"


def departments_of(matter: Opinion | Suggestion, user):
    """Those that the matter may go to, as far as `user` knows of them."""
    return Department.objects.for_user(user, "read").for_station(matter.place)
