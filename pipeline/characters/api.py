"""The API of characters, their traits and rights, and of the metadata schema."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Version
from pipeline.characters import queries, services
from pipeline.characters import serializers as bodies
from pipeline.characters.listing import CharacterFilters, Listing
from pipeline.characters.models import Character, MetadataField, RightsRecord
from pipeline.characters.readiness import readiness_of
from pipeline.characters.services.traits import proposal_of
from studio.core.api.people import checked
from studio.core.errors import NotFound
from studio.core.models import Project, User


class CharacterView(generics.GenericAPIView[Any]):
    """Common to all below one character: it must be visible to the caller."""

    serializer_class: type[Any] = bodies.CharacterSerializer
    queryset: Any = Character.objects.none()

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def character(self, code: uuid.UUID) -> Character:
        """The character.

        Raises:
            NotFound: there is none, or it is not for this person.
        """
        rows = queries.for_list(Character.objects.all())
        found: Character = rows.get_visible(self.person, code=code)
        return found

    def shown(self, rows: list[Character]) -> list[dict[str, Any]]:
        """Characters with traits and readiness, in a fixed number of queries."""
        context = self.get_serializer_context() | {
            "traits": queries.traits_of(rows),
            "readiness": readiness_of(rows),
        }
        return list(bodies.CharacterSerializer(rows, many=True, context=context).data)

    def answer(self, code: uuid.UUID, status: int = 200) -> Response:
        """The character as it is now."""
        return Response(self.shown([self.character(code)])[0], status=status)


class Characters(CharacterView, generics.ListAPIView[Character]):
    """Characters."""

    def get_queryset(self) -> QuerySet[Character]:
        """Those that the caller sees, by the filters of the address."""
        filters = CharacterFilters.read(self.request.query_params)
        rows: QuerySet[Character] = Listing(self.person, filters).rows()
        return rows

    @extend_schema(
        operation_id="characters_list",
        parameters=[
            OpenApiParameter("project", uuid.UUID, description="of one project"),
            OpenApiParameter("q", str, description="words of the name or slate code"),
            OpenApiParameter("archived", bool, description="those put away instead"),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Characters of all projects that these credentials see, newest first."""
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.shown(list(rows or [])))

    @extend_schema(
        operation_id="characters_create",
        request=bodies.NewCharacterSerializer,
        responses={201: bodies.CharacterSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a character; its two seed images are at `/seed-images/?character=`."""
        values = checked(self, bodies.NewCharacterSerializer, request.data)
        project = Project.objects.get_visible(self.person, code=values.pop("project"))
        made = services.create_character(actor=self.person, project=project, **values)
        return self.answer(made.code, status=201)


class OneCharacter(CharacterView):
    """One character."""

    @extend_schema(operation_id="characters_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """One character with its traits and readiness."""
        return self.answer(code)

    @extend_schema(operation_id="characters_update", request=bodies.ChangeCharacterSerializer)
    def patch(self, request: Request, code: uuid.UUID) -> Response:
        """Change it, put it away, or bring it back."""
        found = self.character(code)
        values = checked(self, bodies.ChangeCharacterSerializer, request.data)
        archived = values.pop("archived", None)
        with transaction.atomic():
            services.update_character(actor=self.person, character=found, **values)
            if archived is not None:
                move = services.archive_character if archived else services.restore_character
                move(actor=self.person, character=found)
        return self.answer(code)


class Traits(CharacterView):
    """The traits of a character."""

    serializer_class = bodies.TraitStateSerializer

    def state(self, found: Character) -> Response:
        """Traits and findings as they are now."""
        body = {
            "traits": queries.current_traits(found),
            "findings": queries.metadata_findings(found),
        }
        return Response(bodies.TraitStateSerializer(body).data)

    @extend_schema(operation_id="traits_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """Current values by key, and what delivery would refuse about them."""
        return self.state(self.character(code))

    @extend_schema(operation_id="traits_set", request=bodies.TraitsSerializer)
    def patch(self, request: Request, code: uuid.UUID) -> Response:
        """Give traits their values, all or none; the history keeps what was before."""
        found = self.character(code)
        values = checked(self, bodies.TraitsSerializer, request.data)["traits"]
        services.set_traits(actor=self.person, character=found, values=values)
        return self.state(found)


class Proposals(CharacterView):
    """What pictures suggest for the traits of a character."""

    serializer_class = bodies.ProposalSerializer
    pagination_class = None

    @extend_schema(
        operation_id="proposals_list", responses={200: bodies.ProposalSerializer(many=True)}
    )
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """Proposals that nobody has decided."""
        rows = queries.open_proposals(self.character(code))
        return Response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        operation_id="proposals_create",
        request=bodies.ProposeSerializer,
        responses={201: bodies.ProposalSerializer(many=True)},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Look at a picture and propose; nothing is written to the traits."""
        found = self.character(code)
        wanted = checked(self, bodies.ProposeSerializer, request.data)["version"]
        picture = Version.objects.get_visible(self.person, code=wanted)
        services.propose_traits(actor=self.person, character=found, picture=picture)
        rows = queries.open_proposals(found)
        return Response(self.get_serializer(rows, many=True).data, status=201)


class OneProposal(CharacterView):
    """One proposal."""

    serializer_class = bodies.ProposalSerializer

    @extend_schema(operation_id="proposals_decide", request=bodies.DecisionSerializer)
    def post(self, request: Request, code: uuid.UUID, proposal: uuid.UUID) -> Response:
        """Take it over, or dismiss it."""
        found = self.character(code)
        accept = checked(self, bodies.DecisionSerializer, request.data)["accept"]
        row = proposal_of(self.person, found, proposal)
        services.decide_proposal(actor=self.person, proposal=row, accept=accept)
        return Response(self.get_serializer(row).data)


class Rights(CharacterView):
    """The rights of a character."""

    serializer_class = bodies.RightsStateSerializer

    def state(self, found: Character, status: int = 200) -> Response:
        """Standing and records as they are now."""
        standing = queries.rights_standing(found)
        body = {
            "is_valid": standing.is_valid,
            "reason": standing.reason,
            "records": queries.rights_records(found),
        }
        return Response(bodies.RightsStateSerializer(body).data, status=status)

    @extend_schema(operation_id="rights_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """Whether the likeness may be used today, why, and the records."""
        return self.state(self.character(code))

    @extend_schema(
        operation_id="rights_create",
        request=bodies.NewRightsSerializer,
        responses={201: bodies.RightsStateSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Write down on which ground the likeness may be used."""
        found = self.character(code)
        values = checked(self, bodies.NewRightsSerializer, request.data)
        if wanted := values.pop("evidence"):
            values["evidence"] = Version.objects.for_detail().get_visible(self.person, code=wanted)
        services.record_rights(actor=self.person, character=found, **values)
        return self.state(found, status=201)


class RevokeRights(Rights):
    """One rights record."""

    http_method_names = ["post", "options"]

    @extend_schema(operation_id="rights_revoke", request=None)
    def post(self, request: Request, code: uuid.UUID, record: uuid.UUID) -> Response:  # type: ignore[override]
        """Say that it no longer holds; it stays on file."""
        found = self.character(code)
        rows = RightsRecord.objects.select_related("character__project")
        row = rows.filter(character=found, code=record).first()
        if row is None:
            raise NotFound("There is no such rights record.")
        services.revoke_rights(actor=self.person, record=row)
        return self.state(found)


class Fields(CharacterView):
    """The metadata schema of a project."""

    serializer_class = bodies.FieldSerializer
    queryset = MetadataField.objects.none()
    pagination_class = None

    @extend_schema(operation_id="metadata_list", responses={200: bodies.FieldSerializer(many=True)})
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """The fields, in order, retired ones included."""
        project = Project.objects.get_visible(self.person, code=code)
        rows = queries.fields_of(project, retired=True)
        return Response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        operation_id="metadata_define",
        request=bodies.NewFieldSerializer,
        responses={201: bodies.FieldSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Define a field, change the one of this key, or bring a retired one back."""
        project = Project.objects.get_visible(self.person, code=code)
        values = checked(self, bodies.NewFieldSerializer, request.data)
        made = services.define_field(actor=self.person, project=project, **values)
        return Response(self.get_serializer(made).data, status=201)


class OneField(CharacterView):
    """One field of the schema."""

    serializer_class = bodies.FieldSerializer
    queryset = MetadataField.objects.none()

    @extend_schema(operation_id="metadata_retire", responses={200: bodies.FieldSerializer})
    def delete(self, request: Request, code: uuid.UUID, key: str) -> Response:
        """No longer ask for it; values that were given stay in the history."""
        project = Project.objects.get_visible(self.person, code=code)
        row = MetadataField.objects.select_related("project").filter(project=project, key=key)
        field = row.first()
        if field is None:
            raise NotFound("The project keeps no such trait.")
        services.retire_field(actor=self.person, field=field)
        return Response(self.get_serializer(field).data)
