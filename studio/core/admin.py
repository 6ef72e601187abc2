"""Admin pages of people, projects, sessions and keys; every change goes through the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from studio.core import services
from studio.core.access import RoleCode
from studio.core.back_office import ReadOnlyAdmin, ServiceAdmin, register_lookups
from studio.core.models import (
    ApiKey,
    FailedSignIn,
    Membership,
    Preference,
    Profile,
    Project,
    RoleCapability,
    Session,
    User,
)

# Rights come from roles alone; groups of Django would suggest that they do something.
admin.site.unregister(Group)


class NewUserForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is asked for a new person; the studio makes the one-time password."""

    display_name = forms.CharField(max_length=120, required=False)

    class Meta:
        model = User
        fields = ["username", "email", "role"]


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be changed about a person."""

    display_name = forms.CharField(max_length=120)

    class Meta:
        model = User
        fields = ["email", "role", "is_active"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["display_name"].initial = self.instance.profile.display_name


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """People."""

    list_display = [
        "username",
        "profile",
        "email",
        "role",
        "is_active",
        "must_change_password",
        "created_at",
    ]
    list_filter = ["role", "is_active", "must_change_password", "created_at"]
    list_select_related = ["profile", "role"]
    search_fields = ["username", "email", "profile__display_name", "code"]
    ordering = ["username"]
    readonly_fields = ["code", "created_at", "must_change_password"]
    actions = ["deactivate", "reactivate", "end_sessions"]

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **options: Any) -> Any:
        """Another form for newcomers than for those who are there."""
        return super().get_form(
            request, obj, *args, **(options | {"form": UserForm if obj else NewUserForm})
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """In the order in which one thinks of them."""
        if obj is None:
            return ["username", "display_name", "email", "role"]
        return ["display_name", "email", "role", "is_active", *self.readonly_fields]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated, for what they made keeps their name."""
        return False

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        """Add, or change what has changed, by the services."""
        values = form.cleaned_data
        if not change:
            made, request.one_time_password = services.add_person(
                actor=request.user,
                username=values["username"],
                display_name=values["display_name"],
                email=values["email"],
                role=RoleCode(values["role"].pk),
            )
            obj.pk, obj.code = made.pk, made.code
            return
        user = User.objects.get(pk=obj.pk)
        services.set_display_name(user=user, display_name=values["display_name"])
        services.set_email(user=user, email=values["email"])
        services.set_user_role(actor=request.user, user=user, role=RoleCode(values["role"].pk))
        services.set_user_active(actor=request.user, user=user, active=values["is_active"])

    def response_add(self, request: Any, obj: User, post_url_continue: Any = None) -> HttpResponse:
        """Show the one-time password, which is kept nowhere."""
        context = self.admin_site.each_context(request) | {
            "title": f"{obj.username} is added",
            "password": request.one_time_password,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/studio/one_time_password.html", context)

    @admin.action(description="Deactivate the chosen people")
    def deactivate(self, request: Any, queryset: QuerySet[User]) -> None:
        """Keep them out; sessions, tokens and keys stop working."""
        self.each(
            request,
            queryset,
            lambda user: services.set_user_active(actor=request.user, user=user, active=False),
            "deactivated",
        )

    @admin.action(description="Let the chosen people in again")
    def reactivate(self, request: Any, queryset: QuerySet[User]) -> None:
        """Let them in again."""
        self.each(
            request,
            queryset,
            lambda user: services.set_user_active(actor=request.user, user=user, active=True),
            "let in again",
        )

    @admin.action(description="End all sessions of the chosen people")
    def end_sessions(self, request: Any, queryset: QuerySet[User]) -> None:
        """Sign them out everywhere."""
        self.each(request, queryset, lambda user: services.end_sessions(user=user), "signed out")


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin):
    """How people are called; changed on the person's page."""

    list_display = ["user", "display_name"]
    list_select_related = ["user"]
    search_fields = ["user__username", "display_name"]


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    """Projects."""

    list_display = ["name", "kind", "owner", "created_at", "archived_at"]
    list_filter = ["kind", "created_at", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["kind", "owner"]
    search_fields = ["name", "code", "owner__username"]
    fields = ["name", "code", "kind", "owner", "created_at", "archived_at"]
    readonly_fields = ["code", "kind", "owner", "created_at", "archived_at"]
    actions = ["archive", "restore"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Projects are archived."""
        return False

    def save_model(self, request: Any, obj: Project, form: Any, change: bool) -> None:
        """Make or rename."""
        name = form.cleaned_data["name"]
        if change:
            project = Project.objects.get(pk=obj.pk)
            services.rename_project(actor=request.user, project=project, name=name)
        else:
            made = services.create_project(actor=request.user, name=name)
            obj.pk, obj.code, obj.owner = made.pk, made.code, made.owner

    @admin.action(description="Archive the chosen projects")
    def archive(self, request: Any, queryset: QuerySet[Project]) -> None:
        """Put away."""
        self.each(
            request,
            queryset,
            lambda row: services.set_project_archived(
                actor=request.user, project=row, archived=True
            ),
            "archived",
        )

    @admin.action(description="Restore the chosen projects")
    def restore(self, request: Any, queryset: QuerySet[Project]) -> None:
        """Bring back."""
        self.each(
            request,
            queryset,
            lambda row: services.set_project_archived(
                actor=request.user, project=row, archived=False
            ),
            "restored",
        )


@admin.register(Membership)
class MembershipAdmin(ServiceAdmin):
    """Who belongs to which project."""

    list_display = ["project", "user", "role", "created_at"]
    list_filter = ["role", "created_at"]
    list_select_related = ["project", "user", "role"]
    search_fields = ["project__name", "user__username"]
    raw_id_fields = ["project", "user"]
    readonly_fields = ["created_at"]
    actions = ["take_out"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only the role of a membership changes."""
        return ["created_at"] if obj is None else ["project", "user", "created_at"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's own deletion, which knows no service."""
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    def save_model(self, request: Any, obj: Membership, form: Any, change: bool) -> None:
        """Add, or give another role."""
        made = services.set_member(
            actor=request.user,
            project=obj.project,
            user=obj.user,
            role=RoleCode(form.cleaned_data["role"].pk),
        )
        obj.pk = made.pk

    def delete_model(self, request: Any, obj: Membership) -> None:
        """Take out."""
        services.remove_member(actor=request.user, project=obj.project, user=obj.user)

    @admin.action(description="Take the chosen people out of their projects")
    def take_out(self, request: Any, queryset: QuerySet[Membership]) -> None:
        """Take out."""
        self.each(
            request,
            queryset.select_related("project", "user"),
            lambda row: services.remove_member(
                actor=request.user, project=row.project, user=row.user
            ),
            "taken out",
        )


@admin.register(ApiKey)
class ApiKeyAdmin(ServiceAdmin):
    """Keys for scripts; only their digests are here."""

    list_display = [
        "name",
        "prefix",
        "user",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]
    list_filter = ["scopes", "created_at", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__username"]
    exclude = ["digest", "scopes"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People make their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are revoked and stay on record."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [f.name for f in self.opts.fields if f.name not in ("id", "digest")]

    @admin.action(description="Revoke the chosen keys")
    def revoke(self, request: Any, queryset: QuerySet[ApiKey]) -> None:
        """End them at once."""
        self.each(
            request,
            queryset,
            lambda key: services.revoke_api_key(actor=request.user, key=key),
            "revoked",
        )


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Browsers that hold a session; ended from the list of people.

    A list only: the key of a session opens it, so no page may have it in its address.
    """

    list_display = ["user", "address", "agent", "signed_in_at", "seen_at", "expire_date"]
    list_filter = ["signed_in_at", "seen_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "address"]
    list_display_links = None
    actions = None
    ordering = ["-signed_in_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Those that somebody is signed in with."""
        return super().get_queryset(request).filter(user__isnull=False)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> None:
        """None: there is no page of one session."""
        return


@admin.register(FailedSignIn)
class FailedSignInAdmin(ReadOnlyAdmin):
    """Wrong passwords of the last days."""

    list_display = ["created_at", "username", "address"]
    list_filter = ["created_at"]
    search_fields = ["username", "address"]
    ordering = ["-pk"]


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    """How people have set what can be set."""

    list_display = ["user", "name", "value"]
    list_filter = ["name"]
    list_select_related = ["user", "name"]
    search_fields = ["user__username"]


@admin.register(RoleCapability)
class RoleCapabilityAdmin(ReadOnlyAdmin):
    """Which role includes what; declared by the code."""

    list_display = ["role", "capability"]
    list_filter = ["role"]
    list_select_related = ["role", "capability"]


register_lookups("studio")
