import pghistory
import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import PublicIdField
from liaison.common.triggers import refuse


class FeedKeyQuerySet(ScopedQuerySet):
    def within(self, posting) -> models.Q:
        """A key is one's own and nobody else's, whatever the role."""
        return models.Q(user=posting.user)

    def in_force(self) -> "FeedKeyQuerySet":
        return self.filter(revoked_at=None, user__is_active=True)


@pghistory.track(exclude=["used_at"])
class FeedKey(models.Model):
    """The key of one person's private calendar address; revoked, it opens nothing ever again."""

    public_id = PublicIdField(unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="feed_keys", verbose_name=_("账号"))
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now)
    revoked_at = models.DateTimeField(_("停用时间"), null=True)
    used_at = models.DateTimeField(_("最近使用"), null=True)

    objects = FeedKeyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("日历订阅")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at=None), name="feed_key_one_in_force",
                violation_error_message=_("已有一个订阅地址，请先停用"),
            ),
        ]  # fmt: skip
        triggers = [
            refuse(
                "feed_key_stays_revoked", "停用的订阅地址不能恢复，请重新开通", pgtrigger.Update,
                pgtrigger.Condition(
                    'OLD."public_id" <> NEW."public_id" OR OLD."user_id" <> NEW."user_id" OR'
                    ' (OLD."revoked_at" IS NOT NULL AND OLD."revoked_at" IS DISTINCT FROM NEW."revoked_at")'
                ),
            ),
        ]  # fmt: skip

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None and self.user.is_active

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"
