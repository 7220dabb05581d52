from django.urls import path

from . import public, views

app_name = "visits"

urlpatterns = [
    path("schedule/", public.schedule_list, name="schedule"),
    path("visits/<slug:public_id>/", public.visit, name="visit"),
    path("desk/visits/", views.visit_list, name="visit-list"),
    path("desk/visits/add/", views.visit_add, name="visit-add"),
    path("desk/visits/<slug:public_id>/", views.desk_visit, name="desk-visit"),
    path("desk/visits/<slug:public_id>/edit/", views.visit_edit, name="visit-edit"),
    path("desk/visits/<slug:public_id>/publish/", views.visit_publish, name="visit-publish"),
    path("desk/visits/<slug:public_id>/cancel/", views.visit_cancel, name="visit-cancel"),
    path("desk/visits/<slug:public_id>/delete/", views.visit_delete, name="visit-delete"),
    path("desk/visits/<slug:public_id>/log/", views.visit_log, name="visit-log"),
    path("desk/visits/<slug:public_id>/log/draft/", views.log_draft, name="log-draft"),
    path("desk/visits/<slug:public_id>/photos/", views.photo_add, name="photo-add"),
    path("desk/photos/<slug:public_id>/", views.photo, name="photo"),
    path("desk/photos/<slug:public_id>/thumbnail/", views.photo_thumbnail, name="photo-thumbnail"),
    path("desk/photos/<slug:public_id>/delete/", views.photo_delete, name="photo-delete"),
]
