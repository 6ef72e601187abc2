"""Addresses of the pages of people, projects and keys."""

from django.urls import path

from studio.core.views import me, people, projects, signing_in

urlpatterns = [
    path("login/", signing_in.login, name="login"),
    path("logout/", signing_in.logout, name="logout"),
    path("me/", me.me, name="me"),
    path("me/appearance/", me.appearance, name="appearance"),
    path("me/password/", signing_in.password, name="password"),
    path("me/sessions/", me.sessions, name="sessions"),
    path("me/sessions/end/", me.sessions_revoke, name="sessions-revoke"),
    path("me/sessions/<uuid:code>/end/", me.session_revoke, name="session-revoke"),
    path("me/api-keys/", me.api_keys, name="api-keys"),
    path("me/api-keys/<uuid:code>/revoke/", me.api_key_revoke, name="api-key-revoke"),
    path("projects/", projects.projects, name="projects"),
    path("projects/<uuid:code>/settings/", projects.project_settings, name="project-settings"),
    path("projects/<uuid:code>/archive/", projects.project_archive, name="project-archive"),
    path("projects/<uuid:code>/members/", projects.members, name="project-members"),
    path(
        "projects/<uuid:code>/members/<uuid:user_code>/role/",
        projects.member_role,
        name="member-role",
    ),
    path(
        "projects/<uuid:code>/members/<uuid:user_code>/remove/",
        projects.member_remove,
        name="member-remove",
    ),
    path("people/", people.people, name="people"),
    path("people/<uuid:code>/role/", people.person_role, name="person-role"),
    path("people/<uuid:code>/active/", people.person_active, name="person-active"),
    path("people/<uuid:code>/password/", people.person_password, name="person-password"),
]
