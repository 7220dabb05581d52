"""What a gateway calls without signing in: the address itself is its key."""

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .actions import take_receipt
from .channels import Sms
from .choices import Channel
from .models import ChannelSetting

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
