from django.urls import path

from . import views

app_name = "accounts"

urlpatterns = [
    path("desk/roles/", views.roles, name="roles"),
    path("desk/history/", views.history, name="history"),
]
