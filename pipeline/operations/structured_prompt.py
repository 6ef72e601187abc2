"""`prompt.structure`: a prompt turned into a document that says everything about a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, field_validator

from pipeline.operations.declaration import InputSpec, OperationSpec, Parameters
from pipeline.operations.limits import InputFacts
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import BASE, BRIA_FILES, bria
from pipeline.operations.values import MAX_DOCUMENT, check_document, words


class StructurePrompt(Parameters):
    """What is described: words, a picture, both, or a document with words that refine it."""

    prompt: str = words("Prompt", "What the picture shows; with a document, what to change in it.")
    structured_prompt: str = Field(
        "",
        max_length=MAX_DOCUMENT,
        title="Structured prompt",
        description="An earlier document to refine, as JSON.",
        json_schema_extra={"widget": "textarea"},
    )

    @field_validator("structured_prompt")
    @classmethod
    def _check_document(cls, text: str) -> str:
        return check_document(text)


def _one_way(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    """Bria takes exactly one combination: words, picture, both, or document and words."""
    if parameters.structured_prompt:
        if inputs:
            return "Refine a document by words, or describe a picture: not both at once."
        if not parameters.prompt:
            return "Say in the prompt what to change in the document."
        return ""
    return "" if parameters.prompt or inputs else "Write a prompt, or choose a picture."


STRUCTURE_PROMPT = OperationSpec(
    code="prompt.structure",
    title="Structure prompt",
    group=OperationGroup.Code.CREATE,
    summary="Describes a picture as a JSON document: objects, light, lens, colours, text.",
    parameters=StructurePrompt,
    output_kind="text",
    inputs=(InputSpec(BASE, help="A picture to describe."),),
    offers=(
        bria(
            "prompt.structure",
            "Bria FIBO",
            model="fibo",
            identifier="FIBO",
            limits={BASE: BRIA_FILES},
            refuses=_one_way,
        ),
    ),
    title_of=lambda parameters: parameters.prompt or "Structured prompt",
)
