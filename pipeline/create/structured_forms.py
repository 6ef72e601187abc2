"""The form of a structured prompt, made from its declaration, and the settings around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django import forms

from pipeline.create.running import key_of
from pipeline.imaging.lighting_rig import LAMPS, RANGES, STANDARD_RIG, Lamp, Rig
from pipeline.imaging.structured import (
    Document,
    Problem,
    StructuredPrompt,
    Unreadable,
    check,
    from_document,
    from_fields,
    read_text,
    to_fields,
    to_text,
)
from pipeline.imaging.structured_words import (
    MOST_CHARACTERS,
    expand,
    length_of,
    read_in_part,
    tokens_of,
)
from pipeline.operations.create_image import ASPECTS, CREATE_IMAGE
from pipeline.operations.declaration import MAX_RANDOM_SEED
from pipeline.operations.offers import all_offers, why_unusable
from pipeline.operations.retirement import not_retired
from studio.core.forms import StudioForm
from studio.core.models import Project, User

#: What the names of the document's fields begin with in the form.
PREFIX = "d."
WORDS, PICTURE, REFINE = "words", "picture", "refine"
WAYS = ((WORDS, "Words"), (PICTURE, "Picture"), (REFINE, "Refine"))
#: The order of the form: (anchor, title, names of the document).
SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "scene",
        "Scene",
        ("short_description", "background_setting", "style_medium", "artistic_style", "context"),
    ),
    ("objects", "Objects", ("objects",)),
    ("lighting", "Lighting", ("lighting",)),
    ("camera", "Camera and lens", ("photographic_characteristics",)),
    ("aesthetics", "Composition, colour, mood", ("aesthetics",)),
    ("text", "Text in the picture", ("text_render",)),
    ("more", "For edits", ("edit_instruction",)),
)


@dataclass(frozen=True)
class Input:
    """One field of the form; `path` is its place in the document."""

    path: str
    title: str
    help: str
    rows: int
    is_number: bool
    is_optional: bool
    value: str

    @property
    def name(self) -> str:
        """Name in the form."""
        return PREFIX + self.path

    @property
    def id(self) -> str:
        """Id in the page."""
        return "d-" + self.path.replace(".", "-")


@dataclass(frozen=True)
class Row:
    """One item of a list: what is always asked, and what is asked on demand."""

    place: str
    inputs: list[Input]
    more: list[Input]

    @property
    def is_more_open(self) -> bool:
        """Whether something that is asked on demand was given."""
        return any(item.value for item in self.more)


@dataclass(frozen=True)
class Section:
    """A part of the form: plain fields, a group that may be absent, or a list of rows."""

    anchor: str
    title: str
    inputs: list[Input] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    list_name: str = ""
    row_title: str = ""
    blank: Row | None = None
    switch: str = ""
    is_on: bool = True


def sections_of(document: Document) -> list[Section]:
    """The form of a document."""
    values = to_fields(from_document(document))
    declared = {item.name: item for item in fields(StructuredPrompt)}
    made = []
    for anchor, title, names in SECTIONS:
        meta = declared[names[0]].metadata
        group = meta.get("group")
        if group and meta["many"]:
            rows = range(len(getattr(from_document(document), names[0])))
            made.append(
                Section(
                    anchor,
                    title,
                    rows=[_row(group, names[0], str(number), values) for number in rows],
                    list_name=names[0],
                    row_title=meta["title"],
                    blank=_row(group, names[0], "__", {}),
                )
            )
        elif group:
            inputs = [_input(item, f"{names[0]}.", values) for item in fields(group)]
            switch = names[0] if meta["nullable"] else ""
            is_on = not switch or bool(values.get(switch))
            made.append(Section(anchor, title, inputs, switch=switch, is_on=is_on))
        else:
            inputs = [_input(declared[name], "", values) for name in names]
            made.append(Section(anchor, title, inputs))
    return made


def _row(group: type[Any], name: str, place: str, values: Mapping[str, str]) -> Row:
    inputs = [_input(item, f"{name}.{place}.", values) for item in fields(group)]
    return Row(
        place,
        [item for item in inputs if not item.is_optional],
        [item for item in inputs if item.is_optional],
    )


def _input(item: Any, path: str, values: Mapping[str, str]) -> Input:
    meta = item.metadata
    return Input(
        path=path + item.name,
        title=meta["title"],
        help=meta.get("help", ""),
        rows=meta.get("rows", 1),
        is_number=meta.get("kind") == "integer",
        is_optional=bool(meta.get("optional")),
        value=values.get(path + item.name, ""),
    )


@dataclass(frozen=True)
class Checked:
    """A document as it was sent: what is wrong with it, and what it says in sentences.

    `document` is None where the text is no JSON; then `unreadable` says why and where.
    """

    text: str
    document: Document | None
    unreadable: Unreadable | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from being used."""
        return [problem for problem in self.problems if not problem.is_note]

    @property
    def is_usable(self) -> bool:
        """Whether a picture can be made from it."""
        return self.document is not None and not self.errors

    @property
    def words(self) -> str:
        """What models get that read no documents."""
        return expand(self.document or {})

    @property
    def tokens(self) -> int:
        """About how many tokens the sentences are."""
        return tokens_of(self.words)

    @property
    def left_off(self) -> int:
        """Characters that do not fit into the longest prompt."""
        return max(0, length_of(self.document or {}) - MOST_CHARACTERS)

    @property
    def readers(self) -> list[str]:
        """Encoders that read only the beginning."""
        return read_in_part(self.words)


def checked_text(text: str) -> Checked:
    """A raw document, checked."""
    try:
        document = read_text(text)
    except Unreadable as error:
        return Checked(text, None, error)
    return Checked(text, document, problems=check(document))


def checked_form(sent: Mapping[str, str]) -> Checked:
    """The document that the form's fields stand for, checked."""
    values = {
        name.removeprefix(PREFIX): value for name, value in sent.items() if name.startswith(PREFIX)
    }
    document = from_fields(values)
    return Checked(to_text(document), document, problems=check(document))


def rig_of(sent: Mapping[str, str]) -> Rig:
    """The lighting rig that was sent; what is missing is as in the standard rig.

    Raises:
        ValueError: a setting is no whole number, or out of range.
    """
    lamps = {}
    for lamp in LAMPS:
        usual = getattr(STANDARD_RIG, lamp)
        given = {n: sent.get(f"rig.{lamp}.{n}", str(getattr(usual, n))) for n in RANGES}
        lamps[lamp] = Lamp(**{name: int(text[:8]) for name, text in given.items()})
    return Rig(**lamps)


def rig_inputs(rig: Rig) -> list[tuple[str, list[tuple[str, int, int, int, str]]]]:
    """The sliders: lamp, then (setting, value, least, most, unit)."""
    return [
        (lamp, [(name, getattr(getattr(rig, lamp), name), *RANGES[name]) for name in RANGES])
        for lamp in LAMPS
    ]


class SettingsForm(StudioForm):
    """What is asked around the document: where, from what, and which picture."""

    project = forms.ChoiceField(label="Project")
    way = forms.ChoiceField(
        label="Have a document made from",
        choices=WAYS,
        initial=WORDS,
        required=False,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label="In your words",
        max_length=MOST_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Words: what the picture shows. Picture: what to heed in it, or nothing. Refine:"
        " what to change in the document.",
    )
    model = forms.ChoiceField(label="Model", required=False)
    aspect = forms.ChoiceField(
        label="Aspect", choices=[(a, a) for a in ASPECTS], initial="1:1", required=False
    )
    quality = forms.ChoiceField(
        label="Quality",
        choices=[("draft", "Draft"), ("standard", "Standard"), ("premium", "Premium")],
        initial="standard",
        required=False,
    )
    variations = forms.IntegerField(
        label="Variations", min_value=1, max_value=10, initial=1, required=False
    )
    random_seed = forms.IntegerField(
        label="Random seed", min_value=0, max_value=MAX_RANDOM_SEED, required=False
    )

    def __init__(self, *args: Any, user: User, projects: Sequence[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["project"]
        chosen.choices = [(str(p.code), p.name) for p in projects]
        # Bria reads the document itself; but what the person can't use must not be the first choice
        self.offers = sorted(
            not_retired(all_offers(CREATE_IMAGE)),
            key=lambda o: (bool(why_unusable(o, user)), o.provider != "bria"),
        )
        models: Any = self.fields["model"]
        models.choices = [(key_of(offer), offer.title) for offer in self.offers]
        for name in ("model", "aspect", "quality", "variations", "random_seed"):
            self.fields[name].widget.attrs["form"] = "structured-form"

    @property
    def follows_document(self) -> bool:
        """Whether the chosen model reads the document itself."""
        wanted = self["model"].value()
        named = (offer for offer in self.offers if key_of(offer) == wanted)
        return "structured_prompt" not in next(named, self.offers[0]).ignores
