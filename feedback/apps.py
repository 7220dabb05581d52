from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = _("选民意见")

    def ready(self):
        from liaison.common.panels import lend

        from . import inbox, recompute, sent, suggestions, telling  # noqa: F401 - a worker knows the work by its name
        from .transmittal import jobs  # noqa: F401 - likewise

        lend("referrals to sign for", sent.count_to_sign)
        lend("opinions waiting", inbox.count_waiting)
        lend("opinions at hand", inbox.on_desk)
        lend("suggestions at hand", suggestions.waiting_for)
        lend(f"letters about {telling.STEP}", telling.subject_of_step)
        lend(f"letters about {telling.SUGGESTION_STEP}", telling.subject_of_suggestion_step)
        lend(f"page about {telling.SUGGESTION_STEP}", telling.page_of_suggestion_step)
        lend(f"letters about {telling.URGE}", telling.subject_of_urge)
        lend(f"letters about {telling.MOVE}", telling.subject_of_move)
        lend(f"page about {telling.STEP}", telling.page_of_step)
