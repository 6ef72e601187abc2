"""Parts of a character's page: traits with proposals and history, and rights records."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.models import Asset, Version
from assets.storage.uploads import upload_file
from pipeline.characters import queries, services
from pipeline.characters.forms import RightsForm, TraitsForm
from pipeline.characters.models import Character, RightsRecord
from pipeline.characters.readiness import portraits_of
from pipeline.characters.services.traits import proposal_of
from pipeline.characters.territories import TERRITORIES
from pipeline.characters.views import changed, load
from studio.core.access import CapabilityCode, capabilities, require
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.web import redirect, render_page, toast, wants_fragment

TRAITS = "pipeline/characters/traits.html"
RIGHTS = "pipeline/characters/rights.html"
HISTORY_SHOWN = 200
DOCUMENTS_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def traits(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The traits as a form by the project's schema; a POST saves them."""
    user: Any = request.user
    found = load(request, code)
    schema = queries.fields_of(found.project)
    values = queries.current_traits(found)
    form = TraitsForm(request.POST or None, schema=schema, initial=values)
    saved: list[str] | None = None
    if request.method == "POST" and form.is_valid():
        given = {field.key: form.cleaned_data[field.key] for field in schema}
        try:
            saved = services.set_traits(actor=user, character=found, values=given)
        except Invalid as error:
            form.add_problem(error)
    if saved is not None and not wants_fragment(request):
        return redirect(request, queries.page_url(found, "traits"))
    context = _traits_context(request, found, form)
    status = Invalid.status if form.errors else 200
    response = render_page(request, TRAITS, context, part="panel", status=status)
    if saved is not None:
        said = "Nothing has changed" if not saved else f"{len(saved)} saved"
        return toast(response, said)
    return response


def _traits_context(request: HttpRequest, found: Character, form: TraitsForm) -> dict[str, Any]:
    granted = capabilities(request.user, found.project)
    return {
        "character": found,
        "project": found.project,
        "form": form,
        "proposals": queries.open_proposals(found),
        "findings": queries.metadata_findings(found),
        "may_change": CapabilityCode.CREATE in granted and found.archived_at is None,
        "may_manage": CapabilityCode.MANAGE in granted,
        "portrait": portraits_of([found]).get(found.pk),
    }


@require_safe
def history(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Who gave which trait which value, when, and from what."""
    found = load(request, code)
    rows = list(queries.trait_history(found)[:HISTORY_SHOWN])
    older = {(row.field_id, row.number): row.value for row in rows}
    lines = [(row, older.get((row.field_id, row.number - 1), "")) for row in rows]
    context = {"character": found, "project": found.project, "lines": lines}
    return render_page(request, "pipeline/characters/history.html", context, part="dialog")


@require_POST
def propose(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Look at the character's portrait (or `version`) and propose traits."""
    user: Any = request.user
    found = load(request, code)
    require(user, CapabilityCode.CREATE, found.project)
    picture = portraits_of([found]).get(found.pk)
    if wanted := request.POST.get("version"):
        picture = Version.objects.get_visible(user, code=_uuid(wanted))
    if picture is None:
        raise Invalid("There is no picture yet.", remedy="Choose a hero of Seed A first.")
    made = services.propose_traits(actor=user, character=found, picture=picture)
    said = f"{len(made)} proposed" if made else "The picture suggests nothing new"
    if not wants_fragment(request):
        return redirect(request, queries.page_url(found, "traits"))
    return changed(found, said)


@require_POST
def decide(request: HttpRequest, code: uuid.UUID, proposal: uuid.UUID) -> HttpResponse:
    """Take a proposal over (`accept=1`), or dismiss it."""
    user: Any = request.user
    found = load(request, code)
    accept = request.POST.get("accept") == "1"
    services.decide_proposal(actor=user, proposal=proposal_of(user, found, proposal), accept=accept)
    if not wants_fragment(request):
        return redirect(request, queries.page_url(found, "traits"))
    return changed(found, "Taken over" if accept else "Dismissed")


@require_http_methods(["GET", "HEAD", "POST"])
def rights(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The rights records with their standing; a POST adds one."""
    user: Any = request.user
    found = load(request, code)
    may = CapabilityCode.CREATE in capabilities(user, found.project)
    documents = _documents(found) if may else []
    form = RightsForm(request.POST or None, request.FILES or None, documents=documents)
    if request.method == "POST":
        require(user, CapabilityCode.CREATE, found.project)
        if form.is_valid() and _record(request, found, form):
            if wants_fragment(request):
                return changed(found, "Recorded")
            return redirect(request, queries.page_url(found, "rights"))
    today = timezone.localdate()
    records = queries.rights_records(found)
    context = {
        "character": found,
        "project": found.project,
        "form": form,
        "standing": queries.rights_standing(found),
        "records": [(row, queries.standing_of(row, today), _places(row)) for row in records],
        "may_change": may,
    }
    status = Invalid.status if form.errors else 200
    return render_page(request, RIGHTS, context, part="panel", status=status)


def _record(request: HttpRequest, found: Character, form: RightsForm) -> bool:
    """Add the record that a valid form describes; whether it was added."""
    user: Any = request.user
    values = form.cleaned_data
    try:
        services.record_rights(
            actor=user,
            character=found,
            basis=values["basis"],
            holder=values["holder"],
            uses=values["uses"],
            territories=values["territories"],
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
            evidence=_evidence(request, found, values),
            note=values["note"],
        )
    except DomainError as error:
        form.add_problem(error)
        return False
    return True


def _evidence(request: HttpRequest, found: Character, values: dict[str, Any]) -> Version | None:
    """The file that proves it: uploaded with the form, or one of the library."""
    user: Any = request.user
    if file := values.get("evidence"):
        return upload_file(
            actor=user,
            project=found.project,
            file=cast(BinaryIO, file),
            file_name=file.name or "",
            size_bytes=file.size,
            title=f"Rights of {found}",
        )
    if code := values.get("evidence_asset"):
        asset = Asset.objects.with_current().get_visible(user, code=code, project=found.project)
        return asset.current
    return None


def _documents(found: Character) -> list[tuple[str, str]]:
    """Newest files of the project, to be chosen as evidence. One query."""
    rows = Asset.objects.in_project(found.project).present().order_by("-id")
    return [(str(c), t) for c, t in rows.values_list("code", "title")[:DOCUMENTS_SHOWN]]


def _places(record: RightsRecord) -> list[str]:
    return [TERRITORIES.get(row.territory, row.territory) for row in record.territories.all()]


@require_POST
def revoke(request: HttpRequest, code: uuid.UUID, record: uuid.UUID) -> HttpResponse:
    """Say that a rights record no longer holds."""
    user: Any = request.user
    found = load(request, code)
    row = RightsRecord.objects.select_related("character__project").filter(
        character=found, code=record
    )
    standing = row.first()
    if standing is None:
        raise NotFound("There is no such rights record.")
    services.revoke_rights(actor=user, record=standing)
    if not wants_fragment(request):
        return redirect(request, queries.page_url(found, "rights"))
    return changed(found, "Revoked")


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound("There is no such picture.") from error
