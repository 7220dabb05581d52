"""A rota of half a year for the demo street, not taken over yet, so that its page has something to show."""

from datetime import datetime

from django.utils import timezone

from liaison.accounts.models import User
from visits.forms.rota import next_quarter
from visits.models import RotaPlan
from visits.rota.options import Options
from visits.rota.plans import make_plan

from .stations import SHOWN

SECONDS = 5  # at most; a street takes a fraction of one


def build(now: datetime, by: User) -> None:
    """The next quarter, which has drafts, and the one after it, which has none: their receptions are proposed.

    Made by the same solver as any other plan: who of equals comes is its choice, and may differ from load to load.
    """
    from_on, last = next_quarter(timezone.localdate(now))
    _first, to_on = next_quarter(last)
    wishes = Options(may_lack=True, seconds=SECONDS).as_json()  # a draft that lacks somebody stops no demo
    plan = RotaPlan.objects.create(
        code=SHOWN[:9], from_on=from_on, to_on=to_on, options=wishes, created_by=by, created_at=now
    )
    make_plan(plan, now)
