from celery import shared_task

from . import sending

STALE = 10  # seconds; by then the next tick of the clock is there


# Acknowledged on receipt: a run that dies is not delivered again, the next tick of the clock brings another.
@shared_task
def send_due():
    """One run, and the next at once where time ended before the work did.

    It waits in the queue behind whatever else is due, and expires as a tick does: however many beats and runs there
    are, what nobody took within ten seconds is gone, so that runs do not add up.
    """
    if sending.send_due()["unfinished"]:
        send_due.apply_async(expires=STALE)
