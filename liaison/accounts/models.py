from datetime import datetime

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.common import sealing
from liaison.common.fields import CodeField, PublicIdField, digits, random_id
from liaison.common.triggers import refuse

from .choices import CODE_LENGTH, JOB_SILENCE, LEVEL_OF_LENGTH, JobState, Level, Role
from .contacts import NOBODY, Particulars, hashes_of, particulars
from .grants import roles_that
from .scoping import EVERYTHING, ScopedQuerySet


def job_id() -> str:
    return random_id(16)


class RegionQuerySet(ScopedQuerySet):
    place = "code"

    def below(self, code: str) -> "RegionQuerySet":
        """The divisions directly under `code`."""
        level = LEVEL_OF_LENGTH[len(code)] + 1
        return self.filter(code__startswith=code, level=level)


@pghistory.track()
class Region(models.Model):
    """An administrative division (行政区划) under its official code, which begins with its parent's code.

    Its centre is a point that people give (the committee's house, the middle of its homes); most are not known.
    """

    code = CodeField(_("区划代码"), max_length=12, primary_key=True, validators=[digits])
    name = models.CharField(_("名称"), max_length=60)
    level = models.PositiveSmallIntegerField(_("级别"), choices=Level, editable=False)
    latitude = models.FloatField(_("中心纬度"), null=True, blank=True, help_text="WGS-84")
    longitude = models.FloatField(_("中心经度"), null=True, blank=True, help_text="WGS-84")

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("行政区划"), pgettext_lazy("plural", "行政区划")
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "code"], name="region_level_code")]
        constraints = [
            models.CheckConstraint(
                name="region_code_fits_level",
                condition=Q(*[Q(level=level, code__length=n) for level, n in CODE_LENGTH.items()], _connector=Q.OR),
                violation_error_message=_("区划代码的位数与级别不符"),
            ),
            models.CheckConstraint(
                name="region_centre_on_earth",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message=_("经度和纬度应同时填写，并在范围之内"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        self.level = LEVEL_OF_LENGTH.get(len(self.code), 0)
        super().save(*args, **kwargs)

    @property
    def short_name(self) -> str:
        """甲院社区居民委员会 → 甲院社区: as people say it."""
        return short_name(self.name)

    @property
    def ancestor_codes(self) -> list[str]:
        """Codes of the divisions above this one, the province first."""
        return [self.code[:n] for n in CODE_LENGTH.values() if n < len(self.code)]


def short_name(name: str) -> str:
    """A community's name without its committee's: 甲院社区居民委员会 → 甲院社区, 沙门村委会 → 沙门村."""
    for tail in ("居民居委会", "居民委员会", "村民委员会", "居委会", "村委会"):
        if name.endswith(tail) and len(name) > len(tail):
            stem = name.removesuffix(tail)
            return stem + "村" if "村" in tail and not stem.endswith("村") else stem
    return name


class UserQuerySet(ScopedQuerySet):
    def under(self, code: str) -> Q:
        return Q(pk__in=Posting.objects.filter(code__startswith=code).values("user")) if code else EVERYTHING

    def posted(self, role: str, station_code: str) -> "UserQuerySet":
        """Active people who hold `role` at exactly this station or division today."""
        postings = Posting.objects.current().filter(role=role, code=station_code)
        return self.filter(is_active=True, pk__in=postings.values("user"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields) -> "User":
        """The first administrator of a new installation: a user posted as administrator everywhere."""
        user = self.create_user(username, password, **fields)
        user.postings.create(role=Role.ADMIN, code="")
        return user


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person who signs in, or to whom notices go. One account per person (等保 2.0)."""

    username = models.CharField(
        _("账号"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("已有同名账号")},
    )
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机"), max_length=20, blank=True, validators=[digits])
    email = models.EmailField(_("邮箱"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True, help_text=_("停用后不能登录，记录保留"))
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name, verbose_name_plural = _("账号"), pgettext_lazy("plural", "账号")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    get_short_name = get_full_name

    @cached_property
    def current_postings(self) -> list["Posting"]:
        """Postings in force today, read once per request."""
        postings = list(self.postings.current().select_related("user"))
        for posting in postings:
            posting.user = self
        return postings

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(posting.role for posting in self.current_postings)

    @property
    def is_staff(self) -> bool:
        """Whether the browser admin is this person's place: district staff and administrators."""
        return bool(self.roles & {Role.DISTRICT, Role.ADMIN})

    # Django's admin asks in permission codenames; the answer comes from the grants.
    def has_perm(self, perm: str, obj=None) -> bool:
        app, _dot, codename = perm.partition(".")
        verb, _underscore, model = codename.partition("_")
        return self.is_active and bool(self.roles & roles_that(verb, f"{app}.{model}"))

    def has_perms(self, perms, obj=None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class PostingQuerySet(ScopedQuerySet):
    place = "code"

    def current(self) -> "PostingQuerySet":
        """Postings in force now."""
        today = timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gt=today), since__lte=today)


@pghistory.track()
class Posting(models.Model):
    """What a person is, and where: a role at a division or at a station. A person may hold several.

    `code` is a division's code, or a station's (which begins with its division's); empty is the whole nation. The
    stations app adds the foreign key of `station_code`, so that keys between apps keep pointing left.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="postings", verbose_name=_("账号"))
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    code = CodeField(
        _("区划或联络站代码"),
        max_length=15,
        blank=True,
        help_text=_("如 410105（区）、410105002（街道）、410105002001-01（联络站）"),
    )
    station_code = models.GeneratedField(
        expression=models.Case(models.When(code__contains="-", then=F("code")), default=None),
        output_field=CodeField(max_length=15, null=True),
        db_persist=True,
    )
    since = models.DateField(_("自"), default=timezone.localdate)
    until = models.DateField(_("至"), null=True, blank=True, help_text=_("不含当日；空为现任"))

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("任职"), pgettext_lazy("plural", "任职")
        ordering = ["user", "role", "code"]
        indexes = [models.Index(fields=["code", "role"], name="posting_place_role")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "code"],
                condition=Q(until=None),
                name="posting_once",
                violation_error_message=_("此人在该处已任此职"),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="posting_ends_after_start",
                violation_error_message=_("任职的结束日期应晚于开始日期"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.code}".strip()


class EntryQuerySet(ScopedQuerySet):
    pass


class Entry(models.Model):
    """One line of the audit log: an act worth a line of its own (a bulk load, an unmasking, a refusal).

    Row by row changes are kept by triggers in the event tables; this is for what they cannot say.
    """

    at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人"))
    action = models.CharField(_("事项"), max_length=40)
    about = models.CharField(_("对象"), max_length=120, blank=True)
    detail = models.JSONField(_("内容"), default=dict)
    request_id = models.CharField(_("请求编号"), max_length=64, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("审计日志")
        ordering = ["-id"]
        indexes = [models.Index(fields=["about", "-id"], name="entry_about", condition=~Q(about=""))]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.action} {self.about}"


class JobQuerySet(ScopedQuerySet):
    def within(self, posting) -> Q:
        """Jobs that the person started: what comes of them was made for that person's reach."""
        return Q(by=posting.user)

    def stalled(self, at) -> "JobQuerySet":
        """Jobs that nobody took, or whose worker has given no sign of life for a while."""
        silent = Q(state=JobState.RUNNING, beat_at__lt=at - JOB_SILENCE)
        untaken = Q(state=JobState.WAITING, beat_at__lt=at - JOB_SILENCE)
        return self.filter(silent | untaken)


@pghistory.track(exclude=["done", "total", "beat_at"])
class Job(models.Model):
    """A long work that a person asked for (a plan, a street's posters): a row first, then a message to a worker.

    A worker that is killed leaves a silent row; the next look of beat hands it to another, at most `JOB_TRIES` times.
    """

    public_id = PublicIdField(unique=True, max_length=16, default=job_id)
    kind = models.CharField(_("种类"), max_length=20)  # the name under which `liaison.accounts.jobs` knows the work
    title = models.CharField(_("名称"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="jobs", verbose_name=_("申请人"))
    given = models.JSONField(_("内容"), default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    words = models.CharField(_("结果"), max_length=400, blank=True)
    result_url = models.CharField(_("结果页面"), max_length=200, blank=True)
    file = models.FileField(_("文件"), upload_to="jobs/%Y/%m", blank=True)
    file_name = models.CharField(_("文件名"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    beat_at = models.DateTimeField(_("最近进展"), default=timezone.now)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("后台任务")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["by", "-created_at"], name="job_of_person"),
            models.Index(fields=["beat_at"], name="job_open", condition=Q(state__in=["waiting", "running"])),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("accounts:job", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


def leave_token() -> str:
    return random_id(20)


class ContactQuerySet(ScopedQuerySet):
    place = "place"

    def with_phone(self, phone: str) -> "ContactQuerySet":
        """Rows with this telephone, however it is written; no row is opened for it."""
        return self.filter(phone_hash__in=hashes_of(phone))

    @transaction.atomic
    def keep(
        self,
        *,
        place: str,
        name: str,
        phone: str,
        email: str = "",
        language: str = settings.LANGUAGE_CODE,
        privacy_version: str,
        at: datetime | None = None,
    ) -> "Contact":
        """The row of a voter at a place, with the privacy notice that they agreed to; raises ValidationError by field.

        The same name, telephone and address at the same place are the same row. Anything else is another one: who
        types somebody's number must not be able to rename them, to have their messages sent elsewhere, or to make them
        heard again where they had enough. Two stations never share a row, so none learns where else a voter went.
        """
        given, at = particulars(name, phone, email), at or timezone.now()
        agreed = {"privacy_version": privacy_version, "consented_at": at, "language": language}
        lock_for(given.phone)
        for row in self.with_phone(given.phone).filter(place=place).order_by("pk"):
            if row.opened() == given:
                self.filter(pk=row.pk).update(**agreed)
                row.refresh_from_db()
                return row
        contact = self.model(place=place, **agreed)
        contact.seal(given)
        contact.save()
        return contact


def lock_for(phone: str) -> None:
    """Until the end of the transaction nobody else keeps this telephone: one voter at two clicks is one row."""
    number = int(hashes_of(phone)[0][:16], 16) - 2**63
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@pghistory.track(exclude=["sealed", "phone_hash", "leave_token"])
class Contact(models.Model):
    """A voter's name, telephone and e-mail, apart from whatever they came with, for as long as they may be kept.

    They stand encrypted in `sealed`: never in a list, a log, the history or a cache key. `masked` is for everybody who
    reaches the place; the whole is given by `actions.unmask` alone, which writes the log.
    """

    place = CodeField(_("所在"), max_length=15)
    sealed = models.TextField(editable=False)
    phone_hash = models.CharField(max_length=64, editable=False)
    language = models.CharField(_("语言"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    privacy_version = models.CharField(_("同意的隐私告知版本"), max_length=20)
    consented_at = models.DateTimeField(_("同意时间"))
    leave_token = models.CharField(max_length=20, unique=True, default=leave_token, editable=False)
    unsubscribed_at = models.DateTimeField(_("退订时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("清除时间"), null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("选民联系方式")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["phone_hash"], name="contact_phone", condition=~Q(phone_hash="")),
            models.Index(fields=["place", "-id"], name="contact_place"),
        ]
        constraints = [
            models.CheckConstraint(
                name="contact_sealed_or_erased",
                condition=Q(erased_at=None) & ~Q(sealed="") & ~Q(phone_hash="")
                | Q(erased_at__isnull=False, sealed="", phone_hash=""),
                violation_error_message=_("联系方式要么完整保存，要么全部清除"),
            ),
        ]
        triggers = [
            refuse("contact_kept", "联系方式只能清除，这一行要留着", pgtrigger.Delete),
            refuse(
                "contact_stays_erased", "清除了的联系方式不能再填回来", pgtrigger.Update,
                pgtrigger.Condition('OLD."erased_at" IS NOT NULL AND NEW."erased_at" IS NULL'),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def masked(self) -> str:
        """Enough to know the voter again, for whoever knows them."""
        if self.erased_at:
            return str(_("联系方式已清除"))
        try:
            return self.opened().masked
        except sealing.Unreadable:
            return str(_("联系方式打不开"))

    def opened(self) -> Particulars:
        """Name, telephone and address: for sending, and for `unmask`. Raises Unreadable where the key is gone."""
        return Particulars(**sealing.unseal(self.sealed)) if self.sealed else NOBODY

    def hidden_in(self, words: str) -> str:
        """What others wrote, without the voter's telephone and address; nothing of it where nobody knows those."""
        try:
            return self.opened().hidden_in(words)
        except sealing.Unreadable:
            return ""

    def seal(self, given: Particulars) -> None:
        self.sealed, self.phone_hash = sealing.seal(given._asdict()), hashes_of(given.phone)[0]
