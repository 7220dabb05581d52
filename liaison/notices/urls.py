from django.urls import path

from . import public, views

app_name = "notices"

urlpatterns = [
    path("desk/notices/", views.notice_list, name="notice-list"),
    path("desk/notices/inbox/", views.inbox, name="inbox"),
    path("desk/notices/inbox/read/", views.inbox_read, name="inbox-read"),
    path("desk/notices/inbox/<int:pk>/read/", views.inbox_read_one, name="inbox-read-one"),
    path("desk/notices/resend/", views.notice_resend_all, name="notice-resend-all"),
    path("desk/notices/people/<int:pk>/", views.person, name="person"),
    path("desk/notices/<int:pk>/", views.notice, name="notice"),
    path("desk/notices/<int:pk>/resend/", views.notice_resend, name="notice-resend"),
    path("desk/notices/channels/", views.channel_list, name="channel-list"),
    path("desk/texts/", views.text_list, name="text-list"),
    path("desk/texts/<slug:kind>/<slug:language>/", views.text_edit, name="text-edit"),
    path("desk/texts/<slug:kind>/<slug:language>/restore/", views.text_restore, name="text-restore"),
    path("desk/preferences/", views.preferences, name="preferences"),
    path("desk/mail/", views.mail_list, name="mail-list"),
    path("desk/mail/<int:pk>/", views.mail, name="mail"),
    path("unsubscribe/<slug:token>/", public.unsubscribe, name="unsubscribe"),
    path("notices/receipts/<slug:token>/", public.receipts, name="receipts"),
]
