from django.contrib.admin.apps import AdminConfig


class LiaisonAdminConfig(AdminConfig):
    """Django's admin, with our site class: grants in place of permission tables, a start page of what needs a hand."""

    default_site = "liaison.dashboard.site.LiaisonAdminSite"

    def ready(self):
        """Every process sends its messages by our Celery, the web's too: Celery's default one knows no Redis."""
        from . import celery  # noqa: F401

        super().ready()
