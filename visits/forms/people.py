"""Who may be chosen, and where may be planned."""

from django import forms
from django.db.models import Q, QuerySet

from liaison.common.search import LONGEST
from representatives.models import Representative
from stations.models import Station

from ..models import Visit

MOST_FOUND = 20


class PeopleField(forms.ModelMultipleChoiceField):
    """Representatives as boxes to tick, under their public id; the page draws level and post beside the name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(Representative.objects.none(), to_field_name="public_id", **kwargs)


class WhoComes:
    """A form's box `representatives`: people of its station (`at`), those chosen so far, and those found by name."""

    def offer_people(self, find: str, there: QuerySet) -> None:
        """`there` are the keys of people who were chosen before, be they within the reader's reach or not."""
        field = self.fields["representatives"]
        reach = Representative.objects.for_user(self.user)
        field.queryset = Representative.objects.filter(Q(pk__in=reach.values("pk")) | Q(pk__in=there))
        if "representatives" not in self.initial:
            before = field.queryset.filter(pk__in=there)
            self.initial["representatives"] = list(before.values_list("public_id", flat=True))
        chosen = self.data.getlist("representatives") if self.is_bound else self.initial.get("representatives") or []
        shown = Q(public_id__in=[str(value)[:20] for value in chosen[:500]])
        if self.at:
            shown |= Q(pk__in=members(self.at, self.user).values("pk"))
        people = list(field.queryset.filter(shown).with_level())
        self.found = self._found(find, {person.pk for person in people})
        field.choices = [(person.public_id, person) for person in [*people, *self.found]]

    def _found(self, find: str, there: set[int]) -> list[Representative]:
        """People beyond the station whose name begins so; the office asks somebody from elsewhere, too."""
        self.find = find.strip()[:LONGEST]
        if not self.find:
            return []
        found = Representative.objects.for_user(self.user).serving().named(self.find).exclude(pk__in=there)
        return list(found.with_level()[:MOST_FOUND])


def members(station: Station, user):
    """Representatives who belong to `station` today, as far as `user` may see them."""
    return Representative.objects.for_user(user).belonging_to(station)


def stations_to_plan(user):
    """Stations in use at which `user` may plan a visit."""
    return Station.objects.for_user(user, "add", of=Visit).filter(is_open=True)
