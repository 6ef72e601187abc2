"""The API of imports."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from assets.storage.backends import backend, check_space, disk_errors, spooled
from assets.storage.parsers import UploadParser
from pipeline.seeds import serializers as bodies
from pipeline.seeds.onboarding.services import plan_archive, run_archive
from studio.core.api.people import checked
from studio.core.models import Project, User


class ImportCharacters(generics.GenericAPIView[Any]):
    """Onboarding many characters."""

    parser_classes = [UploadParser]
    serializer_class = bodies.ImportReportSerializer

    @extend_schema(
        operation_id="characters_import",
        request={"multipart/form-data": bodies.ImportSerializer},
        responses={200: bodies.ImportReportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Import a ZIP with a folder for each character; doing it again adds nothing."""
        values = checked(self, bodies.ImportSerializer, request.data)
        actor = cast(User, request.user)
        project = Project.objects.get_visible(actor, code=values["project"])
        file = values["archive"]
        check_space(file.size or 0)
        with spooled(backend()) as path:
            with disk_errors(), path.open("xb") as target:
                for chunk in cast(Any, file).chunks():
                    cast(BinaryIO, target).write(chunk)
            plan = plan_archive(actor=actor, project=project, path=path)
            if values["dry_run"]:
                body = {
                    "characters": [p.name for p in plan.characters if not p.existing and p.wanted],
                    "pictures": plan.file_count,
                    "skipped": sum(len(p.files) - len(p.wanted) for p in plan.characters),
                    "refused": [{"path": p, "reason": r} for p, r in plan.ignored],
                }
                return Response(self.get_serializer(body).data)
            report = run_archive(actor=actor, project=project, path=path)
        refused = [*plan.ignored, *report.refused]
        body = {
            "characters": [character.name for character in report.made],
            "pictures": report.added,
            "skipped": report.skipped,
            "refused": [{"path": p, "reason": r} for p, r in refused],
        }
        return Response(self.get_serializer(body).data)
