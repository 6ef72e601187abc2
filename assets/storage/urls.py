"""Addresses of files; below `/files/` no address tells where a file lies."""

from django.urls import path

from assets.storage import views

urlpatterns = [
    path("signed/<str:token>/", views.signed_file, name="signed-file"),
    path("signed/<str:token>/<str:name>", views.signed_file, name="signed-file"),
    path("<uuid:code>/thumb/<int:size>.webp", views.thumb, name="thumb"),
    path("<uuid:code>/", views.file, name="file"),
    path("<uuid:code>/<str:name>", views.file, name="file"),
]
