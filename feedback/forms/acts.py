"""One form for each act on an opinion. A form knows what the verb wants, and no rule of its own."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField
from liaison.common.templatetags.face import cn_date
from representatives.choices import SeatLevel
from representatives.models import Representative

from .. import numbers
from ..actions.merging import MOST_PARTS
from ..actions.rating import to_rate
from ..choices import LONGEST_MATTER, Party, Satisfaction, Step
from ..models import Category, Department, Opinion
from .fields import TitleField, WordsField
from .labels import department_words, opinion_words, person_words, term_words

LONGEST_REASON = 400
MOST_FOUND = 15
# Below which division representatives of a level are looked for: those of the province serve the whole of it.
DIGITS_OF_LEVEL = {
    SeatLevel.NATIONAL: 2, SeatLevel.PROVINCE: 2, SeatLevel.CITY: 4, SeatLevel.DISTRICT: 6, SeatLevel.TOWNSHIP: 9,
}  # fmt: skip


class ActForm(forms.Form):
    """`seen` is the number of the last step on the page, so that nobody acts on what they have not read."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, data=None, *, opinion: Opinion, user):
        self.opinion, self.user = opinion, user
        super().__init__(data, initial={"seen": opinion.last_no} | self.first())
        self.build()

    def first(self) -> dict:
        """What the fields begin with."""
        return {}

    def build(self) -> None:
        """Choices and hints that depend on the opinion and on who acts."""

    @property
    def nothing_to_do(self) -> str:
        """Why there is nothing to fill in, where the act is legal and yet idle."""
        return ""

    @property
    def given(self) -> dict:
        """What the verb is called with, besides `by`."""
        return self.cleaned_data

    def read_again(self) -> None:
        """Whoever sends the form once more has read what came between."""
        self.data = self.data.copy()
        self.data["seen"] = self.opinion.last_no


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


class ForwardForm(ActForm):
    lead = forms.ModelChoiceField(
        Department.objects.none(), label=_("主办单位"), to_field_name="public_id", empty_label=_("请选择"),
        error_messages={"required": _("请选择主办单位")},
    )  # fmt: skip
    assisting = forms.ModelMultipleChoiceField(
        Department.objects.none(), label=_("协办单位"), to_field_name="public_id", required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    words = WordsField(
        label=_("转办说明"), required=False, rows=3, help_text=_("请承办单位办什么；姓名和电话不用写，系统会另外给它")
    )
    due_on = DayField(label=_("请在哪天以前答复"), required=False)

    def build(self) -> None:
        departments = Department.objects.for_user(self.user, "read").for_station(self.opinion.station_id)
        for name in ("lead", "assisting"):
            self.fields[name].queryset = departments
            self.fields[name].label_from_instance = department_words
        promised = self.opinion.due_dates.open().filter(kind="answer").first()
        self.fields["due_on"].help_text = (
            gettext("不填就是已答应群众的 %s") % cn_date(promised.due_on)
            if promised and promised.due_on
            else term_words()
        )
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean(self):
        given = super().clean()
        if given.get("lead") and given["lead"] in given.get("assisting", ()):
            self.add_error("assisting", _("主办单位不用再选为协办单位"))
        return given


class AssistForm(ActForm):
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("协办单位"), to_field_name="public_id", empty_label=_("请选择"),
        error_messages={"required": _("请选择协办单位")},
    )  # fmt: skip
    words = WordsField(label=_("请它协助什么"), required=False, rows=3)

    def build(self) -> None:
        there = self.opinion.referrals.open().values("department")
        departments = Department.objects.for_user(self.user, "read").for_station(self.opinion.station_id)
        self.fields["department"].queryset = departments.exclude(pk__in=there)
        self.fields["department"].label_from_instance = department_words


class ReasonedForm(ActForm):
    reason = WordsField(label=_("原因"), max_length=LONGEST_REASON, rows=3)


class RecallForm(ReasonedForm):
    def build(self) -> None:
        self.fields["reason"].help_text = _("承办单位会看到")


class ReopenForm(ReasonedForm):
    def build(self) -> None:
        self.fields["reason"].help_text = _("群众会看到")


class DiscardForm(ReasonedForm):
    def build(self) -> None:
        self.fields["reason"].help_text = _("如广告、乱码、重复的机器提交。不会通知任何人，但记录会留着")


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
        self.similar = []
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


def concerned(opinion: Opinion):
    """Representatives who have to do with the matter: of its station, named in it, or asked from another level."""
    asked = opinion.steps.exclude(representative=None).values_list("representative", flat=True)
    ids = {*Representative.objects.belonging_to(opinion.station).values_list("pk", flat=True), *asked}
    return Representative.objects.filter(pk__in=ids | {opinion.representative_id} - {None}).order_by("pinyin", "pk")


def serving_above(opinion: Opinion, level: int):
    """Representatives of `level` in office, of the district of the station or of the divisions it lies in."""
    under = opinion.station_id[: DIGITS_OF_LEVEL[SeatLevel(level)]]
    public = Representative.objects.for_user(None, "read").filter(Representative.objects.under(under))
    return public.at_level(level)
