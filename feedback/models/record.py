import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField
from liaison.common.triggers import refuse
from stations.models import Station

from ..choices import LONGEST_TITLE, REFERRAL_GIVEN_UP, Party, Satisfaction, Source, Step
from ..triggers import APPEND_ONLY
from .department import Category, Department
from .opinion import Opinion, OpinionStep
from .referral import Referral


class OfOpinionQuerySet(ScopedQuerySet):
    """Rows of an opinion are reached by whoever reaches the opinion."""

    place = "opinion__station__code"

    def within(self, posting) -> Q:
        if posting.role in (Role.DEPARTMENT, Role.REPRESENTATIVE):
            return Q(opinion__in=Opinion.objects.filter(Opinion.objects.all().within(posting)))
        return super().within(posting)


class AttachmentQuerySet(OfOpinionQuerySet):
    def within(self, posting) -> Q:
        """A department opens what came with the opinion and with answers, as long as it has to do with the matter."""
        if posting.role != Role.DEPARTMENT:
            return super().within(posting)
        sent = Referral.objects.filter(department__members=posting.user).exclude(state__in=REFERRAL_GIVEN_UP)
        return Q(opinion__in=sent.values("opinion")) & self.of_departments_q()

    def of_departments_q(self) -> Q:
        """What departments are shown: never the letter that a voter wrote on paper, with name and telephone in it."""
        with_matter = Q(step=None) & ~Q(opinion__source=Source.PAPER)
        return with_matter | Q(step__kind__in=[Step.DEPARTMENT_ANSWERED, Step.ASSIST_ANSWERED])


@pghistory.track(exclude=["name"])
class Attachment(models.Model):
    """A picture, drawn anew, or a PDF that came with an opinion or with an answer. Never served by its file's name."""

    public_id = PublicIdField(unique=True, max_length=16)
    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="attachments", verbose_name=_("意见"))
    step = models.ForeignKey(
        OpinionStep, models.PROTECT, null=True, related_name="attachments", verbose_name=_("办理步骤")
    )
    is_picture = models.BooleanField(_("照片"), default=True)
    file = models.FileField(_("文件"), upload_to="opinions/%Y/%m", blank=True)
    thumbnail = models.FileField(_("缩略图"), upload_to="opinions/%Y/%m", blank=True)
    name = models.CharField(_("文件名"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("大小"), default=0)
    added_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("上传人")
    )
    added_at = models.DateTimeField(_("上传时间"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("清除时间"), null=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("附件"), pgettext_lazy("plural", "附件")
        ordering = ["opinion", "id"]

    def __str__(self) -> str:
        return self.name or self.public_id


class RatingQuerySet(OfOpinionQuerySet):
    pass


@pghistory.track(exclude=["words"])
class Rating(models.Model):
    """What the voter said of an answer: of each party's for itself, once in each round of handling. Never changed."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="ratings", verbose_name=_("意见"))
    party = models.CharField(_("评价对象"), max_length=20, choices=Party)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="ratings", verbose_name=_("承办单位"), db_index=False
    )
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=1)
    value = models.CharField(_("评价"), max_length=10, choices=Satisfaction)
    words = models.CharField(_("评价说明"), max_length=400, blank=True)
    by = models.ForeignKey(  # who wrote down what the voter said; empty where the voter did it
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("代填人")
    )
    at = models.DateTimeField(_("评价时间"), default=timezone.now)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("群众评价")
        ordering = ["opinion", "round", "party"]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion", "party", "round"],
                name="rating_once",
                violation_error_message=_("这次答复已经评价过"),
            ),
        ]
        indexes = [models.Index(fields=["at"], name="rating_at")]
        # Its words alone are emptied, when the voter's data is erased.
        triggers = [
            refuse("rating_kept", "评价要留着，不能删除", pgtrigger.Delete),
            refuse(
                "rating_stays", "评价不能修改", pgtrigger.Update,
                pgtrigger.Condition(
                    'ROW(OLD."opinion_id", OLD."party", OLD."round", OLD."value", OLD."at") IS DISTINCT FROM'
                    ' ROW(NEW."opinion_id", NEW."party", NEW."round", NEW."value", NEW."at") OR NEW."words" <> \'\''
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_party_display()} {self.get_value_display()}"


class OutcomeQuerySet(ScopedQuerySet):
    place = "station__code"

    def public_q(self) -> Q:
        return Q(published_at__isnull=False)


@pghistory.track(exclude=["title", "matter", "result"])
class Outcome(models.Model):
    """办结公示: what became of an opinion, in words that name nobody and that staff approved.

    Its history keeps no text: what was approved stands in the step of each publishing, and a draft may be erased.
    """

    public_id = PublicIdField(unique=True)
    opinion = models.OneToOneField(Opinion, models.PROTECT, related_name="outcome", verbose_name=_("意见"))
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="outcomes", verbose_name=_("联络站"), db_index=False
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", verbose_name=_("类别"), db_index=False
    )
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    matter = models.TextField(_("反映的事项"), max_length=2000)
    result = models.TextField(_("办理结果"), max_length=2000)
    published_at = models.DateTimeField(_("公示时间"), null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("审核人"))
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("办理结果公示"), pgettext_lazy("plural", "办理结果公示")
        ordering = ["-published_at", "-id"]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="outcome_new", condition=Q(published_at__isnull=False)),
            models.Index(
                fields=["station", "-published_at", "-id"],
                name="outcome_station",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["category", "-published_at", "-id"],
                name="outcome_category",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(fields=["opinion"], name="outcome_draft", condition=Q(published_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("feedback:outcome", args=[self.public_id])


class ErasureQuerySet(ScopedQuerySet):
    place = "place"


class Erasure(models.Model):
    """销毁凭证: what was erased of a voter's data, when and by which rule; it says how much, never what."""

    place = CodeField(_("所在"), max_length=15)
    at = models.DateTimeField(_("清除时间"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人"))
    rule = models.CharField(_("依据"), max_length=300)
    number = models.CharField(_("凭证编号"), max_length=10, unique=True, db_collation="C")
    counts = models.JSONField(_("清除内容"), default=dict)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("清除凭证"), pgettext_lazy("plural", "清除凭证")
        ordering = ["-id"]
        indexes = [models.Index(fields=["place", "-id"], name="erasure_place")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return self.number
