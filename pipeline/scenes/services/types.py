"""Scene types: made, changed by new versions, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from assets.models import LineageRole
from pipeline.scenes.events import SceneEvents
from pipeline.scenes.models import Gate, Measure, ScenePrompt, SceneType, SceneTypeVersion
from pipeline.scenes.models.types import INHERITABLE
from pipeline.scenes.planning import plan_segments
from pipeline.scenes.recipe import (
    EXTRA,
    GATES,
    MOST_DEPTH,
    PROMPT,
    GateRule,
    Recipe,
    merge,
    resolve,
    stated_levels,
)
from pipeline.scenes.requests import DECIDED, clean_parameters, takes_input
from pipeline.scenes.slots import check_slots
from pipeline.scenes.values import Problems, read_values
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.lookups import Codes
from studio.core.models import Project, User
from studio.live.services import record_event

MOST_NAME, MOST_NOTE = 80, 300


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently; both as people read them."""

    field: str
    before: Any
    after: Any


def create_scene_type(
    *,
    actor: User,
    project: Project,
    name: str,
    values: Mapping[str, Any],
    parent: SceneTypeVersion | None = None,
) -> SceneTypeVersion:
    """Make a scene type with its first version.

    Args:
        values: see `pipeline.scenes.values.read_values`.
        parent: a version of another scene type of the project, from which the rest is inherited.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Invalid: with messages by field.
        Conflict: the project has a scene type of this name.
    """
    require(actor, CapabilityCode.CREATE, project)
    name = _name(name)
    checked = _check(project, values, parent)
    slug = slugify(name)[:40] or "scene-type"
    try:
        with transaction.atomic():
            scene_type = SceneType.objects.create(
                project=project, name=name, slug=slug, created_by=actor
            )
            version = _write(actor, scene_type, 1, checked, parent)
            _record(SceneEvents.TYPE_CREATED, actor, version)
    except IntegrityError as error:
        if "scene_type_slug_once" not in str(error):
            raise
        message = f"“{project.name}” has a scene type of this name."
        raise Conflict(
            message, remedy="Choose another name.", fields={"name": [message]}
        ) from error
    return version


def add_type_version(
    *,
    actor: User,
    scene_type: SceneType,
    values: Mapping[str, Any],
    parent: SceneTypeVersion | None = None,
) -> SceneTypeVersion:
    """Add a version to a scene type; scenes keep theirs until they are upgraded.

    `values` is all that the new version states; nothing is taken over from the one before.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Invalid: with messages by field.
    """
    require(actor, CapabilityCode.CREATE, scene_type.project)
    if parent is not None and parent.scene_type_id == scene_type.pk:
        message = "A scene type can't inherit from itself."
        raise Invalid(message, fields={"parent": [message]})
    checked = _check(scene_type.project, values, parent)
    with transaction.atomic():
        locked = SceneType.objects.select_for_update().get(pk=scene_type.pk)
        last = locked.versions.aggregate(last=Max("number"))["last"] or 0
        version = _write(actor, scene_type, last + 1, checked, parent)
        _record(SceneEvents.TYPE_CHANGED, actor, version)
    return version


def type_differences(before: SceneTypeVersion, after: SceneTypeVersion) -> list[Difference]:
    """What two versions say differently when all that they inherit is filled in."""
    left, right = _in_words(resolve(before)), _in_words(resolve(after))
    return [
        Difference(name, left.get(name), right.get(name))
        for name in [*left, *(name for name in right if name not in left)]
        if left.get(name) != right.get(name)
    ]


def _in_words(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain values by name; gates and further parameters one by one."""
    found: dict[str, Any] = {}
    for name, value in recipe.values().items():
        found[name] = value.label if isinstance(value, Codes) else value
    found["offer"] = str(recipe.offer)
    found |= {PROMPT: recipe.prompt, "negative_prompt": recipe.negative_prompt}
    for rule in recipe.gates:
        found[f"gate: {Measure.Code(rule.measure_id).label}"] = _gate_in_words(rule)
    return found | {f"extra: {name}": value for name, value in sorted(recipe.extra.items())}


def _gate_in_words(rule: GateRule) -> str:
    parts = [rule.level_id.label.lower()]
    if rule.least_score is not None:
        parts.append(f"below {rule.least_score:g}")
    if rule.most_score is not None:
        parts.append(f"above {rule.most_score:g}")
    return " ".join(parts)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MOST_NAME:
        message = f"A name has 1 to {MOST_NAME} characters."
        raise Invalid(message, fields={"name": [message]})
    return name


@dataclass(frozen=True)
class _Checked:
    level: dict[str, Any]
    note: str


def _check(
    project: Project, values: Mapping[str, Any], parent: SceneTypeVersion | None
) -> _Checked:
    """What the version states, checked on its own and together with what it inherits."""
    if parent is not None and parent.scene_type.project_id != project.pk:
        message = "The parent belongs to another project."
        raise Invalid(message, fields={"parent": [message]})
    above = stated_levels(parent)
    if len(above) >= MOST_DEPTH:
        message = f"At most {MOST_DEPTH} scene types can inherit from each other in a row."
        raise Invalid(message, fields={"parent": [message]})
    level = read_values(values, has_parent=parent is not None)
    level[PROMPT] = _prompts(level[PROMPT], merge(above) if above else None)
    note = str(values.get("note") or "").strip()
    problems = Problems()
    if len(note) > MOST_NOTE:
        problems.add("note", f"At most {MOST_NOTE} characters.")
    _check_recipe(merge([level, *above]), project, problems)
    problems.raise_if_any()
    return _Checked(level, note)


def _prompts(stated: tuple[str | None, str | None], above: Recipe | None) -> tuple[str, str] | None:
    """Both prompts, where one is stated: the other one is taken over as it is inherited now."""
    if above is not None and stated == (None, None):
        return None
    inherited = (above.prompt, above.negative_prompt) if above is not None else ("", "")
    prompt, negative = (
        own if own is not None else up for own, up in zip(stated, inherited, strict=True)
    )
    return prompt, negative


def _check_recipe(recipe: Recipe, project: Project, problems: Problems) -> None:
    for name, text in (("prompt", recipe.prompt), ("negative_prompt", recipe.negative_prompt)):
        try:
            check_slots(text, project, field=name)
        except Invalid as error:
            problems.merge(error, name)
    spec = recipe.operation
    starts = takes_input(spec, LineageRole.Code.START_FRAME)
    if spec.output_kind != "video" or not starts:
        problems.add("offer", f"“{spec.title}” makes no video from a start frame.")
        return
    for name in sorted(set(recipe.extra) & DECIDED):
        problems.add("extra", f"“{name}” is decided by the recipe itself.")
    try:
        planned = plan_segments(
            recipe.target_frames,
            recipe.tolerance_frames,
            recipe.segment_min_frames,
            recipe.segment_max_frames,
        )
        clean_parameters(recipe, max(planned))
        clean_parameters(recipe, recipe.segment_max_frames)
    except Invalid as error:
        _sort_out(error, recipe, problems)


#: Where a message about a take's parameter belongs in the recipe.
_PLACES = {"frames": "segment_max_frames"}


def _sort_out(error: Invalid, recipe: Recipe, problems: Problems) -> None:
    for name, messages in (error.fields or {"target_frames": [error.detail]}).items():
        if name in INHERITABLE:
            place, words = name, messages
        elif name in recipe.extra:
            place, words = "extra", [f"{name}: {message}" for message in messages]
        else:
            place, words = _PLACES.get(name, "offer"), messages
        if name == "target_frames" and error.detail not in words:
            words = [error.detail]
        problems.fields.setdefault(place, []).extend(words)


def _write(
    actor: User,
    scene_type: SceneType,
    number: int,
    checked: _Checked,
    parent: SceneTypeVersion | None,
) -> SceneTypeVersion:
    level = dict(checked.level)
    columns = {name: level[name] for name in INHERITABLE}
    for name in ("stitch_mode", "seed_strategy"):
        code = columns.pop(name)
        columns[f"{name}_id"] = code.value if code is not None else None
    version = SceneTypeVersion.objects.create(
        scene_type=scene_type,
        number=number,
        parent=parent,
        **columns,
        extra=level[EXTRA],
        note=checked.note,
        created_by=actor,
    )
    if level[PROMPT] is not None:
        template, negative = level[PROMPT]
        ScenePrompt.objects.create(
            type_version=version, template=template, negative_template=negative
        )
    Gate.objects.bulk_create(
        Gate(
            type_version=version,
            measure_id=int(rule.measure_id),
            level_id=int(rule.level_id),
            least_score=rule.least_score,
            most_score=rule.most_score,
        )
        for rule in level[GATES]
    )
    return version


def _record(kind: SceneEvents, actor: User, version: SceneTypeVersion) -> None:
    scene_type = version.scene_type
    record_event(
        kind,
        project=scene_type.project,
        actor=actor,
        subject_code=scene_type.code,
        label=scene_type.name,
        data={"version": version.number, "note": version.note},
    )
