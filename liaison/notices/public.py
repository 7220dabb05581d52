"""What is opened without signing in, because the address itself is the key: by gateways, and by whoever leaves."""

import json

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from .actions import take_receipt
from .channels import Sms
from .choices import Channel
from .models import ChannelSetting
from .ways import way_of

LONGEST = 256 * 1024  # bytes
MOST = 1000  # receipts at once


@login_not_required
@csrf_exempt
@never_cache
@require_POST
def receipts(request, token):
    """What became of messages that a gateway took: JSON, or a form for a single one."""
    setting = get_object_or_404(ChannelSetting, receipt_token=token, channel=Channel.SMS, is_on=True)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        return HttpResponseBadRequest()
    try:
        data = request.POST.dict() or json.loads(request.body)
    except ValueError:
        return HttpResponseBadRequest()
    for reference, delivered, words in Sms(setting).receipts(data)[:MOST]:
        take_receipt(setting, reference, delivered, words, timezone.now())
    return HttpResponse(setting.config.get("receipt_reply", ""), content_type="application/json; charset=utf-8")


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """What one leaves, and one button. A mail provider posts here for its reader (RFC 8058): no token, no redirect.

    GET changes nothing, for programs that look at links before a reader does.
    """
    way = way_of(token)
    if way is None:
        raise Http404
    if request.POST.get("List-Unsubscribe") == "One-Click" or request.POST.get("act") == "leave":
        way.leave()
    elif request.POST.get("act") == "come_back":
        way.come_back()
    response = render(request, "notices/unsubscribe.html", {"way": way, "acted": request.method == "POST"})
    response["X-Robots-Tag"], response["Referrer-Policy"] = "noindex", "no-referrer"
    return response
