"""What somebody looks for among opinions, and what is done with several at once."""

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from liaison.common.finder import ALL, Finder, words
from liaison.common.templatetags.face import joined
from stations.places import Places

from ..choices import Source, State
from ..models import Category, Department, Opinion, SavedView
from .act import WordsField

MOST_AT_ONCE = 60
MOST_SAVED = 12
KEPT = ("q", "state", "category", "source", "street", "view")


class InboxFinder(Finder):
    """Filters of the inbox; what is typed is a receipt's number or any words of the matter."""

    q = words(_("受理编号，或者内容里的字"))
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ALL, *State.choices])
    category = forms.ChoiceField(label=_("类别"), required=False)
    source = forms.ChoiceField(label=_("来源"), required=False, choices=[ALL, *Source.choices])
    street = forms.ChoiceField(label=_("街道"), required=False)
    view = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, data, *, user):
        super().__init__(data)
        named = list(Category.objects.for_user(user, "read").order_by("position", "code").values_list("code", "name"))
        self.fields["category"].choices = [ALL, *named]
        places = Places(user)
        self.fields["street"].choices = [ALL, *places.street_choices]
        if len(places.street_choices) < 2:
            del self.fields["street"]

    @property
    def on(self) -> str:
        """What is chosen, in words."""
        wanted = self.wanted
        labels = [
            dict(self.fields[name].choices).get(wanted[name], wanted[name])
            for name in ("state", "category", "source", "street")
            if name in wanted
        ]
        return joined(map(str, filter(None, [wanted.get("q"), *labels])))

    def among(self, rows):
        wanted = self.wanted
        for name in ("state", "category", "source"):
            if name in wanted:
                rows = rows.filter(**{name: wanted[name]})
        return rows.filter(Opinion.objects.under(wanted["street"])) if "street" in wanted else rows


class TogetherForm(forms.Form):
    """One act for several opinions; each is done by its own verb."""

    ACCEPT, FORWARD = "accept", "forward"

    picked = forms.ModelMultipleChoiceField(
        Opinion.objects.none(), to_field_name="public_id",
        error_messages={"required": _("请先勾选意见"), "invalid_choice": _("勾选的意见里有您不能办理的，请重新勾选")},
    )  # fmt: skip
    act = forms.ChoiceField(
        label=_("勾选的一起"), widget=forms.RadioSelect,
        choices=[(ACCEPT, _("受理，归入同一类别")), (FORWARD, _("转办给同一单位"))],
        error_messages={"required": _("请选怎样办理")},
    )  # fmt: skip
    category = forms.ModelChoiceField(Category.objects.none(), label=_("类别"), required=False)
    lead = forms.ModelChoiceField(
        Department.objects.none(), label=_("主办单位"), required=False, to_field_name="public_id"
    )
    words = WordsField(label=_("转办说明"), required=False, rows=2)

    def __init__(self, data=None, *, user):
        super().__init__(data)
        self.fields["picked"].queryset = Opinion.objects.for_user(user, "handle").select_related("station")
        self.fields["category"].queryset = Category.objects.for_user(user, "read").filter(is_offered=True)
        self.fields["lead"].queryset = Department.objects.for_user(user).filter(is_active=True)

    def clean_picked(self):
        picked = self.cleaned_data["picked"]
        if len(picked) > MOST_AT_ONCE:
            raise forms.ValidationError(_("一次最多办理 %(n)s 件") % {"n": MOST_AT_ONCE})
        return picked

    def clean(self):
        given = super().clean()
        needs = {self.ACCEPT: ("category", _("请选类别")), self.FORWARD: ("lead", _("请选主办单位"))}
        if given.get("act") in needs:
            name, words = needs[given["act"]]
            if not given.get(name) and name not in self.errors:
                self.add_error(name, words)
        return given


class SaveViewForm(forms.Form):
    """The filters that are on, under a name. What cannot be a filter is left out of what is kept."""

    name = forms.CharField(label=_("给这个筛选起个名字"), max_length=20, error_messages={"required": _("请填写名字")})
    query = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def __init__(self, data=None, *, user, initial=None):
        self.user = user
        super().__init__(data, initial=initial)

    def clean(self):
        given = super().clean()
        finder = InboxFinder(QueryDict(given.get("query", "")), user=self.user)
        given["query"] = urlencode({name: value for name, value in finder.wanted.items() if name in KEPT})
        if not given["query"] and not self.errors:
            raise forms.ValidationError(_("请先选好筛选条件，再保存"))
        there = SavedView.objects.filter(user=self.user)
        if there.count() >= MOST_SAVED:
            raise forms.ValidationError(_("最多保存 %(n)s 个，请先删去不用的") % {"n": MOST_SAVED})
        if there.filter(name=given.get("name", "")).exists():
            self.add_error("name", _("已有这个名字的筛选"))
        return given
