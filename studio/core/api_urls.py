"""Addresses of the API of people, projects, keys and tokens, below `/api/v1/`."""

from django.urls import path

from studio.core.api import people, projects, tokens

app_name = "core-api"
urlpatterns = [
    path("token/", tokens.ObtainToken.as_view(), name="token"),
    path("token/refresh/", tokens.RenewToken.as_view(), name="token-refresh"),
    path("token/revoke/", tokens.RevokeToken.as_view(), name="token-revoke"),
    path("me/", people.Me.as_view(), name="me"),
    path("me/password/", people.MyPassword.as_view(), name="me-password"),
    path("me/api-keys/", people.MyKeys.as_view(), name="me-api-keys"),
    path("me/api-keys/<uuid:code>/", people.MyKey.as_view(), name="me-api-key"),
    path("users/", people.Users.as_view(), name="users"),
    path("users/<uuid:code>/", people.OneUser.as_view(), name="user"),
    path("users/<uuid:code>/password/", people.UserPassword.as_view(), name="user-password"),
    path("projects/", projects.Projects.as_view(), name="projects"),
    path("projects/<uuid:code>/", projects.OneProject.as_view(), name="project"),
    path("projects/<uuid:code>/members/", projects.Members.as_view(), name="members"),
    path(
        "projects/<uuid:code>/members/<uuid:user_code>/", projects.Member.as_view(), name="member"
    ),
    path("lookups/", projects.Lookups.as_view(), name="lookups"),
]
