from django.urls import path

from . import views

app_name = "accounts"

urlpatterns = [
    path("desk/roles/", views.roles, name="roles"),
    path("desk/history/", views.history, name="history"),
    path("desk/jobs/<slug:public_id>/", views.job, name="job"),
    path("desk/jobs/<slug:public_id>/stop/", views.job_stop, name="job-stop"),
    path("desk/jobs/<slug:public_id>/file/", views.job_file, name="job-file"),
]
