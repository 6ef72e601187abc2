"""Addresses of the Create page."""

from django.urls import include, path

from pipeline.create import views

urlpatterns = [
    path("", views.create, name="create"),
    path("estimate/", views.estimate, name="create-estimate"),
    path("results/", views.results, name="create-results"),
    path("recent/", views.recent, name="create-recent"),
    path("templates/", views.templates, name="create-templates"),
    path("recommended/", views.recommended, name="create-recommended"),
    path("compare/", views.compare, name="create-compare"),
    path("structured/", include("pipeline.create.structured_urls")),
    path("vary/<uuid:version>/", views.vary, name="create-vary"),
    path("renew/<uuid:job>/", views.renew, name="create-renew"),
    path("favourite/<uuid:version>/", views.favourite, name="create-favourite"),
]
