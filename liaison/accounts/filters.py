import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.common.api import row_filter, search_length
from liaison.common.search import fold

from .choices import Level
from .models import Region

NO_SUCH_REGION = _("没有这个代码的行政区划")


def region_filter(**kwargs) -> django_filters.ModelChoiceFilter:
    """A division by its code, whatever its level; one that does not exist is refused in words."""
    return row_filter(
        by="code", words=NO_SUCH_REGION,
        queryset=lambda request: Region.objects.for_user(request.user, "read", "view"), **kwargs,
    )  # fmt: skip


class RegionFilter(django_filters.FilterSet):
    """Divisions by parent, level and name. A nation's villages are searched under a parent, never all of them."""

    parent = region_filter(method="directly_below", label=_("上级区划的代码，列出其下一级"))
    level = django_filters.TypedChoiceFilter(
        choices=Level.choices, coerce=int, label=_("级别：1 省级，2 地级，3 县级，4 乡级，5 村级")
    )
    q = django_filters.CharFilter(method="named", label=_("名称包含；查找村级须同时给出 parent"), **search_length())

    class Meta:
        model = Region
        fields = ["parent", "level", "q"]

    def directly_below(self, regions: QuerySet, name: str, parent: Region) -> QuerySet:
        return regions.below(parent.code) if parent.level < Level.COMMUNITY else regions.none()

    def named(self, regions: QuerySet, name: str, term: str) -> QuerySet:
        found = regions.filter(name__icontains=fold(term))
        return found if self.form.cleaned_data["parent"] else found.filter(level__lt=Level.COMMUNITY)
