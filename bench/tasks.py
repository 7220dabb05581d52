"""A worker with one task that does nothing: Celery with the house's settings and none of its signals."""

from celery import Celery

app = Celery("bench")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="bench.empty")
def empty():
    pass
