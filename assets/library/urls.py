"""Addresses of the library's pages."""

from django.urls import path

from assets.library import asset_views, views

urlpatterns = [
    path("", views.library, name="library"),
    path("pulse/", views.pulse, name="pulse"),
    path("change/", views.change_many, name="library-change"),
    path("upload/", views.upload, name="library-upload"),
    path("<uuid:code>/", asset_views.asset, name="asset"),
    path("<uuid:code>/tile/", views.tile, name="asset-tile"),
    path("<uuid:code>/favourite/", views.favourite, name="asset-favourite"),
    path("<uuid:code>/title/", asset_views.title, name="asset-title"),
    path("<uuid:code>/trash/", asset_views.trash, name="asset-trash"),
    path("<uuid:code>/restore/", asset_views.restore, name="asset-restore"),
    path("<uuid:code>/retention/", asset_views.retention, name="asset-retention"),
    path("<uuid:code>/render/", asset_views.render_again, name="asset-render"),
]
