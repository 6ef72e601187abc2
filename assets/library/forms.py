"""Forms of the library's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from assets.library.filters import MAX_QUERY, AssetFilters
from assets.library.models import Origin, RetentionClass
from assets.storage.models import AssetKind
from studio.core.access import ROLE_CAPABILITIES, CapabilityCode
from studio.core.lookups import Codes
from studio.core.models import Project, User

PROJECTS_SHOWN = 200
PEOPLE_SHOWN = 200


class FilterForm(forms.Form):
    """The filters as fields, for showing; `AssetFilters.read` is what understands the address.

    Causes two queries, for projects and for people.
    """

    q = forms.CharField(
        label="Search titles and captions",
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Search titles and captions",
                "maxlength": MAX_QUERY,
                "autocomplete": "off",
            }
        ),
    )
    project = forms.ChoiceField(label="Project")
    kind = forms.ChoiceField(label="Kind")
    origin = forms.ChoiceField(label="Made by")
    creator = forms.ChoiceField(label="Person")
    retention = forms.ChoiceField(label="Class")
    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    favourite = forms.BooleanField(label="Favourites")
    steps = forms.BooleanField(label="Working files")

    def __init__(self, user: User, filters: AssetFilters, project: Project | None) -> None:
        super().__init__(
            initial=filters.parameters(), auto_id="filter-%s", use_required_attribute=False
        )
        self._choose("project", "All my projects", _projects(user, project))
        self._choose("kind", "Any kind", _codes(AssetKind.Code))
        self._choose("origin", "Any provider", _codes(Origin.Code))
        self._choose("creator", "Anybody", _people(user, project))
        self._choose("retention", "Any class", _codes(RetentionClass.Code))

    def _choose(self, name: str, everything: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", everything), *choices]


class UploadForm(forms.Form):
    """Where uploads go: into which project, and how dearly they are kept."""

    project = forms.ChoiceField(label="Project")
    retention = forms.TypedChoiceField(
        label="Class",
        widget=forms.RadioSelect,
        coerce=lambda code: RetentionClass.Code(RetentionClass.Code.by_code(code)),
    )

    def __init__(
        self, user: User, data: QueryDict | None = None, *, chosen: Project | None = None
    ) -> None:
        super().__init__(data, auto_id="upload-%s", use_required_attribute=False)
        projects = list(writable_projects(user)[:PROJECTS_SHOWN])
        project: Any = self.fields["project"]
        project.choices = [(str(found.code), found.name) for found in projects]
        first = next((found for found in projects if found.is_personal), None)
        place = chosen if chosen in projects else first
        project.initial = str(place.code) if place else None
        retention: Any = self.fields["retention"]
        retention.choices = _codes(RetentionClass.Code)
        # What people bring can't be made again.
        retention.initial = RetentionClass.Code.SOURCE.code


def writable_projects(user: User) -> QuerySet[Project, Project]:
    """Projects, not archived, where `user` may make and upload things, by name."""
    found = Project.objects.open().order_by("name", "pk")
    if user.is_admin:
        return found
    roles = [
        role for role, granted in ROLE_CAPABILITIES.items() if CapabilityCode.CREATE in granted
    ]
    if user.role_id not in roles:
        return found.none()
    return found.filter(memberships__user=user, memberships__role__in=roles)


def _codes(codes: type[Codes]) -> list[tuple[str, str]]:
    return [(member.code, member.label) for member in codes]


def _projects(user: User, chosen: Project | None) -> list[tuple[str, str]]:
    visible = Project.objects.visible_to(user).order_by("name", "pk")[:PROJECTS_SHOWN]
    found = {project.pk: project for project in visible}
    if chosen is not None:
        found.setdefault(chosen.pk, chosen)
    return [
        (str(p.code), f"{p.name} (archived)" if p.archived_at else p.name) for p in found.values()
    ]


def _people(user: User, project: Project | None) -> list[tuple[str, str]]:
    """Those who belong to the project, or to any that `user` sees."""
    if project is not None:
        found = User.objects.filter(memberships__project=project)
    elif user.is_admin:
        found = User.objects.all()
    else:
        projects = Project.objects.visible_to(user)
        found = User.objects.filter(memberships__project__in=projects).distinct()
    named = found.order_by("profile__display_name", "pk")
    rows = named.values_list("code", "profile__display_name", "username")[:PEOPLE_SHOWN]
    return [(str(code), name or username) for code, name, username in rows]
