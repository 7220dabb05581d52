"""办理数字: how well what people said is handled, each figure with its numerator and denominator."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import Region
from liaison.common.estimates import expected_rows
from liaison.common.finder import Finder, choice
from liaison.common.pages import public_page
from stations.places import Places

from ..figures import figures, opinions_of
from ..models import Opinion

FIRST_YEAR = 2020
MOST_COUNTED = 300_000  # opinions of a year; where there are more, the reader chooses a place first


class FiguresFinder(Finder):
    """A year, and a place; `?place=` takes any division with a name, the list offers streets."""

    year = choice(_("年份"))
    place = choice(_("街道"))

    def __init__(self, data, *, user, this_year: int):
        super().__init__(data)
        first = Opinion.objects.order_by("created_at").values_list("created_at", flat=True).first()
        since = max(FIRST_YEAR, timezone.localtime(first).year) if first else this_year
        self.fields["year"].choices = [(str(year), str(year)) for year in range(this_year, since - 1, -1)]
        asked = Region.objects.for_user(user, "read").filter(code=str(data.get("place", ""))[:12]).first()
        named = dict(Places(user).street_choices)
        if asked:
            named[asked.code] = asked.name
        self.fields["place"].choices = list(named.items())


@login_not_required
@public_page
def public_figures(request):
    today = timezone.localdate()
    form = FiguresFinder(request.GET, user=request.user, this_year=today.year)
    year, place = int(form.wanted.get("year", today.year)), form.wanted.get("place", "")
    is_too_much = expected_rows(opinions_of(year, place)) > MOST_COUNTED
    context = {
        "form": form, "year": year, "today": today, "place": dict(form.fields["place"].choices).get(place, ""),
        "found": None if is_too_much else figures(year, place, today),
    }  # fmt: skip
    return render(request, "feedback/figures.html", context)
