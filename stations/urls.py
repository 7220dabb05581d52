from django.urls import path

from . import public, views

app_name = "stations"

urlpatterns = [
    path("desk/stations/", views.desk_station_list, name="desk-station-list"),
    path("desk/stations/coverage/", views.coverage, name="coverage"),
    path("desk/stations/<slug:code>/", views.desk_station, name="desk-station"),
    path("desk/stations/<slug:code>/edit/", views.desk_station_edit, name="desk-station-edit"),
    path("desk/stations/<slug:code>/provisions/", views.desk_provisions, name="desk-provisions"),
    path("stations/", public.station_list, name="station-list"),
    path("stations/near/", public.station_near, name="station-near"),
    path("stations/<slug:code>/", public.station, name="station"),
    path("s/<slug:code>", public.short, name="short"),
]
