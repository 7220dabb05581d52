from django.urls import path

from .public import calendar, embed, feeds, schedule
from .public import posters as public_posters
from .views import calendar as desk_calendar
from .views import feeds as own_feeds
from .views import log, publish, rota, series, visits
from .views import posters as desk_posters

app_name = "visits"

urlpatterns = [
    path("schedule/", schedule.schedule_list, name="schedule"),
    path("schedule/calendar/", calendar.calendar, name="calendar"),
    path("schedule/subscribe/", feeds.subscribe, name="subscribe"),
    path("schedule.ics", feeds.schedule_ics, name="schedule-ics"),
    path("schedule.atom", feeds.schedule_atom, name="schedule-atom"),
    path("stations/<slug:code>/schedule.ics", feeds.station_ics, name="station-ics"),
    path("stations/<slug:code>/schedule.atom", feeds.station_atom, name="station-atom"),
    path("representatives/<slug:public_id>/schedule.ics", feeds.representative_ics, name="representative-ics"),
    path("calendars/<str:key>.ics", feeds.private_ics, name="private-ics"),
    path("desk/calendar-feed/", own_feeds.feed, name="feed"),
    path("desk/calendar-feed/renew/", own_feeds.feed_renew, name="feed-renew"),
    path("desk/calendar-feed/revoke/", own_feeds.feed_revoke, name="feed-revoke"),
    path("embed/", embed.embed_help, name="embed-help"),
    path("embed/schedule/", embed.embed, name="embed"),
    path("visits/<slug:public_id>/", schedule.visit, name="visit"),
    path("visits/<slug:public_id>/poster.pdf", public_posters.poster, name="poster"),
    path("visits/<slug:public_id>/poster.png", public_posters.picture, name="poster-picture"),
    path("visits/<slug:public_id>/notice.docx", public_posters.notice_word, name="notice-word"),
    path("visits/<slug:public_id>/notice.txt", public_posters.notice_text, name="notice-text"),
    path("stations/<slug:code>/poster.pdf", public_posters.station_poster, name="station-poster"),
    path("stations/<slug:code>/poster.png", public_posters.station_picture, name="station-poster-picture"),
    path("stations/<slug:code>/notice.docx", public_posters.station_word, name="station-notice-word"),
    path("stations/<slug:code>/notice.txt", public_posters.station_text, name="station-notice-text"),
    path("desk/visits/", visits.visit_list, name="visit-list"),
    path("desk/visits/add/", visits.visit_add, name="visit-add"),
    path("desk/visits/publish/", publish.publish_list, name="publish-list"),
    path("desk/visits/calendar/", desk_calendar.calendar, name="desk-calendar"),
    path("desk/visits/<slug:public_id>/", visits.desk_visit, name="desk-visit"),
    path("desk/visits/<slug:public_id>/edit/", visits.visit_edit, name="visit-edit"),
    path("desk/visits/<slug:public_id>/publish/", publish.visit_publish, name="visit-publish"),
    path("desk/visits/<slug:public_id>/cancel/", visits.visit_cancel, name="visit-cancel"),
    path("desk/visits/<slug:public_id>/delete/", visits.visit_delete, name="visit-delete"),
    path("desk/visits/<slug:public_id>/notice/", desk_posters.visit_notice, name="visit-notice"),
    path("desk/visits/<slug:public_id>/notice/preview.png", desk_posters.visit_preview, name="visit-preview"),
    path("desk/visits/<slug:public_id>/print/", desk_posters.visit_print, name="visit-print"),
    path("desk/posters/", desk_posters.poster_list, name="poster-list"),
    path("desk/visits/<slug:public_id>/log/", log.visit_log, name="visit-log"),
    path("desk/visits/<slug:public_id>/log/draft/", log.log_draft, name="log-draft"),
    path("desk/visits/<slug:public_id>/photos/", log.photo_add, name="photo-add"),
    path("desk/series/", series.series_list, name="series-list"),
    path("desk/series/add/", series.series_add, name="series-add"),
    path("desk/series/moves/", series.series_moves, name="series-moves"),
    path("desk/series/<slug:public_id>/", series.series, name="series"),
    path("desk/series/<slug:public_id>/edit/", series.series_edit, name="series-edit"),
    path("desk/series/<slug:public_id>/end/", series.series_end, name="series-end"),
    path("desk/series/<slug:public_id>/fill/", series.series_fill, name="series-fill"),
    path("desk/visits/<slug:public_id>/pinned/", publish.pinned_add, name="pinned-add"),
    path("desk/rota/", rota.rota_list, name="rota-list"),
    path("desk/rota/add/", rota.rota_add, name="rota-add"),
    path("desk/rota/<slug:public_id>/", rota.rota, name="rota"),
    path("desk/rota/<slug:public_id>/people/", rota.rota_people, name="rota-people"),
    path("desk/rota/<slug:public_id>/accept/", rota.rota_accept, name="rota-accept"),
    path("desk/rota/<slug:public_id>/delete/", rota.rota_delete, name="rota-delete"),
    path("desk/photos/<slug:public_id>/", log.photo, name="photo"),
    path("desk/photos/<slug:public_id>/thumbnail/", log.photo_thumbnail, name="photo-thumbnail"),
    path("desk/photos/<slug:public_id>/delete/", log.photo_delete, name="photo-delete"),
]
