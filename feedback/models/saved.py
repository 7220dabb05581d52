import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet


class SavedViewQuerySet(ScopedQuerySet):
    def within(self, posting) -> Q:
        """Everybody has their own, and nobody else's."""
        return Q(user=posting.user)


@pghistory.track()
class SavedView(models.Model):
    """常用筛选: filters of the inbox under a name, as somebody saved them for themselves."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name=_("用户"), db_index=False)
    name = models.CharField(_("名称"), max_length=20)
    query = models.CharField(_("筛选"), max_length=300)
    saved_at = models.DateTimeField(_("保存时间"), default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("常用筛选")
        ordering = ["user", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], name="saved_view_once", violation_error_message=_("已有这个名称的筛选")
            )
        ]

    def __str__(self) -> str:
        return self.name
