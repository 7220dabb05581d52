from datetime import date

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.choices import Role
from liaison.accounts.models import Contact, User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField
from liaison.common.search import Grams
from representatives.models import Representative
from stations.models import Station
from visits.models import Visit

from ..choices import AWAY, LONGEST_MATTER, LONGEST_TITLE, MOVES, OPEN, STANDING, WAITING, Doubt, Source, State, Step
from ..numbers import new_number, shown
from ..triggers import OPINION_STEP_TRIGGERS, OPINION_TRIGGERS
from .department import Category, Department
from .matter import Matter, StepBase, legal_steps

DISTRICT_DIGITS = 6


class OpinionQuerySet(ScopedQuerySet):
    place = "station__code"

    def within(self, posting) -> Q:
        if posting.role == Role.DEPARTMENT:
            return Q(pk__in=self._sent_to(posting.user))
        return super().within(posting)

    def _sent_to(self, user: User) -> models.QuerySet:
        from .referral import Referral

        return Referral.objects.filter(department__members=user, opinion__isnull=False).values("opinion")

    def under(self, code: str) -> Q:
        """From the district down the first six digits are named as well: they and the date are one index range."""
        if len(code) < DISTRICT_DIGITS:
            return super().under(code)
        whole = Q(district=code[:DISTRICT_DIGITS])
        return whole if len(code) == DISTRICT_DIGITS else whole & super().under(code)

    def own_q(self, user: User) -> Q:
        """Those said to the representative, and those passed to them from another level."""
        passed = OpinionStep.objects.filter(kind=Step.PASSED, representative__user=user).values("opinion")
        return Q(representative__user=user) | Q(pk__in=passed)

    def open(self) -> "OpinionQuerySet":
        return self.filter(state__in=OPEN)

    def overdue(self, on: date) -> "OpinionQuerySet":
        """Open opinions whose last day has passed; the due day itself is not overdue."""
        return self.open().filter(next_due_on__lt=on)


@pghistory.track(exclude=["title", "matter", "words", "district", "last_no", "next_due_on", "changed_at"])
class Opinion(Matter):
    """选民意见: what a voter said, at a station. Who said it stands in `Contact`, apart from the matter.

    Its history keeps no text: what was erased here would live on there.
    """

    moves = MOVES

    public_id = PublicIdField(unique=True)
    number = models.CharField(
        _("受理编号"), max_length=10, unique=True, default=new_number, editable=False, db_collation="C"
    )
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="opinions", verbose_name=_("联络站"), db_index=False
    )
    district = models.GeneratedField(
        expression=Left("station_id", DISTRICT_DIGITS), output_field=CodeField(max_length=6), db_persist=True
    )
    state = models.CharField(_("状态"), max_length=20, choices=State, blank=True, editable=False)
    source = models.CharField(_("来源"), max_length=10, choices=Source, default=Source.FORM)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("类别"), db_index=False
    )
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    matter = models.TextField(_("反映的事项"), max_length=LONGEST_MATTER)
    words = models.GeneratedField(
        expression=Concat("title", Value(" "), "matter", output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    # What others may read of it while it is open: staff write it when they accept the matter. Empty: nothing.
    public_title = models.CharField(_("公开标题"), max_length=LONGEST_TITLE, blank=True)
    representative = models.ForeignKey(
        Representative, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name=_("向哪位代表反映")
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name=_("在哪次接待时提出")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name=_("联系方式")
    )
    language = models.CharField(_("语言"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    privacy_version = models.CharField(_("告知的隐私说明版本"), max_length=20, blank=True)
    heard_on = models.DateField(_("反映日期"), default=timezone.localdate)
    doubts = ArrayField(models.CharField(max_length=20), verbose_name=_("可疑之处"), default=list, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="taken_in", editable=False, verbose_name=_("并入")
    )
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="split_off", editable=False, verbose_name=_("分自")
    )
    suggestion = models.ForeignKey(
        "feedback.Suggestion", models.PROTECT, null=True, related_name="opinions", editable=False,
        verbose_name=_("代表建议"),
    )  # fmt: skip
    # One per filled-in form or request: the same one sent twice meets the unique index instead of making two.
    form_key = models.UUIDField(_("表单编号"), null=True, unique=True, editable=False)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("选民意见"), pgettext_lazy("plural", "选民意见")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="opinion_new"),
            models.Index(fields=["district", "-created_at", "-id"], name="opinion_district_new"),
            models.Index(fields=["station", "-created_at", "-id"], name="opinion_station_new"),
            models.Index(
                fields=["next_due_on", "id"], name="opinion_due", condition=Q(state__in=[*STANDING, State.SUSPECT])
            ),
            models.Index(
                fields=["district", "next_due_on", "id"], name="opinion_district_due",
                condition=Q(state__in=[*STANDING, State.SUSPECT]),
            ),
            models.Index(
                fields=["station", "next_due_on", "id"], name="opinion_station_due",
                condition=Q(state__in=[*STANDING, State.SUSPECT]),
            ),
            models.Index(fields=["next_due_on", "id"], name="opinion_away", condition=Q(state__in=AWAY)),
            models.Index(fields=["closed_at", "id"], name="opinion_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["changed_at", "id"], name="opinion_waiting", condition=Q(state__in=WAITING)),
            GinIndex(Grams("words"), name="opinion_words_grams", fastupdate=False),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                name="opinion_not_into_itself",
                condition=(Q(merged_into=None) | ~Q(merged_into=F("id"))),
                violation_error_message=_("不能并入自己"),
            ),
        ]
        triggers = OPINION_TRIGGERS

    def __str__(self) -> str:
        return f"{self.shown_number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:opinion", args=[self.public_id])

    @property
    def shown_number(self) -> str:
        """7K3M2-9Q2X5: as it stands on the receipt."""
        return shown(self.number)

    @property
    def place(self) -> str:
        """Where it belongs, as every matter has it: its station."""
        return self.station_id

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def doubt_words(self) -> list[str]:
        return [str(Doubt(code).label) if code in Doubt.values else code for code in self.doubts]


class OpinionStepQuerySet(ScopedQuerySet):
    place = "opinion__station__code"

    def own_q(self, user: User) -> Q:
        return Q(opinion__in=Opinion.objects.filter(Opinion.objects.all().own_q(user)))


class OpinionStep(StepBase):
    """办理步骤: who did what with an opinion. Append-only; the state of the opinion is where the last one led."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="steps", verbose_name=_("意见"), db_index=False)
    kind = models.CharField(_("步骤"), max_length=30, choices=Step)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("承办单位"), db_index=False
    )
    representative = models.ForeignKey(
        Representative, models.PROTECT, null=True, related_name="+", verbose_name=_("代表")
    )
    other = models.ForeignKey(
        Opinion, models.PROTECT, null=True, related_name="+", verbose_name=_("相关意见"), db_index=False
    )

    objects = OpinionStepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("办理步骤")
        ordering = ["opinion", "no"]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion", "no"], name="opinion_step_once", violation_error_message=_("步骤序号重复，请重试")
            ),
            models.CheckConstraint(
                name="opinion_step_legal",
                condition=legal_steps(MOVES),
                violation_error_message=_("这条意见刚有新的进展，现在不能这样办理，请看最新情况"),
            ),
        ]
        triggers = OPINION_STEP_TRIGGERS

    def __str__(self) -> str:
        return f"{self.no} {self.get_kind_display()}"

    @property
    def matter(self) -> Opinion:
        return self.opinion
