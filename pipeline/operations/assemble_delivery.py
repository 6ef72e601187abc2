"""`delivery.assemble`: finals, their metadata and a list of checksums in one ZIP."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from assets.models import LineageRole
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.models import OperationGroup
from pipeline.providers.local.packages import CHECKSUMS

MAX_MEDIA = 500
MAX_DOCUMENTS = 20_000
#: All documents of a package together, in characters.
MAX_DOCUMENT_CHARACTERS = 20_000_000

#: A relative path of plain names: nothing that a file system could take for something else.
PackagePath = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$", max_length=240
    ),
]


class PackedMedia(BaseModel):
    """One of the inputs under the name that it has in the package."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: PackagePath
    input: int = Field(ge=0, lt=MAX_MEDIA, title="Input", description="Its place, from 0.")


class PackedDocument(BaseModel):
    """A text file of the package."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: PackagePath
    text: str


class AssembleDelivery(Parameters):
    """What lies where in the package."""

    media: list[PackedMedia] = Field(
        min_length=1, max_length=MAX_MEDIA, title="Media", description="Inputs by their place."
    )
    documents: list[PackedDocument] = Field(
        default_factory=list,
        max_length=MAX_DOCUMENTS,
        title="Documents",
        description="Text files: metadata, sidecars, schemas.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        paths = [media.path.lower() for media in self.media]
        paths += [document.path.lower() for document in self.documents]
        if len(set(paths)) != len(paths) or CHECKSUMS.lower() in paths:
            raise ValueError("Two files of the package have the same name.")
        if sum(len(document.text) for document in self.documents) > MAX_DOCUMENT_CHARACTERS:
            raise ValueError(
                f"The documents have more than {MAX_DOCUMENT_CHARACTERS:,} characters."
            )
        return self


ASSEMBLE_DELIVERY = OperationSpec(
    code="delivery.assemble",
    title="Assemble delivery",
    group=OperationGroup.Code.PROCESS,
    summary="Packs finals with their metadata into a ZIP; the same content makes the same bytes.",
    parameters=AssembleDelivery,
    output_kind="archive",
    inputs=(
        InputSpec(
            LineageRole.Code.SOURCE,
            ("video", "archive"),
            at_least=1,
            at_most=MAX_MEDIA,
            help="The files to deliver.",
        ),
    ),
    offers=(
        OfferSpec(
            provider="local",
            model="packer",
            title="Local packer",
            version="1",
            sku="delivery.assemble/local/packer",
            most_milli=lambda parameters: 60_000,
            note="Copies files on this machine; media are stored, not compressed again.",
        ),
    ),
    is_seeded=False,
    is_listed=False,
    title_of=lambda parameters: "Delivery package",
)
