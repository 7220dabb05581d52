from django.urls import path

from . import views

app_name = "notices"

urlpatterns = [
    path("desk/notices/", views.notice_list, name="notice-list"),
    path("desk/mail/", views.mail_list, name="mail-list"),
    path("desk/mail/<int:pk>/", views.mail, name="mail"),
]
