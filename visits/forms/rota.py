"""What the office asks of a rota: where, from when to when, and how."""

import re
from datetime import date, timedelta

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import Level
from liaison.accounts.models import Region
from liaison.common.forms import DayField, HourInput
from representatives.models import Membership, Representative
from stations.models import Station

from ..choices import Weekday
from ..models import RotaPlan
from ..rota.options import ALL, HAND, MOST_GAP, MOST_PEOPLE, MOST_WEIGHT, SECONDS, Options
from ..rota.shapes import WEIGHTS
from ..rules import LAST

PLACE_DIGITS = (6, 9)  # a district's and a street's
ORDINALS = [(1, _("第一个")), (2, _("第二个")), (3, _("第三个")), (4, _("第四个")), (LAST, _("最后一个"))]
BETWEEN_NAMES = re.compile(r"[、，,;；\s]+")
MOST_NAMES = 60


def places_to_plan(user) -> list[tuple[str, str]]:
    """Districts and streets with stations for which `user` may make a rota, the widest first."""
    stations = Station.objects.for_user(user, "add", of=RotaPlan).filter(is_open=True).values_list("pk", flat=True)
    codes = {code[:digits] for code in stations for digits in PLACE_DIGITS}
    regions = Region.objects.for_user(user, "add", of=RotaPlan).filter(pk__in=codes)
    regions = regions.filter(level__in=[Level.DISTRICT, Level.STREET])
    return list(regions.order_by("level", "code").values_list("pk", "name"))


def next_quarter(today: date) -> tuple[date, date]:
    first = (today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) + timedelta(days=95)).replace(day=1)
    return first, (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)


class RotaForm(forms.Form):
    """Place, period and wishes; everything but the first three has a default that stands in the form."""

    shown_at = {"from_on": "from_on", "to_on": "to_on", "code": "code"}

    code = forms.ChoiceField(label=_("范围"), error_messages={"invalid_choice": _("没有这个范围，或者不归您编排")})
    from_on = DayField(label=_("从"))
    to_on = DayField(label=_("到（含当日）"))
    least = forms.IntegerField(label=_("每场至少"), min_value=1, max_value=MOST_PEOPLE)
    most = forms.IntegerField(label=_("每场至多"), min_value=1, max_value=MOST_PEOPLE)
    fill = forms.BooleanField(
        label=_("当月接待不够的站，补上接待"), required=False, help_text=_("采用以后是草稿，可以再改")
    )
    ordinal = forms.TypedChoiceField(label=_("每月第几个"), choices=ORDINALS, coerce=int)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("星期几"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("选了几天的，各站轮流，不挤在同一天；遇节假日顺延"),
        error_messages={"required": _("请选择星期几")},
    )
    starts = forms.TimeField(label=_("开始时间"), widget=HourInput())
    ends = forms.TimeField(label=_("结束时间"), widget=HourInput())
    themes = forms.CharField(
        label=_("主题"), required=False, max_length=400, help_text=_("几个主题用“、”分开，轮流使用；不填就写类别")
    )
    may_lack = forms.BooleanField(
        label=_("人手不够也编排"), required=False, help_text=_("缺的列出来，由您补上；不勾选的，有一处排不成就不编排")
    )
    keep = forms.ChoiceField(
        label=_("草稿里已有的人"),
        widget=forms.RadioSelect,
        choices=[(ALL, _("都保留")), (HAND, _("保留手工安排的；以前方案排入的可以重排"))],
    )
    pins = forms.CharField(
        label=_("指定代表"),
        required=False,
        max_length=600,
        help_text=_("至少安排一次的代表，姓名用“、”分开；有同名的写成 张三@联络站名称"),
    )
    gap_days = forms.IntegerField(
        label=_("两次最好相隔"), min_value=0, max_value=MOST_GAP, help_text=_("天；更近的记作“挨得近”")
    )
    load = forms.IntegerField(label=_("次数均衡"), min_value=0, max_value=MOST_WEIGHT)
    theme = forms.IntegerField(label=_("主题不重复"), min_value=0, max_value=MOST_WEIGHT)
    mix = forms.IntegerField(label=_("级别搭配"), min_value=0, max_value=MOST_WEIGHT)
    spread = forms.IntegerField(label=_("时间分散"), min_value=0, max_value=MOST_WEIGHT)
    seconds = forms.IntegerField(
        label=_("求解最多用"), min_value=SECONDS[0], max_value=SECONDS[1], help_text=_("秒；找到最好的方案就提前结束")
    )

    PLAIN = ("least", "most", "fill", "ordinal", "may_lack", "keep", "gap_days", "seconds")

    def __init__(self, data=None, *, user, today: date, plan: RotaPlan | None = None, lack: bool = False):
        self.user = user
        places = places_to_plan(user)
        from_on, to_on = (plan.from_on, plan.to_on) if plan else next_quarter(today)
        first = {"code": plan.code if plan else places[0][0] if places else "", "from_on": from_on, "to_on": to_on}
        wishes = typed(Options.of(plan.options) if plan else Options())
        super().__init__(data, initial=first | wishes | ({"may_lack": True} if lack else {}))
        self.fields["code"].choices = places

    def clean_themes(self) -> tuple[str, ...]:
        themes = tuple(filter(None, (theme.strip() for theme in re.split(r"[、\n]", self.cleaned_data["themes"]))))
        if any(len(theme) > 120 for theme in themes):
            raise forms.ValidationError(_("一个主题最多 120 个字"))
        return themes

    def clean_pins(self) -> tuple[int, ...]:
        names = [name for name in BETWEEN_NAMES.split(self.cleaned_data["pins"]) if name]
        if len(names) > MOST_NAMES:
            raise forms.ValidationError(_("最多指定 %s 位代表") % MOST_NAMES)
        code = self.cleaned_data.get("code")
        return tuple(dict.fromkeys(self.person(name, code) for name in names)) if code else ()

    def person(self, text: str, code: str) -> int:
        """The one representative of the place who is called so; of several of one name the one of the station named."""
        name, _at, station = text.partition("@")
        members = Membership.objects.current().filter(Membership.objects.under(code))
        if station:
            members = members.filter(station__name__startswith=station)
        people = Representative.objects.for_user(self.user).filter(name=name)
        found = list(people.filter(pk__in=members.values("representative")).values_list("pk", flat=True)[:2])
        if not found:
            raise forms.ValidationError(_("这个范围里没有叫“%s”的代表") % text)
        if len(found) > 1:
            raise forms.ValidationError(_("有同名的“%s”，请写成 姓名@联络站名称") % text)
        return found[0]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("ends") and cleaned.get("starts") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", _("结束时间应晚于开始时间"))
        if cleaned.get("least") and cleaned.get("most") and cleaned["most"] < cleaned["least"]:
            self.add_error("most", _("最多人数不能少于最少人数"))
        return cleaned

    @property
    def options(self) -> Options:
        given = self.cleaned_data
        return Options(
            **{name: given[name] for name in self.PLAIN},
            weights={name: given[name] for name in WEIGHTS},
            weekdays=tuple(given["weekdays"]),
            starts=f"{given['starts']:%H:%M}", ends=f"{given['ends']:%H:%M}",
            themes=given["themes"], pins=given["pins"],
        )  # fmt: skip

    @property
    def has_more(self) -> bool:
        """Whether the folded part has something to say."""
        return any(self[name].errors for name in ("keep", "pins", "gap_days", "seconds", *WEIGHTS))


def typed(options: Options) -> dict:
    """Options as the form shows them."""
    people = Representative.objects.filter(Q(pk__in=options.pins)).values_list("name", flat=True)
    return {
        **{name: getattr(options, name) for name in RotaForm.PLAIN},
        **options.weights,
        "weekdays": list(options.weekdays),
        "starts": options.starts,
        "ends": options.ends,
        "themes": "、".join(options.themes),
        "pins": "、".join(people) if options.pins else "",
    }
