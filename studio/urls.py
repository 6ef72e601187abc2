"""Pages of the ground: signing in, home, projects, people, health."""

from django.urls import URLPattern, URLResolver

app_name = "studio"
urlpatterns: list[URLPattern | URLResolver] = []
