from django.urls import path

from . import public, views

app_name = "representatives"

urlpatterns = [
    path("representatives/", public.representative_list, name="representative-list"),
    path("representatives/<slug:public_id>/", public.representative, name="representative"),
    path("desk/absences/", views.absence_list, name="absence-list"),
    path("desk/absences/add/", views.absence_add, name="absence-add"),
    path("desk/absences/<slug:public_id>/end/", views.absence_end, name="absence-end"),
]
