"""What happened, as a liaison writes it down."""

from django import forms
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from representatives.models import Representative

from ..choices import MOST_PHOTOS, AttendanceState
from ..models import Attendance, LogDraft, Visit
from .people import PeopleField, members

LONGEST_TEXT = 5000
# What voters come for most; one touch begins the sentence. The full list of categories belongs to the opinions.
TOPICS = (
    _("物业与社区"), _("交通"), _("城建环资"), _("社保民政"), _("科教文卫"), _("市场监管"), _("政法"), _("其他"),
)  # fmt: skip


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True


class LogForm(forms.Form):
    """What happened, in under a minute: planned people stand ticked, the rest is a number and a few words."""

    came = PeopleField(
        label=_("到站代表"),
        required=False,
        error_messages={"invalid_choice": _("名单里有不属于本站的代表，请重新选择")},
    )
    voters_received = forms.IntegerField(
        label=_("接待人数"), min_value=0, max_value=10_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("请填写接待了多少位选民，没有人来请填 0"), "invalid": _("请填写数字"),
            "max_value": _("最多 10000 位，请检查是否多写了一位"), "min_value": _("不能少于 0"),
        },
    )  # fmt: skip
    summary = forms.CharField(
        label=_("反映的主要内容"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写事情，不写选民的姓名和电话"),
        error_messages={"required": _("请写几个字：选民反映了什么，或者做了什么")},
    )
    result = forms.CharField(
        label=_("处理情况"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("当场怎样答复，答应了什么"),
    )
    photos = forms.FileField(
        label=_("照片"),
        required=False,
        widget=PhotosInput(attrs={"multiple": True, "accept": "image/jpeg,image/png,image/webp"}),
        help_text=format_lazy(_("最多 {n} 张，每张不超过 15 MB；照片里的拍摄地点会自动去掉"), n=MOST_PHOTOS),
    )

    def __init__(self, *args, visit: Visit, user, draft: LogDraft | None = None, **kwargs):
        there = list(Attendance.objects.for_user(user).filter(visit=visit).order_by("id"))
        here = [a.representative_id for a in there if a.state in (AttendanceState.EXPECTED, AttendanceState.CAME)]
        self.planned = {attendance.representative_id: attendance for attendance in there}
        people = list(
            Representative.objects.filter(
                Q(pk__in=members(visit.station, user).values("pk")) | Q(pk__in=list(self.planned))
            ).with_level()
        )
        initial = {"came": [person.public_id for person in people if person.pk in here]}
        if draft is not None:
            initial |= {name: draft.data[name] for name in DRAFTED if name in draft.data}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["came"].queryset = Representative.objects.filter(pk__in=[person.pk for person in people])
        self.fields["came"].choices = [(person.public_id, person) for person in people]
        self.people = {person.public_id: person for person in people}

    def clean_photos(self):
        """Photos are taken in one by one by the page; here they are only named."""
        return None

    @property
    def planned_boxes(self) -> list:
        return [box for box in self["came"] if self._person(box).pk in self.planned]

    @property
    def other_boxes(self) -> list:
        return [box for box in self["came"] if self._person(box).pk not in self.planned]

    @property
    def has_others(self) -> bool:
        """Whether somebody unplanned is ticked, so that the fold stands open."""
        return any(box.data["selected"] for box in self.other_boxes)

    def _person(self, box) -> Representative:
        return self.people[str(box.data["value"])]


DRAFTED = ("came", "voters_received", "summary", "result")


def draft_of(data) -> dict:
    """The half-filled log as it was typed, unjudged; cut where nobody types so much."""
    text = {name: _kept(data.get(name, ""), LONGEST_TEXT) for name in DRAFTED[1:]}
    return {"came": [_kept(value, 20) for value in data.getlist("came")[:500]]} | text


def _kept(text: str, most: int) -> str:
    return text[:most].replace("\0", "")  # PostgreSQL keeps no NUL
