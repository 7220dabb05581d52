from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = pgettext_lazy("plural", "进站")

    def ready(self):
        from liaison.common.panels import lend

        from . import absences, event, schedule, together, told  # noqa: F401 - a worker knows the work by its name
        from .posters import jobs  # noqa: F401 - a worker knows the work by its name
        from .rota import accept, plans  # noqa: F401 - likewise

        lend("next visits at a station", schedule.next_at_station)
        lend("next visits at stations", schedule.next_at_stations)
        lend("next visits of a representative", schedule.next_of_representative)
        lend("visits while away", absences.visits_while_away)
        lend("linked data of visits", event.list_data)
        lend("letters about visits.visit", told.subject_of)
        lend("page about visits.visit", told.page_of)
