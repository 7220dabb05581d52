"""代表建议 and how they were handled, as far as the district made it public."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

from liaison.accounts.scoping import get_for_user
from liaison.common.finder import Finder, choice
from liaison.common.pages import public_page
from liaison.common.paging import keyset

from ..choices import Part, ReferralState
from ..models import Category, Suggestion

NEWEST = ("-published_at", "-id")


class PublicSuggestionFinder(Finder):
    category = choice("")

    def __init__(self, data, *, user):
        super().__init__(data)
        self.fields["category"].label = Category._meta.verbose_name
        categories = Category.objects.for_user(user, "read").order_by("position", "code")
        self.fields["category"].choices = list(categories.values_list("code", "name"))


@login_not_required
@public_page
def suggestion_list(request):
    """The latest first."""
    form = PublicSuggestionFinder(request.GET, user=request.user)
    rows = Suggestion.objects.for_user(request.user, "read").filter(published_at__isnull=False)
    if "category" in form.wanted:
        rows = rows.filter(category=form.wanted["category"])
    page = keyset(_with_people(rows), request, *NEWEST)
    return render(request, "feedback/public_suggestion_list.html", {"form": form, "page": page})


@login_not_required
@public_page
def suggestion(request, public_id):
    row = get_for_user(_with_people(Suggestion.objects.all()), request.user, "read", public_id=public_id)
    answers = row.referrals.filter(state=ReferralState.ANSWERED).select_related("department").order_by("ended_at")
    lead = [sent for sent in answers if sent.part == Part.LEAD]
    context = {
        "suggestion": row, "people": _people(row), "lead": lead[-1] if lead else None, "answers": lead,
        "assisting": [sent for sent in answers if sent.part == Part.ASSISTING],
        "view": next((signer for signer in row.signers.all() if signer.part == Part.LEAD and signer.view), None),
    }  # fmt: skip
    return render(request, "feedback/public_suggestion.html", context)


def _with_people(rows):
    return rows.select_related("category").prefetch_related("signers__representative")


def _people(row: Suggestion) -> list:
    """Those who signed it, who leads first."""
    signed = [signer for signer in row.signers.all() if signer.confirmed_at]
    return sorted(signed, key=lambda signer: (signer.part != Part.LEAD, signer.position))
