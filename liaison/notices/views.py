from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.scoping import get_for_user
from liaison.common.paging import keyset

from . import mailbox
from .choices import State
from .models import Notice

FILTERS = [State.PLANNED, State.SENT, State.FAILED, State.UNKNOWN, State.CANCELLED]
# What an empty list says: what would stand here, and how it gets there.
EMPTY = {
    "": (_("还没有到时间的提醒"), _("进站公布以后，系统为代表和联络员各排一条前一日提醒，到时间自动发出。")),
    State.PLANNED: (_("没有待发送的提醒"), _("进站公布以后，前一日提醒会排在这里。")),
    State.SENT: (_("还没有发出提醒"), _("提醒发出以后会列在这里。")),
    State.FAILED: (_("没有发送失败的提醒"), ""),
    State.UNKNOWN: (_("没有结果不明的提醒"), ""),
    State.CANCELLED: (_("没有取消的提醒"), _("进站改期、取消或换人以后，不再需要的提醒会列在这里。")),
}


def within_reach(user):
    return Notice.objects.for_user(user, "view").select_related("recipient")


def notice_list(request):
    state = request.GET.get("state", "")
    state = state if state in FILTERS else ""
    rows = within_reach(request.user)
    rows = rows.filter(state=state) if state else rows.filter(due_at__lte=timezone.now())
    order = ("due_at", "id") if state == State.PLANNED else ("-due_at", "-id")
    page = keyset(rows, request, *order)
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url}
    context |= {"state": state, "filters": FILTERS, "empty": EMPTY[state], "mail_is_kept": mailbox.is_kept()}
    return render(request, "notices/notice_list.html", context)


def mail_list(request):
    if not mailbox.is_kept():
        raise Http404
    mine = within_reach(request.user)
    page = keyset(mine.filter(sent_at__isnull=False), request, "-sent_at", "-id")
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url}
    if not page.rows:
        context["next_notice"] = mine.filter(state=State.PLANNED).order_by("due_at", "id").first()
    return render(request, "notices/mail_list.html", context)


def mail(request, pk):
    if not mailbox.is_kept():
        raise Http404
    notice = get_for_user(within_reach(request.user), request.user, "view", pk=pk, sent_at__isnull=False)
    return render(request, "notices/mail.html", {"notice": notice, "letter": mailbox.read(notice)})
