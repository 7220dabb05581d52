from django.contrib import admin

from liaison.accounts.adminbase import GrantedAdmin

from .models import Notice


@admin.register(Notice)
class NoticeAdmin(GrantedAdmin):
    """What goes out is decided by the rules; here it is only looked at."""

    list_display = ["due_at", "kind", "recipient", "subject", "channel", "state", "sent_at"]
    list_display_links = ["due_at", "subject"]
    list_filter = ["state", "channel"]
    list_select_related = ["recipient"]
    keyset = ("-due_at", "-id")
    lead_filters = ("state__exact",)
    jumps_to_day = True
    indexed_digits = 6  # a district's notices are few enough to be sorted
