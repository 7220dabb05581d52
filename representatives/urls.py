from django.urls import path

from . import public

app_name = "representatives"

urlpatterns = [
    path("representatives/", public.representative_list, name="representative-list"),
    path("representatives/<slug:public_id>/", public.representative, name="representative"),
]
