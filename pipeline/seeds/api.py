"""The API of seed images and their variations."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Version
from pipeline.jobs.api.serializers import JobSerializer
from pipeline.jobs.api.views import get_job
from pipeline.jobs.models import Job
from pipeline.seeds import cropping, queries, services
from pipeline.seeds import serializers as bodies
from pipeline.seeds.models import CheckResult, SeedImage, SeedSlot, Variation, VariationMethod
from studio.core.api.people import checked
from studio.core.errors import Invalid, NotFound
from studio.core.models import ApiScope, User


class SeedView(generics.GenericAPIView[Any]):
    """Common to all: seed images and variations must be visible to the caller."""

    serializer_class: type[Any] = bodies.VariationSerializer
    queryset: Any = Variation.objects.none()

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def seed_image(self, code: uuid.UUID) -> SeedImage:
        """The seed image.

        Raises:
            NotFound: there is none, or it is not for this person.
        """
        return queries.visible_seed_image(self.person, code)

    def variation(self, code: uuid.UUID) -> Variation:
        """The variation, likewise."""
        return queries.visible_variation(self.person, code)

    def version(self, code: uuid.UUID) -> Version:
        """A version, likewise."""
        return Version.objects.get_visible(self.person, code=code)

    def answer(self, code: uuid.UUID, status: int = 200) -> Response:
        """The variation as it is now."""
        body = bodies.VariationSerializer(self.variation(code)).data
        return Response(body, status=status)

    def job(self, made: Job) -> Response:
        """The job that was made."""
        return Response(JobSerializer(get_job(self.person, made.code)).data, status=201)


class SeedImages(SeedView, generics.ListAPIView[SeedImage]):
    """Seed images."""

    serializer_class = bodies.SeedImageSerializer
    queryset = SeedImage.objects.none()

    def get_queryset(self) -> QuerySet[SeedImage]:
        """Those that the caller sees."""
        heroes = Prefetch("variations", Variation.objects.filter(is_hero=True), to_attr="heroes")
        rows = SeedImage.objects.visible_to(self.person)
        found = rows.select_related("character").prefetch_related(heroes)
        if text := self.request.query_params.get("character", ""):
            try:
                found = found.filter(character__code=uuid.UUID(text))
            except ValueError as error:
                raise Invalid(fields={"character": ["A character's code."]}) from error
        return found

    @extend_schema(
        operation_id="seed_images_list",
        parameters=[OpenApiParameter("character", uuid.UUID, description="of one character")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Seed images, newest first; each character has a slot `a` and a slot `b`."""
        return super().get(request, *args, **kwargs)


class OneSeedImage(SeedImages):
    """One seed image."""

    @extend_schema(operation_id="seed_images_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:  # type: ignore[override]
        """One seed image with its hero."""
        found = self.get_queryset().filter(code=code).first()
        if found is None:
            raise NotFound("There is no such seed image, or it is not shared with you.")
        return Response(self.get_serializer(found).data)


class Variations(SeedView, generics.ListAPIView[Variation]):
    """The variations of a seed image."""

    def get_queryset(self) -> QuerySet[Variation]:
        """Newest first; `?discarded=true`: those that were taken out."""
        found = self.seed_image(self.kwargs["code"])
        discarded = self.request.query_params.get("discarded", "") == "true"
        rows = found.variations.filter(discarded_at__isnull=not discarded)
        result: QuerySet[Variation] = queries.with_files(rows.order_by())
        return result

    @extend_schema(
        operation_id="variations_list",
        parameters=[OpenApiParameter("discarded", bool, description="those taken out instead")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Variations with their checks, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="variations_create",
        request=bodies.NewVariationSerializer,
        responses={201: bodies.VariationSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Make an uploaded picture (see `/uploads/`) a variation; it is checked at once."""
        found = self.seed_image(code)
        values = checked(self, bodies.NewVariationSerializer, request.data)
        made = services.upload_variation(
            actor=self.person,
            seed_image=found,
            version=self.version(values["version"]),
            method=VariationMethod.Code(VariationMethod.Code.by_code(values["method"])),
        )
        return self.answer(made.code, status=201)


class Generate(SeedView):
    """Having a seed image made from the other one."""

    required_scope = ApiScope.Code.SPEND
    serializer_class = JobSerializer

    @extend_schema(
        operation_id="seed_images_generate",
        request=bodies.GenerateSerializer,
        responses={201: JobSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Forward for a Seed B, reverse for a Seed A; the outputs become variations."""
        found = self.seed_image(code)
        values = checked(self, bodies.GenerateSerializer, request.data)
        to_b = found.slot_id == SeedSlot.Code.B
        ask = services.request_forward if to_b else services.request_reverse
        return self.job(ask(actor=self.person, seed_image=found, **values))


class Merge(SeedView):
    """Merging two variations."""

    required_scope = ApiScope.Code.SPEND
    serializer_class = JobSerializer

    @extend_schema(
        operation_id="seed_images_merge",
        request=bodies.MergeSerializer,
        responses={201: JobSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Lay the second into the first where the mask is white; parameters as `seed.merge`."""
        found = self.seed_image(code)
        values = checked(self, bodies.MergeSerializer, request.data)
        wanted = [values["first"], values["second"]]
        made = services.request_merge(
            actor=self.person,
            parents=queries.variations_by_code(self.person, found, wanted),
            mask=self.version(values["mask"]),
            parameters=values["parameters"],
        )
        return self.job(made)


class OneVariation(SeedView):
    """One variation."""

    @extend_schema(operation_id="variations_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """One variation with its checks; `verdict` is null while they are made."""
        return self.answer(code)


class Hero(SeedView):
    """Choosing the hero."""

    @extend_schema(operation_id="variations_choose", request=None)
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Make it the one that scenes are made from; 409 says what is in the way."""
        services.choose_hero(actor=self.person, variation=self.variation(code))
        return self.answer(code)


class Waive(SeedView):
    """Accepting a warning."""

    @extend_schema(operation_id="variations_waive", request=bodies.WaiveSerializer)
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Take a warning upon oneself, with a reason that is kept."""
        found = self.variation(code)
        values = checked(self, bodies.WaiveSerializer, request.data)
        rows = CheckResult.objects.select_related("variation__seed_image__character__project")
        result = rows.filter(variation=found, check_kind_id=int(values["check_code"])).first()
        if result is None:
            raise NotFound("This variation has no such check.")
        services.waive_warning(actor=self.person, result=result, reason=values["reason"])
        return self.answer(code)


class Discard(SeedView):
    """Taking variations out, and bringing them back."""

    @extend_schema(operation_id="variations_discard", responses={200: bodies.VariationSerializer})
    def delete(self, request: Request, code: uuid.UUID) -> Response:
        """Take it out of the grid; the file stays."""
        services.discard_variation(actor=self.person, variation=self.variation(code))
        return self.answer(code)

    @extend_schema(operation_id="variations_restore", request=None)
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Bring a discarded one back."""
        services.restore_variation(actor=self.person, variation=self.variation(code))
        return self.answer(code)


class CheckAgain(SeedView):
    """Checking once more."""

    @extend_schema(operation_id="variations_check", request=None)
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Check it once more, by the project's thresholds as they are now."""
        services.check_again(actor=self.person, variation=self.variation(code))
        return self.answer(code)


class Retouched(SeedView):
    """What came back from an external editor."""

    @extend_schema(
        operation_id="variations_retouched",
        request=bodies.RetouchedSerializer,
        responses={201: bodies.VariationSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Add a later version of the same asset as the next variation."""
        values = checked(self, bodies.RetouchedSerializer, request.data)
        made = services.add_retouched(
            actor=self.person,
            variation=self.variation(code),
            version=self.version(values["version"]),
        )
        return self.answer(made.code, status=201)


class Tool(SeedView):
    """A job that makes another variation from one."""

    required_scope = ApiScope.Code.SPEND
    serializer_class = JobSerializer
    service: Callable[..., Job]

    def make(self, request: Request, code: uuid.UUID) -> Response:
        """Submit it."""
        found = self.variation(code)
        values = checked(self, bodies.ParametersSerializer, request.data)
        made = type(self).service(
            actor=self.person, variation=found, parameters=values["parameters"]
        )
        return self.job(made)


class Refine(Tool):
    """Refinement."""

    service = staticmethod(services.request_refine)

    @extend_schema(
        operation_id="variations_refine",
        request=bodies.ParametersSerializer,
        responses={201: JobSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Level, even out, smooth; parameters as `seed.refine`."""
        return self.make(request, code)


class Crop(Tool):
    """Cropping."""

    service = staticmethod(services.request_crop)

    @extend_schema(
        operation_id="variations_crop_plan",
        parameters=[OpenApiParameter("aspect", str, enum=list(cropping.ASPECTS))],
        responses={200: bodies.CropPlanSerializer},
    )
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """A crop around the face, to be looked at before it is applied."""
        aspect = cropping.read_aspect(request.query_params.get("aspect", ""))
        box = cropping.planned(self.variation(code).version, aspect)
        return Response(bodies.CropPlanSerializer(box).data)

    @extend_schema(
        operation_id="variations_crop",
        request=bodies.ParametersSerializer,
        responses={201: JobSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Crop; parameters as `seed.crop`. The original stays."""
        return self.make(request, code)


class MakeAgain(SeedView):
    """Regenerating."""

    required_scope = ApiScope.Code.SPEND
    serializer_class = JobSerializer

    @extend_schema(
        operation_id="variations_make_again", request=None, responses={201: JobSerializer}
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Make variations with the settings of this one, from another random seed."""
        return self.job(services.make_again(actor=self.person, variation=self.variation(code)))
