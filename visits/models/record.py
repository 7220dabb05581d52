import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import PublicIdField

from ..choices import MOST_PHOTOS, PhotoKind, PrintForm
from .visit import Visit


class PhotoQuerySet(ScopedQuerySet):
    place = "visit__station__code"

    def own_q(self, user) -> Q:
        return Q(visit__attendances__representative__user=user)


@pghistory.track()
class Photo(models.Model):
    """A picture of a visit: re-encoded on arrival, without the camera's place and serial number."""

    public_id = PublicIdField(unique=True)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos", verbose_name=_("进站"))
    kind = models.CharField(
        _("种类"), max_length=10, choices=PhotoKind, default=PhotoKind.SCENE, db_default=PhotoKind.SCENE, editable=False
    )
    position = models.PositiveSmallIntegerField(
        _("次序"), validators=[MinValueValidator(1), MaxValueValidator(MOST_PHOTOS)]
    )
    image = models.ImageField(_("照片"), upload_to="visits/%Y/%m")
    thumbnail = models.ImageField(_("缩略图"), upload_to="visits/%Y/%m")
    added_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("上传人")
    )
    added_at = models.DateTimeField(_("上传时间"), default=timezone.now, editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("照片")
        ordering = ["visit", "kind", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "kind", "position"],
                name="photo_position_once",
                violation_error_message=_("照片次序重复，请重试"),
            ),
            models.CheckConstraint(
                condition=Q(position__range=(1, MOST_PHOTOS)),
                name="photo_at_most_nine",
                violation_error_message=_("最多 9 张照片"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit} {self.position}"


class LogDraftQuerySet(ScopedQuerySet):
    place = "visit__station__code"


@pghistory.track(exclude=["data", "saved_at"])  # else every autosave would be a line of history
class LogDraft(models.Model):
    """A half-filled log, saved as it is typed, so that a lost network or session loses nothing."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="log_drafts", verbose_name=_("进站"))
    by = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("填写人"))
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    objects = LogDraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("登记草稿")
        constraints = [models.UniqueConstraint(fields=["visit", "by"], name="log_draft_once")]

    def __str__(self) -> str:
        return str(self.visit)


class PrintingQuerySet(ScopedQuerySet):
    place = "visit__station__code"


@pghistory.track()
class Printing(models.Model):
    """Evidence that the notice of a visit left the house: when, by whom, in which form."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="printings", verbose_name=_("进站"))
    form = models.CharField(_("形式"), max_length=10, choices=PrintForm)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("打印人"))
    at = models.DateTimeField(_("打印时间"), default=timezone.now)

    objects = PrintingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("预告打印")
        ordering = ["visit", "at"]

    def __str__(self) -> str:
        return f"{self.visit} {self.get_form_display()}"
