"""What is published of an opinion, and what readers look for among what was published."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaison.common.finder import Finder, choice
from stations.places import Places

from ..choices import Step
from ..course import ANSWERS
from ..models import Category, Opinion, Outcome
from ..sent import untraced
from .act import ActForm, ReasonedForm, TitleField, WordsField


class OutcomeForm(ActForm):
    """Begins with what is public already, else with the last answer; what the voter wrote is not taken over."""

    title = TitleField(label=_("标题"), error_messages={"required": _("请填写标题")})
    matter = WordsField(
        label=_("反映的事项"), rows=3,
        help_text=_("用自己的话概括，不照抄群众原话；不写姓名、电话、门牌号，也不写能让人认出是谁的细节"),
        error_messages={"required": _("请概括反映的事项")},
    )  # fmt: skip
    result = WordsField(
        label=_("办理结果"), rows=5, help_text=_("办了什么，结果怎样"),
        error_messages={"required": _("请填写办理结果")},
    )  # fmt: skip
    approved = forms.BooleanField(
        label=_("已审核，没有个人信息，现在公示"), required=False, help_text=_("不勾选就只保存公示稿，以后再审核")
    )

    def first(self) -> dict:
        if self.outcome:
            return {name: getattr(self.outcome, name) for name in ("title", "matter", "result")} | {"approved": True}
        answer = self.opinion.steps.filter(kind__in=ANSWERS - {Step.ASSIST_ANSWERED}).order_by("-no").first()
        return {"title": self.opinion.public_title, "result": untraced(answer.words) if answer else ""}

    def build(self) -> None:
        self.may_publish = Opinion.objects.for_user(self.user, "publish").filter(pk=self.opinion.pk).exists()
        if not self.may_publish:
            del self.fields["approved"]

    @property
    def submit_label(self) -> str:
        """Who may not approve it saves a draft, and the button says so."""
        return "" if self.may_publish else gettext("保存公示稿")

    @property
    def done(self) -> str:
        return gettext("已公示") if self.cleaned_data.get("approved") else gettext("公示稿已保存，等待审核")

    @property
    def outcome(self) -> Outcome | None:
        return Outcome.objects.filter(opinion=self.opinion).first()

    @property
    def nothing_to_do(self) -> str:
        if self.may_publish or not (self.outcome and self.outcome.published_at):
            return ""
        return gettext("已经公示；要修改的，请街道或者区里先撤下")


class TakeOffForm(ReasonedForm):
    @property
    def nothing_to_do(self) -> str:
        is_public = Outcome.objects.filter(opinion=self.opinion, published_at__isnull=False).exists()
        return "" if is_public else gettext("现在没有公示")


class OutcomeFinder(Finder):
    """By category and by place; a station's own are reached from its page."""

    category = choice(_("类别"))
    street = choice(_("街道"))

    def __init__(self, data, *, user):
        super().__init__(data)
        categories = Category.objects.for_user(user, "read").order_by("position", "code")
        self.fields["category"].choices = list(categories.values_list("code", "name"))
        streets = Places(user).street_choices
        if len(streets) > 1:
            self.fields["street"].choices = streets
        else:
            del self.fields["street"]

    def among(self, rows):
        if "category" in self.wanted:
            rows = rows.filter(category=self.wanted["category"])
        return rows.filter(Outcome.objects.under(self.wanted["street"])) if "street" in self.wanted else rows
