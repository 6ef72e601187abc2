"""The schema keeps the data rules: lookups for states, deliberate deletion, one direction."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField, HStoreField
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from studio.core.lookups import Lookup, Transition

PACKAGES = ("studio", "assets", "billing", "pipeline")
MODELS = [m for name in PACKAGES for m in apps.get_app_config(name).get_models()]
FIELDS = [(m, f) for m in MODELS for f in m._meta.concrete_fields]
RELATIONS = [(m, f) for m, f in FIELDS if isinstance(f, models.ForeignKey)]

#: Names that say that a column holds a state, a kind, a role…: such a column is a foreign key.
STATE = re.compile(
    r"(^|_)(state|status|kind|type|role|verdict|priority|mode|stage|phase|level|category|class|"
    r"severity|direction|scope|unit|visibility|source)$"
)
#: Text in somebody else's vocabulary, which no table of ours could list.
FOREIGN_WORDS = {
    "Blob.media_type": "a MIME type, as sniffed",
    "Upload.media_type": "a MIME type, as claimed",
    "Rendition.media_type": "a MIME type",
    "Attempt.stage": "what the operation says it is doing, for people to read",
    "InstallNode.node_class": "what ComfyUI calls a kind of node",
}


def ids(pairs: list[tuple[Any, Any]]) -> list[str]:
    return [f"{model.__name__}.{field.name}" for model, field in pairs]


def test_there_are_models_to_look_at() -> None:
    assert len(MODELS) >= 17
    assert len(RELATIONS) >= 15


@pytest.mark.parametrize(("model", "field"), FIELDS, ids=ids(FIELDS))
def test_columns(model: type[models.Model], field: Any) -> None:
    name = f"{model.__name__}.{field.name}"
    assert not field.choices, f"{name}: a choice is a row of a lookup table"
    assert not isinstance(field, ArrayField | HStoreField), f"{name}: no repeating groups"
    plain = isinstance(field, models.CharField | models.TextField | models.IntegerField)
    if plain and not issubclass(model, Lookup) and name not in FOREIGN_WORDS:
        assert not STATE.search(field.name), f"{name}: a state is a foreign key to a lookup"
    if isinstance(field, models.CharField | models.TextField) and not field.unique:
        assert not field.null, f"{name}: empty text says absent already"
    if isinstance(field, models.FloatField):
        assert re.search(r"_(ms|px|s|hz|db|deg|score|ratio|fraction|weight)$|score|ratio", name), (
            f"{name}: a fraction without a unit"
        )


@pytest.mark.parametrize(("model", "field"), RELATIONS, ids=ids(RELATIONS))
def test_relations(model: type[models.Model], field: Any) -> None:
    name = f"{model.__name__}.{field.name}"
    deletion = field.remote_field.on_delete
    assert deletion is not models.DO_NOTHING, f"{name}: DO_NOTHING leaves orphans to chance"
    target = field.related_model
    # An allowed change of state goes with the state; all else keeps a lookup's row alive.
    if issubclass(target, Lookup) and not issubclass(model, Transition):
        assert deletion is models.PROTECT, f"{name}: a lookup's row in use must stay"
    if target._meta.app_label in PACKAGES:
        here, there = PACKAGES.index(model._meta.app_label), PACKAGES.index(target._meta.app_label)
        assert there <= here, f"{name} points to the right: {model._meta.app_label} → {target}"


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_models_explain_themselves(model: type[models.Model]) -> None:
    text = inspect.cleandoc(model.__dict__.get("__doc__") or "")
    assert text, f"{model.__name__} has no docstring"
    assert not text.startswith(f"{model.__name__}("), "Django's own, made from the fields"
    assert "row" in text.split("\n\n")[0].lower(), "says which fact a row states"
    assert model.__str__ is not models.Model.__str__
    names = [constraint.name for constraint in model._meta.constraints]
    assert all(name and not name.startswith("%") for name in names)


def indexes(path: Path) -> list[tuple[int, bool]]:
    """Line of each declared index, and whether the line above it is a comment."""
    lines = path.read_text().splitlines()
    found = []
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if called.endswith("Index"):
                found.append((node.lineno, lines[node.lineno - 2].strip().startswith("#")))
    return found


def test_every_index_names_its_query() -> None:
    root = Path(settings.BASE_DIR)
    files = [
        path
        for name in PACKAGES
        for path in (root / name).rglob("*.py")
        if path.name == "models.py" or "models" in path.parent.parts[-1:]
    ]
    found = [(path, *index) for path in files for index in indexes(path)]
    silent = [f"{path.relative_to(root)}:{line}" for path, line, told in found if not told]
    assert not silent, f"indexes without a comment naming their query: {silent}"
    assert len(found) >= 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [m for m in MODELS if issubclass(m, Lookup)], ids=lambda m: m.__name__
)
def test_lookups_are_in_step(model: type[Lookup]) -> None:
    declared = {row.pk: (row.code, row.label) for row in model.rows()}
    found = {row.pk: (row.code, row.label) for row in model._default_manager.all()}
    assert found == declared
    assert len({code for code, _ in declared.values()}) == len(declared)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [m for m in MODELS if issubclass(m, Transition)], ids=lambda m: m.__name__
)
def test_transitions_are_in_step_and_enforced(model: type[Transition]) -> None:
    declared = {(a.value if a is not None else None, b.value) for a, b in model.allowed}
    assert set(model._default_manager.values_list("from_state_id", "to_state_id")) == declared
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE encode(tgargs, 'escape') LIKE %s",
            [f"%{model._meta.db_table}%"],
        )
        assert cursor.fetchone()[0] >= 1, f"no trigger enforces {model.__name__}"


def test_migrations_can_be_taken_back() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {key: m for key, m in loader.disk_migrations.items() if key[0] in PACKAGES}
    stuck = [
        f"{app}.{name}: {type(operation).__name__}"
        for (app, name), migration in ours.items()
        for operation in migration.operations
        if not operation.reversible
    ]
    assert not stuck
    assert len(ours) >= 3
