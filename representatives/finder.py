from django.utils.translation import gettext_lazy as _

from liaison.common.finder import Finder, choice, words
from stations.places import Places

from .choices import SeatLevel
from .models import RepresentativeQuerySet


class RepresentativeFinder(Finder):
    name = words(_("姓名"), _("汉字、拼音或首字母"))
    level = choice(_("级别"), SeatLevel.choices)
    street = choice(_("街道"))

    def __init__(self, data, *, places: Places):
        super().__init__(data)
        self.fields["street"].choices = places.street_choices

    def among(self, people: RepresentativeQuerySet) -> RepresentativeQuerySet:
        wanted = self.wanted
        if name := wanted.get("name"):
            people = people.named(name)
        if level := wanted.get("level"):
            people = people.at_level(level)
        if street := wanted.get("street"):
            people = people.filter(people.under(street))
        return people
