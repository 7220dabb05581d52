import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField, digits


class CategoryQuerySet(ScopedQuerySet):
    pass


@pghistory.track()
class Category(models.Model):
    """What an opinion is about; staff edit the list. One that is no longer offered stays with what it was given to."""

    code = models.SlugField(_("代号"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=20, unique=True, error_messages={"unique": _("已有同名类别")})
    position = models.PositiveSmallIntegerField(_("次序"), default=100)
    is_offered = models.BooleanField(_("可选"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("意见类别"), pgettext_lazy("plural", "意见类别")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class DepartmentQuerySet(ScopedQuerySet):
    place = "place"

    def within(self, posting) -> Q:
        if posting.role == Role.DEPARTMENT:
            return Q(members=posting.user)
        if "-" in posting.code or len(posting.code) > 6:  # those of the district work for its stations as well
            above = [posting.code[:length] for length in (2, 4, 6, 9, 12) if length < len(posting.code)]
            return super().within(posting) | Q(place__in=above)
        return super().within(posting)

    def for_station(self, code: str) -> "DepartmentQuerySet":
        """Those that a matter of this station may go to: of its own divisions, the nearest first."""
        above = [code[:length] for length in (2, 4, 6, 9, 12)]
        return self.filter(place__in=above, is_active=True).order_by(Length("place").desc(), "name", "pk")


@pghistory.track()
class Department(models.Model):
    """承办单位: a body that matters are handed to, at a division. Those who sign in for it are its members."""

    public_id = PublicIdField(unique=True)
    place = CodeField(_("所属区划代码"), max_length=12, validators=[digits], help_text=_("如 410105（区）"))
    name = models.CharField(_("名称"), max_length=60)
    duties = models.CharField(_("职责"), max_length=200, blank=True, help_text=_("管哪些事，转办时显示"))
    head = models.CharField(_("负责人"), max_length=40, blank=True)
    phone = models.CharField(_("办公电话"), max_length=30, blank=True)
    email = models.EmailField(_("邮箱"), blank=True, help_text=_("没有账号的单位，答复链接发到这里"))
    address = models.CharField(_("地址"), max_length=120, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    members = models.ManyToManyField(User, through="DepartmentMember", related_name="departments")

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("承办单位"), pgettext_lazy("plural", "承办单位")
        ordering = ["place", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "name"],
                name="department_once",
                violation_error_message=_("这个区划已有同名承办单位"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentMemberQuerySet(ScopedQuerySet):
    place = "department__place"


@pghistory.track()
class DepartmentMember(models.Model):
    """Who signs in for a department; its head is told when it is late."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="memberships", verbose_name=_("承办单位"))
    user = models.ForeignKey(User, models.CASCADE, related_name="department_memberships", verbose_name=_("账号"))
    is_head = models.BooleanField(_("负责人"), default=False)
    since = models.DateField(_("自"), default=timezone.localdate)

    objects = DepartmentMemberQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("承办单位人员"), pgettext_lazy("plural", "承办单位人员")
        ordering = ["department", "-is_head", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "user"],
                name="department_member_once",
                violation_error_message=_("此人已在名单里"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.user}"
