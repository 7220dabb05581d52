from datetime import datetime, timedelta

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField
from liaison.common.triggers import legal_moves, refuse

from .choices import FACES, MOVES, Channel, Kind, State


class NoticeQuerySet(ScopedQuerySet):
    place = "place"

    def own_q(self, user) -> models.Q:
        return models.Q(recipient=user)

    def due(self, at: datetime) -> "NoticeQuerySet":
        """Planned notices whose time has come, those waiting for their next attempt included."""
        return self.filter(state=State.PLANNED, due_at__lte=at, expires_at__gt=at)

    def sendable(self, at: datetime) -> "NoticeQuerySet":
        """Due notices that may be tried now."""
        return self.due(at).filter(models.Q(retry_at=None) | models.Q(retry_at__lte=at))

    def expired(self, at: datetime) -> "NoticeQuerySet":
        """Planned notices that nobody sent in time."""
        return self.filter(state=State.PLANNED, due_at__lte=at, expires_at__lte=at)

    def oldest_age(self, at: datetime) -> timedelta:
        """For how long the oldest due notice has waited; one that was planned after its hour waits since then."""
        since = self.due(at).aggregate(at=models.Min(Greatest("due_at", "created_at")))["at"]
        return max(at - since, timedelta()) if since else timedelta()

    def stranded(self, at: datetime) -> "NoticeQuerySet":
        """Leased notices whose lease ended without an answer: a sender died while it held them."""
        return self.filter(state=State.LEASED, leased_until__lte=at)

    def open(self) -> "NoticeQuerySet":
        """Notices that may still go out by themselves."""
        return self.filter(state__in=[State.PLANNED, State.LEASED])


@pghistory.track()
class Notice(models.Model):
    """A message as a row before it is a message: planned, leased by one sender, then sent or failed. Never lost.

    `about` names what it tells of ("visits.visit:17") and `about_version` which state of it, so that one event makes
    one notice per person and channel however often it is planned. `place` is the station's code, for scope.
    """

    kind = models.CharField(_("种类"), max_length=30, choices=Kind)
    about = models.CharField(_("事由"), max_length=60)
    about_version = models.PositiveIntegerField(_("事由版本"))
    place = CodeField(_("所在"), max_length=15, blank=True)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="notices", verbose_name=_("接收人"))
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    due_at = models.DateTimeField(_("应发时间"))
    expires_at = models.DateTimeField(_("过时不发"))
    subject = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("内容"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PLANNED)
    leased_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    # `due_at` stays what was promised; an attempt that failed is repeated from here on.
    retry_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    answer = models.CharField(_("结果"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("计划时间"), default=timezone.now, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("提醒"), pgettext_lazy("plural", "提醒")
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about", "about_version", "recipient", "channel"],
                name="notice_once",
                violation_error_message=_("此提醒已计划过"),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="notice_due", condition=models.Q(state=State.PLANNED)),
            models.Index(fields=["leased_until"], name="notice_stranded", condition=models.Q(state=State.LEASED)),
            models.Index(fields=["about"], name="notice_about"),
            models.Index(fields=["state", "-due_at", "-id"], name="notice_state_newest"),
            models.Index(fields=["-sent_at", "-id"], name="notice_sent", condition=models.Q(sent_at__isnull=False)),
            models.Index(fields=["recipient", "-due_at", "-id"], name="notice_recipient_newest"),
            models.Index(fields=["-due_at", "-id"], name="notice_newest"),
            models.Index(fields=["place", "-due_at"], name="notice_place"),
        ]
        triggers = [
            legal_moves("notice_moves", "state", MOVES, "提醒不能这样改变状态"),
            refuse("notice_kept", "提醒不能删除，只能取消", pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.recipient}"

    @property
    def why(self) -> str:
        """The answer in the reader's language, where it is ours."""
        return gettext(self.answer) if self.answer else ""

    @property
    def face(self) -> str:
        """How the state is shown (`status_word`)."""
        return FACES[self.state]
