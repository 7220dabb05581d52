import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Left
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField
from liaison.common.search import Grams
from representatives.models import Representative

from ..choices import (
    LONGEST_TITLE,
    SUGGESTION_MOVES,
    SUGGESTION_OPEN,
    AnswerOutcome,
    Part,
    Satisfaction,
    SuggestionState,
    SuggestionStepKind,
)
from ..triggers import SUGGESTION_STEP_TRIGGERS, SUGGESTION_TRIGGERS
from .department import Category, Department
from .matter import Matter, StepBase, legal_steps

DISTRICT_DIGITS = 6


class SuggestionQuerySet(ScopedQuerySet):
    place = "place"

    def within(self, posting) -> Q:
        if posting.role == Role.DEPARTMENT:
            from .referral import Referral

            sent = Referral.objects.filter(department__members=posting.user, suggestion__isnull=False)
            return Q(pk__in=sent.values("suggestion"))
        return super().within(posting)

    def own_q(self, user: User) -> Q:
        mine = SuggestionSigner.objects.filter(representative__user=user).values("suggestion")
        return Q(pk__in=mine)

    def public_q(self) -> Q:
        return Q(published_at__isnull=False)

    def open(self) -> "SuggestionQuerySet":
        return self.filter(state__in=SUGGESTION_OPEN)


@pghistory.track(exclude=["words", "district", "last_no", "next_due_on", "changed_at"])
class Suggestion(Matter):
    """代表建议: what representatives formally propose between sessions; it may gather several opinions."""

    moves = SUGGESTION_MOVES

    public_id = PublicIdField(unique=True)
    # Given when it is approved: the district's year and serial, as offices number it (2026 年第 12 号).
    year = models.PositiveSmallIntegerField(_("年份"), null=True, editable=False)
    serial = models.PositiveIntegerField(_("编号"), null=True, editable=False)
    place = CodeField(_("所在"), max_length=15)  # the lead's station, else a division
    district = models.GeneratedField(
        expression=Left("place", DISTRICT_DIGITS), output_field=CodeField(max_length=6), db_persist=True
    )
    state = models.CharField(_("状态"), max_length=20, choices=SuggestionState, blank=True, editable=False)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("类别"), db_index=False
    )
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    matter = models.TextField(_("情况和问题"), max_length=6000)
    proposal = models.TextField(_("具体建议"), max_length=6000)
    words = models.GeneratedField(
        expression=Concat("title", Value(" "), "matter", Value(" "), "proposal", output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    is_hard = models.BooleanField(_("涉及面广、处理难度大"), default=False)
    is_priority = models.BooleanField(_("重点督办"), default=False, editable=False)
    assigned_on = models.DateField(_("交办日期"), null=True, editable=False)
    # The department's answer in force; every answer ever given stands in the steps.
    outcome = models.CharField(_("办理结果"), max_length=10, choices=AnswerOutcome, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="taken_in", editable=False, verbose_name=_("并入")
    )
    # What the public may read of it, approved by staff; empty while there is nothing.
    public_report = models.TextField(_("公开的办理情况"), blank=True, editable=False)
    published_at = models.DateTimeField(_("公开时间"), null=True, editable=False)
    form_key = models.UUIDField(_("表单编号"), null=True, unique=True, editable=False)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("代表建议"), pgettext_lazy("plural", "代表建议")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="suggestion_new"),
            models.Index(fields=["district", "-created_at", "-id"], name="suggestion_district_new"),
            models.Index(
                fields=["district", "next_due_on", "id"],
                name="suggestion_due",
                condition=Q(state__in=SUGGESTION_OPEN),
            ),
            models.Index(
                fields=["-published_at", "-id"], name="suggestion_public", condition=Q(published_at__isnull=False)
            ),
            GinIndex(Grams("words"), name="suggestion_words_grams", fastupdate=False),
        ]
        constraints = [
            models.UniqueConstraint(
                "district", "year", "serial", name="suggestion_number_once",
                violation_error_message=_("建议编号重复，请重试"),
            ),
            models.CheckConstraint(
                name="suggestion_public_says_something",
                condition=Q(published_at=None) | ~Q(public_report=""),
                violation_error_message=_("公开办理情况应填写内容"),
            ),
            models.CheckConstraint(
                name="suggestion_not_into_itself",
                condition=(Q(merged_into=None) | ~Q(merged_into=F("id"))),
                violation_error_message=_("不能并入自己"),
            ),
        ]  # fmt: skip
        triggers = SUGGESTION_TRIGGERS

    def __str__(self) -> str:
        return f"{self.shown_number} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("feedback:suggestion", args=[self.public_id])

    @property
    def shown_number(self) -> str:
        """2026 年第 12 号; nothing before it is approved."""
        return str(_("%(year)s年第%(n)s号") % {"year": self.year, "n": self.serial}) if self.serial else ""


class SuggestionSignerQuerySet(ScopedQuerySet):
    place = "suggestion__place"

    def own_q(self, user: User) -> Q:
        return Q(representative__user=user)


@pghistory.track()
class SuggestionSigner(models.Model):
    """A representative under a suggestion: who leads, who signs with them, and what each says of the answer."""

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="signers", verbose_name=_("代表建议"))
    representative = models.ForeignKey(Representative, models.PROTECT, related_name="signed", verbose_name=_("代表"))
    part = models.CharField(
        _("领衔或联名"), max_length=10, choices=[("lead", _("领衔")), ("assisting", _("联名"))], default=Part.ASSISTING
    )
    position = models.PositiveSmallIntegerField(
        _("次序"), default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    asked_at = models.DateTimeField(_("征求时间"), null=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    declined_at = models.DateTimeField(_("不联名时间"), null=True)
    answered_at = models.DateTimeField(_("收到答复时间"), null=True)  # one answer to each signer
    view = models.CharField(_("对答复的意见"), max_length=10, choices=Satisfaction, blank=True)
    view_words = models.TextField(_("意见说明"), blank=True)
    viewed_at = models.DateTimeField(_("提出意见时间"), null=True)

    objects = SuggestionSignerQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("建议代表"), pgettext_lazy("plural", "建议代表")
        ordering = ["suggestion", "-part", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "representative"],
                name="suggestion_signer_once",
                violation_error_message=_("这位代表已在名单里"),
            ),
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=Q(part=Part.LEAD),
                name="suggestion_one_lead",
                violation_error_message=_("领衔代表只能有一位"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.representative)


class SuggestionStepQuerySet(ScopedQuerySet):
    """Steps are read by whoever reaches the suggestion."""

    place = "suggestion__place"

    def within(self, posting) -> Q:
        if posting.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
            return Q(suggestion__in=Suggestion.objects.filter(Suggestion.objects.all().within(posting)))
        return super().within(posting)


class SuggestionStep(StepBase):
    """What was done with a suggestion. Append-only; the suggestion's state is the last one's."""

    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, related_name="steps", verbose_name=_("代表建议"), db_index=False
    )
    kind = models.CharField(_("步骤"), max_length=30, choices=SuggestionStepKind)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("承办单位"), db_index=False
    )
    representative = models.ForeignKey(
        Representative, models.PROTECT, null=True, related_name="+", verbose_name=_("代表"), db_index=False
    )
    other = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, related_name="+", verbose_name=_("相关建议"), db_index=False
    )

    objects = SuggestionStepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("建议办理步骤")
        ordering = ["suggestion", "no"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "no"],
                name="suggestion_step_once",
                violation_error_message=_("步骤序号重复，请重试"),
            ),
            models.CheckConstraint(
                name="suggestion_step_legal",
                condition=legal_steps(SUGGESTION_MOVES),
                violation_error_message=_("这件建议刚有新的进展，现在不能这样办理，请看最新情况"),
            ),
        ]
        triggers = SUGGESTION_STEP_TRIGGERS

    def __str__(self) -> str:
        return f"{self.no} {self.get_kind_display()}"

    @property
    def matter(self) -> Suggestion:
        return self.suggestion
