"""Who may be chosen, and where may be planned."""

from django import forms

from representatives.models import Representative
from stations.models import Station

from ..models import Visit


class PeopleField(forms.ModelMultipleChoiceField):
    """Representatives as boxes to tick, under their public id; the page draws level and post beside the name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(Representative.objects.none(), to_field_name="public_id", **kwargs)


def members(station: Station, user):
    """Representatives who belong to `station` today, as far as `user` may see them."""
    return Representative.objects.for_user(user).belonging_to(station)


def stations_to_plan(user):
    """Stations in use at which `user` may plan a visit."""
    return Station.objects.for_user(user, "add", of=Visit).filter(is_open=True)
