"""Notices for everybody to print or pass on: what was published, in each form. Nothing is recorded here."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.scoping import get_for_user
from stations.models import Station

from ..choices import PrintForm
from ..posters import pdf
from ..posters.files import FORMS, STATION_FORMS, answer
from ..posters.sources import facts_for, station_list
from ..posters.typesetting import Busy


def asked_size(request) -> str:
    size = request.GET.get("size", "a4").lower()
    if size not in pdf.SIZES:
        raise Http404
    return size


def in_turn(request, facts: dict, form):
    """The file; where too many pages are being set at this moment, the advice to come again."""
    try:
        return answer(request, facts, form)
    except Busy:
        words = {"title": _("现在要打印的人较多"), "text": _("请过一会儿再打开这个地址。")}
        response = render(request, "visits/poster_busy.html", words, status=503)
        response["Retry-After"] = "5"
        return response


def published(request, public_id: str) -> dict:
    return facts_for(request, public_id, "read")[1]


def list_of(request, code: str, form: PrintForm):
    station = get_for_user(Station, request.user, "read", code=code)
    return in_turn(request, station_list(station, request, timezone.localdate()), STATION_FORMS[form])


@login_not_required
def poster(request, public_id):
    form = FORMS[PrintForm(asked_size(request))]
    return in_turn(request, published(request, public_id), form)


@login_not_required
def picture(request, public_id):
    return in_turn(request, published(request, public_id), FORMS[PrintForm.PICTURE])


@login_not_required
def notice_word(request, public_id):
    return in_turn(request, published(request, public_id), FORMS[PrintForm.WORD])


@login_not_required
def notice_text(request, public_id):
    return in_turn(request, published(request, public_id), FORMS[PrintForm.TEXT])


@login_not_required
def station_poster(request, code):
    """What comes at a station, on one page to pin up."""
    return list_of(request, code, PrintForm(asked_size(request)))


@login_not_required
def station_picture(request, code):
    return list_of(request, code, PrintForm.PICTURE)


@login_not_required
def station_word(request, code):
    return list_of(request, code, PrintForm.WORD)


@login_not_required
def station_text(request, code):
    return list_of(request, code, PrintForm.TEXT)
