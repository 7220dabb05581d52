"""A voter says what is the matter, and gets a receipt. Works by keyboard, by screen reader and without JavaScript."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from liaison.accounts.adapter import client_address
from liaison.accounts.scoping import get_for_user
from liaison.common.buckets import take
from liaison.common.forms import posted, refusals_at
from representatives.models import Representative
from stations.models import Station
from visits.feeds.addresses import qr_code

from ..actions.registering import register
from ..choices import Source
from ..doubts import doubts_of
from ..forms.intake import PRIVACY_VERSION
from ..forms.public import OpinionForm
from ..models import Opinion
from ..similar import public_rows, similar

FORMS_PER_HOUR, FORMS_AT_ONCE = 60, 30  # of one address; what is above is told to come later
LOOKS_PER_HOUR, LOOKS_AT_ONCE = 600, 120  # while typing
RECEIPT = "feedback.receipt"
RECEIPT_SECONDS = 24 * 3600


@login_not_required
@never_cache
@sensitive_post_parameters()
def opinion_new(request):
    """The form of a station, with the representative of the code that was scanned; first which station."""
    person = _representative(request)
    station = _station(request, person)
    if station is None:
        return render(request, "feedback/public_stations.html")
    data, now = posted(request), timezone.now()
    alike = similar(public_rows(), station, data.get("matter", ""), now) if data else []
    form = OpinionForm(data, request.FILES or None, similar=alike, initial={"form_key": uuid.uuid4()})
    if there := _sent_before(form):
        return redirect(receipt_of(there))
    if form.is_valid():
        address = client_address(request)
        if not take("opinion-forms", address, rate_per_hour=FORMS_PER_HOUR, burst=FORMS_AT_ONCE):
            return render(request, "429.html", status=429)
        with refusals_at(form):
            return redirect(receipt_of(_keep(form, station, person, address)))
    context = {"form": form, "station": station, "person": person, "is_scanned": bool(request.GET)}
    return render(request, "feedback/public_opinion.html", context)


@login_not_required
@require_POST
@never_cache
@sensitive_post_parameters()
def opinion_similar(request):
    """What is alike, while the form is filled in. By POST: what somebody is writing stands in no address and no log."""
    station = _station(request, None)
    may_ask = take("opinion-similar", client_address(request), rate_per_hour=LOOKS_PER_HOUR, burst=LOOKS_AT_ONCE)
    if station is None or not may_ask:
        return render(request, "feedback/public_similar.html", {"form": None})
    alike = similar(public_rows(), station, request.POST.get("matter", ""), timezone.now())
    form = OpinionForm(request.POST, similar=alike) if alike else None
    if form:
        form._errors = {}  # nothing was sent yet
    return render(request, "feedback/public_similar.html", {"form": form})


@login_not_required
@never_cache
def receipt(request, token):
    """The number of what was just sent, to print or to keep as a picture."""
    try:
        public_id = TimestampSigner(salt=RECEIPT, sep=".").unsign(token, max_age=RECEIPT_SECONDS)
    except BadSignature:
        raise Http404 from None
    opinion = Opinion.objects.select_related("station").filter(public_id=public_id).first()
    if opinion is None:
        raise Http404
    track = request.build_absolute_uri(reverse("feedback:track")) + f"?number={opinion.shown_number}"
    context = {"opinion": opinion, "picture": qr_code(track), "due": _accept_by(opinion)}
    response = render(request, "feedback/public_receipt.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def receipt_of(opinion: Opinion) -> str:
    return reverse("feedback:receipt", args=[TimestampSigner(salt=RECEIPT, sep=".").sign(opinion.public_id)])


def _keep(form: OpinionForm, station: Station, person, address: str) -> Opinion:
    given, voter = form.cleaned_data, form.voter
    if voter:
        voter["language"] = get_language()
    return register(
        station, voter=voter, privacy_version=PRIVACY_VERSION, into=form.into, representative=person,
        form_key=given["form_key"], by=None, files=given["files"], source=Source.FORM, matter=given["matter"],
        language=get_language(),
        doubts=doubts_of(given, station=station.code, phone=given["phone"], address=address),
    )  # fmt: skip


def _representative(request) -> Representative | None:
    asked = request.GET.get("representative", "")[:20]
    if not asked:
        return None
    return get_for_user(Representative.objects.all(), request.user, "read", public_id=asked)


def _station(request, person: Representative | None) -> Station | None:
    """The station that is named, else where the representative is at home; None asks for one."""
    stations = Station.objects.for_user(request.user, "read").filter(is_open=True)
    if asked := request.GET.get("station", "")[:15]:
        if (found := stations.filter(pk=asked).first()) is None:
            raise Http404
        return found
    if person is None:
        return None
    home = person.memberships.filter(is_home=True).values("station")
    return stations.filter(pk__in=home).first()


def _sent_before(form: OpinionForm) -> Opinion | None:
    try:
        key = uuid.UUID(form.data.get("form_key", ""))
    except ValueError:
        return None
    return Opinion.objects.filter(form_key=key).first()


def _accept_by(opinion: Opinion):
    due = opinion.due_dates.open().order_by("due_on").first()
    return due and due.due_on
