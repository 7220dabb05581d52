"""What staff write down for a voter: at a visit, on the telephone, from paper."""

from collections.abc import Sequence
from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField
from liaison.common.templatetags.face import cn_day
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.models import Representative
from stations.models import Station
from visits.models import Attendance, Visit

from ..choices import LONGEST_MATTER, Source
from ..models import Category, Opinion
from .act import TitleField, WordsField, person_words
from .files import FilesField

PRIVACY_VERSION = "2026-11"
PRIVACY_WORDS = _(
    "我们记下您的姓名和电话，只用来办理这件事、把结果告诉您；加密保存，不公开，不给无关的人看，办结后按规定的期限清除。"
    "您可以随时来问我们保存了什么，要求更正或清除。"
)
ALONE = "new"  # not one of those that were offered
VISITS_OF_DAYS = 30
MOST_VISITS = 20


# Who spoke has to be said, but by those who would rather not.
WHO_REFUSED = {
    "name": _("请填写姓名"), "phone": _("请填写电话，办理结果要告诉群众"),
    "told": _("请先把隐私告知念给群众听，本人同意后再勾选"),
}  # fmt: skip


class IntakeForm(forms.Form):
    """One page, most of which may stay as it is: what was said, who said it, and whether it is settled already."""

    source = forms.ChoiceField(
        label=_("怎样反映的"), widget=forms.RadioSelect,
        choices=[(source.value, source.label) for source in (Source.VISIT, Source.PHONE, Source.PAPER)],
    )  # fmt: skip
    matter = WordsField(
        label=_("反映的事项"), rows=5, max_length=LONGEST_MATTER,
        help_text=_("什么事、在哪里、希望怎样解决。不写身份证号"),
        error_messages={"required": _("请写明反映的事项")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("姓名"), required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("电话"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    told = forms.BooleanField(label=_("已向群众念过隐私告知，本人同意"), required=False)
    anonymous = forms.BooleanField(label=_("不愿留姓名和电话"), required=False)
    files = FilesField(label=_("来信照片、现场照片或 PDF"))
    is_resolved = forms.BooleanField(label=_("已经当场解决"), required=False)
    resolved = WordsField(label=_("怎样解决的"), rows=3, required=False, help_text=_("写给群众看"))
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("类别"), required=False, empty_label=_("以后再定")
    )
    representative = forms.ModelChoiceField(
        Representative.objects.none(), label=_("向哪位代表反映"), required=False, to_field_name="public_id",
        empty_label=_("没有指明"),
    )  # fmt: skip
    visit = forms.ModelChoiceField(
        Visit.objects.none(), label=_("在哪次接待时提出"), required=False, to_field_name="public_id",
        empty_label=_("不是在接待时"),
    )  # fmt: skip
    heard_on = DayField(label=_("反映日期"))
    title = TitleField(label=_("标题"), required=False, help_text=_("不填就用事项的第一句话"))
    join = forms.ChoiceField(
        label=_("是不是同一件事"), required=False, widget=forms.RadioSelect,
        help_text=_("是同一件事的，合在一起办；这位群众照样有自己的受理编号，能查到进展"),
    )  # fmt: skip
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    MORE = ("category", "representative", "visit", "heard_on", "title")

    def __init__(
        self, *args, station: Station, user, visit: Visit | None = None, similar: Sequence[Opinion] = (), **kwargs
    ):
        self.station, self.user, self.today = station, user, timezone.localdate()
        super().__init__(*args, **kwargs)
        visits = Visit.objects.for_user(user, "log").filter(station=station, starts_at__lte=timezone.now())
        since = timezone.now() - timedelta(days=VISITS_OF_DAYS)
        recent = list(visits.filter(starts_at__gte=since).order_by("-starts_at")[:MOST_VISITS])
        if visit and visit not in recent:
            recent.insert(0, visit)
        self.fields["visit"].queryset = Visit.objects.filter(pk__in=[row.pk for row in recent]).order_by("-starts_at")
        self.fields["visit"].label_from_instance = lambda row: f"{cn_day(row.starts_at)} {row.heading}"
        people = set(Representative.objects.belonging_to(station).values_list("pk", flat=True))
        people |= set(Attendance.objects.filter(visit__in=recent).values_list("representative", flat=True))
        self.fields["representative"].queryset = Representative.objects.filter(pk__in=people).order_by("pinyin", "pk")
        self.fields["representative"].label_from_instance = person_words
        self.fields["category"].queryset = Category.objects.for_user(user).filter(is_offered=True)
        self.fields["heard_on"].widget.attrs["max"] = self.today.isoformat()
        for name in () if self.data.get("anonymous") and self.may_be_anonymous else WHO_REFUSED:
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = WHO_REFUSED[name]
        if not self.may_be_anonymous:
            del self.fields["anonymous"]
        self.similar = similar
        self.fields["join"].choices = [*[(o.public_id, str(o)) for o in similar], (ALONE, _("不是，另外登记"))]
        if not similar:
            del self.fields["join"]

    @property
    def privacy_words(self):
        return PRIVACY_WORDS

    @property
    def may_be_anonymous(self) -> bool:
        return bool(Threshold.objects.number(Key.ANONYMOUS, self.today))

    @property
    def is_more_open(self) -> bool:
        return any(self[name].errors for name in self.MORE)

    def clean_heard_on(self):
        day = self.cleaned_data["heard_on"]
        if day > self.today:
            raise forms.ValidationError(_("反映日期不能晚于今天"))
        return day

    def clean(self):
        given = super().clean()
        if given.get("anonymous") and (given.get("name") or given.get("phone")):
            self.add_error("anonymous", _("已填写姓名或电话，请清空，或者不选“不愿留”"))
        if self.similar and not given.get("join") and "join" not in self.errors:
            self.add_error("join", _("本站有相近的意见在办，请看是不是同一件，选一项再提交"))
        if given.get("is_resolved") and not given.get("resolved") and "resolved" not in self.errors:
            self.add_error("resolved", _("请写明怎样解决的"))
        if given.get("source") == Source.VISIT and "visit" not in self.errors:
            visit = given.get("visit")
            if visit and timezone.localdate(visit.starts_at) > given.get("heard_on", self.today):
                self.add_error("heard_on", _("反映日期早于这次接待"))
        elif given.get("source"):
            given["visit"] = None
        return given

    @property
    def given(self) -> dict:
        """What `register` is called with."""
        given = self.cleaned_data
        same = {
            name: given[name]
            for name in ("source", "matter", "title", "representative", "visit", "heard_on", "form_key")
        }
        voter = None if given.get("anonymous") else {"name": given["name"], "phone": given["phone"]}
        into = next((row for row in self.similar if row.public_id == given.get("join")), None)
        category = {} if into else {"category": given["category"]}
        return same | category | {
            "voter": voter, "privacy_version": PRIVACY_VERSION, "into": into, "files": given["files"],
            "resolved": given["resolved"] if given["is_resolved"] else "",
        }  # fmt: skip
