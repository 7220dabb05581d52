"""A letter with a long list, made by a worker."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.jobs import deliver, report, work
from liaison.accounts.models import Job, User
from liaison.common.exceptions import NotAllowed

from ..models import Referral
from .word import Head, letter

MOST = 2000  # of one letter: some hundred pages


def handled_by(user: User) -> QuerySet:
    """What `user` may send on paper, in the order of the list."""
    rows = Referral.objects.for_user(user, "handle").select_related("department", "opinion__station", "suggestion")
    return rows.order_by("sent_at", "id")


@work("transmittal")
def write(job: Job) -> str:
    """Write what was chosen, as far as its starter still reaches it."""
    rows = list(handled_by(job.by).filter(pk__in=job.given["referrals"])[:MOST])
    if not rows:
        raise NotAllowed(_("这些转办件已不在您的范围内"))
    report(job, 0, len(rows))
    content = letter(rows, Head(**job.given["head"]), timezone.localdate(), lambda n: report(job, n, len(rows)))
    deliver(job, content, f"{job.title}.docx")
    return _("共 %(n)s 件。") % {"n": len(rows)}
