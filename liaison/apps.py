from django.contrib.admin.apps import AdminConfig


class LiaisonAdminConfig(AdminConfig):
    """Django's admin, with our site class: grants in place of permission tables, a start page of what needs a hand."""

    default_site = "liaison.dashboard.site.LiaisonAdminSite"
