from datetime import datetime, timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Greatest, Length
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import CODE_LENGTH
from liaison.accounts.models import Contact, User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common import sealing
from liaison.common.fields import CodeField, random_id
from liaison.common.triggers import legal_moves, refuse

from .choices import FACES, MOVES, Channel, Kind, State
from .texts import Words, faults


def receipt_token() -> str:
    return random_id(24)


class NoticeQuerySet(ScopedQuerySet):
    place = "place"

    def own_q(self, user) -> models.Q:
        return models.Q(recipient=user)

    def due(self, at: datetime) -> "NoticeQuerySet":
        """Planned notices whose time has come, those waiting for their next attempt included."""
        heard = models.Q(not_before=None) | models.Q(not_before__lte=at)
        return self.filter(heard, state=State.PLANNED, due_at__lte=at, expires_at__gt=at)

    def sendable(self, at: datetime) -> "NoticeQuerySet":
        """Due notices that may be tried now."""
        return self.due(at).filter(models.Q(retry_at=None) | models.Q(retry_at__lte=at))

    def expired(self, at: datetime) -> "NoticeQuerySet":
        """Planned notices that nobody sent in time."""
        # In the order of its index: by any other the planner, who takes many rows to be so, reads the whole table.
        return self.filter(state=State.PLANNED, due_at__lte=at, expires_at__lte=at).order_by("expires_at")

    def oldest_age(self, at: datetime) -> timedelta:
        """For how long the oldest due notice has waited; one that was planned after its hour waits since then.

        One that failed waits since the hour of its next attempt: a mailbox that says "later" is no fault of the house.
        """
        since = models.Min(Greatest("due_at", "created_at", "not_before", "retry_at"))
        since = self.due(at).aggregate(at=since)["at"]
        return max(at - since, timedelta()) if since else timedelta()

    def stranded(self, at: datetime) -> "NoticeQuerySet":
        """Leased notices whose lease ended without an answer: a sender died while it held them."""
        return self.filter(state=State.LEASED, leased_until__lte=at).order_by("leased_until")

    def open(self) -> "NoticeQuerySet":
        """Notices that may still go out by themselves."""
        return self.filter(state__in=[State.PLANNED, State.LEASED])

    def told(self) -> "NoticeQuerySet":
        """Notices that reached somebody, or may have; those called off on their way among them, which keep a lease."""
        gone = models.Q(state__in=[State.SENT, State.LEASED, State.UNKNOWN])
        return self.filter(gone | models.Q(sent_at__isnull=False) | models.Q(leased_until__isnull=False))

    def inbox_of(self, user) -> "NoticeQuerySet":
        """What was put into the person's own inbox."""
        return self.filter(recipient=user, channel=Channel.INBOX, sent_at__isnull=False)

    def to_somebody_called(self, words: str) -> "NoticeQuerySet":
        """Notices to people whose name or account has `words` in it, as far as these rows name them."""
        called = User.objects.filter(models.Q(name__icontains=words) | models.Q(username__icontains=words))
        return self.filter(recipient__in=called)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


# What it says stays with the row; it carries links that are keys, which history is not to keep.
@pghistory.track(exclude=["read_at", "body", "params", "buttons"])
class Notice(models.Model):
    """A message as a row before it is a message: planned, leased by one sender, then sent or failed. Never lost.

    `about` names what it tells of ("visits.visit:17") and `about_version` which state of it, so that one event makes
    one notice per person and channel however often it is planned. `place` is the station's code, for scope. It is for
    somebody with an account (`recipient`) or for a voter (`contact`), whose telephone and address stand nowhere in it;
    without either it goes to the room or the machine of its place (ROOMS).
    """

    kind = models.CharField(_("种类"), max_length=30, choices=Kind)
    about = models.CharField(_("事由"), max_length=60)
    about_version = models.PositiveIntegerField(_("事由版本"))
    place = CodeField(_("所在"), max_length=15, blank=True)
    # Sending changes each row twice, and every index takes part in it: those of the foreign keys stand below, narrower.
    recipient = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="notices", verbose_name=_("接收人")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, db_index=False, related_name="notices", verbose_name=_("选民")
    )
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    due_at = models.DateTimeField(_("应发时间"))
    expires_at = models.DateTimeField(_("过时不发"))
    subject = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("内容"))
    # What the text says, by name: for gateways that put it into a template of their own.
    params = models.JSONField(_("变量"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    # What its reader can do with one tap: [{"label", "path", "value", "is_primary"}].
    buttons = models.JSONField(_("按钮"), default=list, db_default=models.Value([], models.JSONField()), blank=True)
    is_urgent = models.BooleanField(_("夜间也发"), default=False, db_default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PLANNED)
    leased_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    # `due_at` stays what was promised; an attempt that failed is repeated from here on.
    retry_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    # Set where manners (the night, an office's weekend) or a digest put it off; `due_at` stays what was promised.
    not_before = models.DateTimeField(_("不早于"), null=True, blank=True)
    # Told together with others of the day in one mail; the row whose mail it was.
    in_digest = models.BooleanField(_("并入汇总"), default=False, db_default=False)
    carrier = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("随同")
    )
    attempt = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    answer = models.CharField(_("结果"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    resends = models.PositiveSmallIntegerField(_("人工重发次数"), default=0, db_default=0)
    created_at = models.DateTimeField(_("计划时间"), default=timezone.now, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("提醒"), pgettext_lazy("plural", "提醒")
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["about", "kind", "about_version", "recipient", "channel"],  # finds what is about something, too
                name="notice_once",
                violation_error_message=_("此提醒已计划过"),
            ),
            models.UniqueConstraint(
                fields=["kind", "about", "about_version", "contact", "channel"],
                condition=models.Q(contact__isnull=False),
                name="notice_once_a_contact",
                violation_error_message=_("此提醒已计划过"),
            ),
            models.CheckConstraint(
                condition=models.Q(recipient=None) | models.Q(contact=None),
                name="notice_to_one",
                violation_error_message=_("一条提醒只能发给一个人"),
            ),
            models.UniqueConstraint(
                fields=["kind", "about", "about_version", "channel"],
                condition=models.Q(recipient=None, contact=None),
                name="notice_once_a_room",
                violation_error_message=_("此提醒已计划过"),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="notice_due", condition=models.Q(state=State.PLANNED)),
            models.Index(
                fields=["channel", "due_at", "id"], name="notice_channel_due", condition=models.Q(state=State.PLANNED)
            ),
            models.Index(
                fields=["recipient", "-sent_at", "-id"],
                name="notice_inbox",
                condition=models.Q(channel=Channel.INBOX, sent_at__isnull=False),
            ),
            models.Index(
                fields=["recipient"],
                name="notice_unread",
                condition=models.Q(channel=Channel.INBOX, sent_at__isnull=False, read_at=None),
            ),
            models.Index(fields=["leased_until"], name="notice_stranded", condition=models.Q(state=State.LEASED)),
            models.Index(fields=["expires_at"], name="notice_expiring", condition=models.Q(state=State.PLANNED)),
            models.Index(fields=["contact"], name="notice_contact", condition=models.Q(contact__isnull=False)),
            models.Index(fields=["carrier"], name="notice_carrier", condition=models.Q(carrier__isnull=False)),
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
        return f"{self.get_kind_display()} → {self.to}"

    @property
    def addressee(self) -> User | Contact | None:
        return self.recipient if self.recipient_id else self.contact

    @property
    def whose(self) -> tuple[int | None, int | None]:
        """The two columns that say whom it is for; a room's has neither."""
        return self.recipient_id, self.contact_id

    @property
    def to(self) -> str:
        """Whom it is for: a person, a voter as far as staff may know, or the room of its channel."""
        if self.contact_id:
            return self.contact.masked
        return str(self.recipient) if self.recipient_id else self.get_channel_display()

    @property
    def language(self) -> str:
        """In which its reader is told."""
        if self.contact_id:
            return self.contact.language
        preference = getattr(self.recipient, "notice_preference", None) if self.recipient_id else None
        return (preference and preference.language) or settings.LANGUAGE_CODE

    @property
    def reference(self) -> str:
        """What a provider knows the notice by: the row's number, and how often staff sent it again.

        The same for every attempt, so that whoever recognises repeats drops the second one. What staff send again on
        purpose is no repeat.
        """
        if self.pk is None:
            return f"test-{int(self.created_at.timestamp() * 1000)}"
        return f"{self.pk}-{self.resends}" if self.resends else str(self.pk)

    @property
    def why(self) -> str:
        """The answer in the reader's language, where it is ours."""
        return gettext(self.answer) if self.answer else ""

    @property
    def face(self) -> str:
        """How the state is shown (`status_word`)."""
        return FACES[self.state]


class ChannelSettingQuerySet(ScopedQuerySet):
    place = "place"


@pghistory.track(exclude=["sealed", "receipt_token"])
class ChannelSetting(models.Model):
    """How a channel works at a place and below it, where no nearer place has its own. Off until somebody turns it on.

    What is secret stands encrypted in `sealed`, never shown again and kept out of the history.
    """

    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    place = CodeField(
        _("范围"),
        max_length=15,
        blank=True,
        help_text=_("区划或联络站代码，这里和下面的提醒都走这一条，除非下面另有一条；留空为全部"),
    )
    is_on = models.BooleanField(_("启用"), default=False)
    config = models.JSONField(_("设置"), default=dict, blank=True)
    sealed = models.TextField(_("密钥"), blank=True, editable=False)
    receipt_token = models.CharField(max_length=24, unique=True, default=receipt_token, editable=False)

    objects = ChannelSettingQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("通知渠道"), pgettext_lazy("plural", "通知渠道")
        ordering = ["channel", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "place"],
                name="channel_once_a_place",
                violation_error_message=_("这个范围已有这个渠道的设置"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.place}".strip()

    @property
    def secrets(self) -> dict[str, str]:
        """What was sealed; nothing where its key is gone."""
        try:
            return sealing.unseal(self.sealed)
        except sealing.Unreadable:
            return {}

    @secrets.setter
    def secrets(self, secrets: dict[str, str]) -> None:
        self.sealed = sealing.seal(secrets)

    @property
    def is_readable(self) -> bool:
        try:
            sealing.unseal(self.sealed)
        except sealing.Unreadable:
            return False
        return True


@pghistory.track(exclude=["failures"])
class Pause(models.Model):
    """What all senders know of a channel that fails: how often in a row, and until when nobody tries.

    One row for each channel and the place of its setting; none where it never failed.
    """

    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    place = CodeField(_("范围"), max_length=15, blank=True)
    failures = models.PositiveIntegerField(_("连续失败次数"), default=0)
    pauses = models.PositiveIntegerField(_("暂停次数"), default=0)
    since = models.DateTimeField(_("暂停自"), null=True, blank=True)
    until = models.DateTimeField(_("暂停至"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)

    objects = ChannelSettingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("渠道暂停")
        constraints = [models.UniqueConstraint(fields=["channel", "place"], name="pause_once_a_channel")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.place}".strip()

    @property
    def why(self) -> str:
        return gettext(self.reason) if self.reason else ""


class PreferenceQuerySet(ScopedQuerySet):
    def within(self, posting) -> models.Q:
        """Everybody's own."""
        return models.Q(user=posting.user)


class TextQuerySet(ScopedQuerySet):
    place = "place"

    def holding(self, place: str) -> dict[tuple[str, str], "Text"]:
        """By kind and language the text of staff that holds at `place`, the nearest deciding."""
        over = [place[:length] for length in (0, *CODE_LENGTH.values())] + [place]
        rows = self.filter(place__in=over).annotate(depth=Length("place")).order_by("depth")
        return {(row.kind, row.language): row for row in rows}

    def nearest(self, place: str) -> dict[tuple[str, str], Words]:
        """What the texts that hold at `place` say."""
        return {key: row.words for key, row in self.holding(place).items()}


@pghistory.track()
class Text(models.Model):
    """What notices of a kind say in a language, at a place and below it; where there is none, the shipped text."""

    kind = models.CharField(_("种类"), max_length=30, choices=Kind)
    language = models.CharField(_("语言"), max_length=10, choices=settings.LANGUAGES)
    place = CodeField(_("范围"), max_length=15, blank=True)
    subject = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"), max_length=2000)
    sms = models.CharField(_("短信"), max_length=400)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("修改人"))

    objects = TextQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("提醒文字"), pgettext_lazy("plural", "提醒文字")
        ordering = ["kind", "language", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "place"],
                name="text_once_a_place",
                violation_error_message=_("这个范围已有这种提醒的文字"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_language_display()} {self.place}".strip()

    @property
    def words(self) -> Words:
        return Words(self.subject, self.body, self.sms)

    def clean(self):
        if found := faults(self.kind, self.words, self.language):
            raise ValidationError(found)


@pghistory.track()
class Preference(models.Model):
    """By which channels a person wants to hear of what. Nothing chosen is the house's own choice."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="notice_preference", verbose_name=_("账号")
    )
    # For each group of kinds the channels beside the inbox, which always keeps everything: {"visits": ["email"]}.
    channels = models.JSONField(_("渠道"), default=dict, blank=True)
    has_digest = models.BooleanField(_("每日汇总"), default=False)
    language = models.CharField(_("语言"), max_length=10, choices=settings.LANGUAGES, blank=True, db_default="")

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("提醒方式")

    def __str__(self) -> str:
        return str(self.user)
