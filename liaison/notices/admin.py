from django.contrib import admin

from liaison.accounts.adminbase import GrantedAdmin

from .models import Notice

DISTRICT_DIGITS = 6


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

    def ordered_rows(self, request, rows):
        """A district's notices are few enough to be sorted; a larger place is looked through."""
        codes = [posting.code for posting in request.user.current_postings]
        if any(0 < len(code) < DISTRICT_DIGITS for code in codes):
            return Notice.objects.all(), False
        return rows, True
