"""Versions never change, states are moved by rules, bindings only where the graph fits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from billing.models import Price
from pipeline.operations.catalogue import CATALOGUE, get_operation
from pipeline.operations.models import Offer
from pipeline.operations.offers import all_offers, why_unusable
from pipeline.workflows.binding import bind_workflow, unbind_workflow, workflow_offers
from pipeline.workflows.dryrun import dry_run
from pipeline.workflows.events import WorkflowEvents
from pipeline.workflows.fitting import misfits
from pipeline.workflows.installing import install_ready_workflows, ready_workflows
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import (
    MissingKind,
    Readiness,
    Workflow,
    WorkflowState,
    WorkflowVersion,
)
from pipeline.workflows.parameters import document_of, parameter_from, parameters_of
from pipeline.workflows.services import (
    add_version,
    import_workflow,
    read_workflow,
    rename_workflow,
    set_archived,
    set_state,
)
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import Project, User
from studio.live.models import Event
from tests.pipeline.workflows.conftest import (
    AddInstance,
    check,
    make,
    production,
    tell,
    without_class,
)

pytestmark = pytest.mark.django_db
S = WorkflowState.Code


def kinds() -> list[int]:
    rows = Event.objects.filter(kind_id__gte=520, kind_id__lte=539)
    return list(rows.values_list("kind_id", flat=True))


def test_import_proposes_what_can_be_set(
    admin: User, add_instance: AddInstance, text_to_image: dict[str, Any]
) -> None:
    instance = add_instance()
    imported = read_workflow(json.dumps(text_to_image).encode())
    version = import_workflow(actor=admin, project=None, name="SDXL mine", imported=imported)
    assert (version.number, version.state_id, version.workflow.slug) == (1, S.DRAFT, "sdxl-mine")
    names = {item.name for item in parameters_of(version)}
    assert {"prompt", "negative_prompt", "width_px", "random_seed"} <= names
    assert Readiness.objects.get(workflow_version=version).instance == instance
    assert not version.readiness.get().missing.exists()
    again = import_workflow(actor=admin, project=None, name="SDXL mine", imported=imported)
    assert again.workflow.slug == "sdxl-mine-2"
    assert again.sha256 == version.sha256


def test_editor_documents_find_names_on_the_instances_that_know_them(
    admin: User, add_instance: AddInstance
) -> None:
    node = {"id": 1, "type": "SaveImage", "mode": 0, "widgets_values": ["x"]}
    document = json.dumps({"nodes": [node], "links": []}).encode()
    with pytest.raises(Invalid, match="does not name the values"):
        read_workflow(document)
    add_instance("poor", info=without_class("SaveImage"))
    add_instance("rich")
    assert read_workflow(document).graph["1"]["inputs"] == {"filename_prefix": "x"}


def test_who_may_make_them(
    creator: User, reviewer: User, outsider: User, project: Project, text_to_image: dict[str, Any]
) -> None:
    with pytest.raises(Forbidden):
        make(creator, text_to_image)
    with pytest.raises(Forbidden):
        make(reviewer, text_to_image, project=project)
    with pytest.raises(NotFound):
        make(outsider, text_to_image, project=project)
    version = make(creator, text_to_image, project=project)
    assert set(Workflow.objects.visible_to(reviewer)) >= {version.workflow}
    assert version.workflow not in Workflow.objects.visible_to(outsider)


def test_versions_are_added_and_never_changed(admin: User, text_to_image: dict[str, Any]) -> None:
    first = make(admin, text_to_image, [Parameter("prompt", "", "text", (("2", "text"),))])
    assert parameters_of(first)[0].label == "prompt"
    mapped = [
        Parameter(
            "steps", "Steps", "integer", (("5", "steps"),), default=20, minimum=1, maximum=2e30
        )
    ]
    second = add_version(
        actor=admin,
        workflow=first.workflow,
        graph=first.graph,
        parameters=mapped,
        needs=["Fast", " fast ", "24gb"],
        output_node="8",
        least_vram_bytes=5,
    )
    assert (second.number, second.sha256) == (2, first.sha256)
    assert [need.tag for need in second.needs.all()] == ["24gb", "fast"]
    stored = parameters_of(WorkflowVersion.objects.get(pk=second.pk))
    assert stored == [replace(mapped[0], maximum=1e17)]
    assert parameter_from(document_of(stored[0])) == stored[0]
    assert len(parameters_of(first)) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"targets": ()}, "1 to 50"),
        ({"targets": (("99", "x"),)}, "no node 99"),
        ({"targets": (("5", "model"),)}, "is linked"),
        ({"name": "no name"}, "letters"),
        ({"name": ""}, "letters"),
        ({"kind": "colour"}, "no kind"),
        ({"kind": "file"}, "role"),
        ({"role": "base"}, "role"),
        ({"kind": "file", "role": "nobody"}, "role"),
        ({"default": "x"}, "default does not fit"),
        ({"minimum": 3.0, "maximum": 2.0}, "above"),
        ({"scale_ratio": 0.0}, "factor"),
        ({"choices": ()}, "options"),
    ],
)
def test_mappings_that_make_no_sense(
    admin: User, text_to_image: dict[str, Any], fields: dict[str, Any], said: str
) -> None:
    good = Parameter("steps", "Steps", "integer", (("5", "steps"),))
    bad = replace(good, **fields)
    with pytest.raises(Invalid, match=said) as caught:
        make(admin, text_to_image, [bad])
    assert list(caught.value.fields) == [f"parameters.{bad.name}"]


def test_two_parameters_never_set_one_field(admin: User, text_to_image: dict[str, Any]) -> None:
    one = Parameter("steps", "Steps", "integer", (("5", "steps"),))
    with pytest.raises(Invalid, match="is set by “steps”"):
        make(admin, text_to_image, [one, replace(one, name="passes")])
    with pytest.raises(Invalid, match="another parameter"):
        make(admin, text_to_image, [one, replace(one, targets=(("5", "cfg"),))])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"slug": "Not a slug"}, "slug"),
        ({"slug": "sdxl-text-to-image"}, "slug"),
        ({"output_node": "99"}, "output_node"),
        ({"needs": ["two words"]}, "needs"),
    ],
)
def test_imports_that_make_no_sense(
    admin: User, text_to_image: dict[str, Any], fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        make(admin, text_to_image, [], **fields)
    assert field in caught.value.fields


def test_states(admin: User, add_instance: AddInstance, text_to_image: dict[str, Any]) -> None:
    version = make(admin, text_to_image)
    with pytest.raises(Conflict, match="No ComfyUI instance is registered"):
        set_state(actor=admin, version=version, state=S.TESTED)
    with pytest.raises(Conflict, match="can't become production"):
        set_state(actor=admin, version=version, state=S.PRODUCTION)
    report = dry_run(actor=admin, version=version, instance=add_instance())
    assert report.is_clean and report.graph["5"]["inputs"]["steps"] == 30
    set_state(actor=admin, version=version, state=S.TESTED)
    set_state(actor=admin, version=version, state=S.PRODUCTION)
    second = add_version(actor=admin, workflow=version.workflow, graph=version.graph, parameters=[])
    set_state(actor=admin, version=second, state=S.TESTED)
    set_state(actor=admin, version=second, state=S.PRODUCTION)
    version.refresh_from_db()
    assert version.state_id == S.TESTED, "one is in production"
    assert kinds().count(WorkflowEvents.WORKFLOW_STATE_CHANGED) == 4


def test_dry_run_names_what_is_missing(
    admin: User, add_instance: AddInstance, text_to_image: dict[str, Any]
) -> None:
    text_to_image["1"]["inputs"]["ckpt_name"] = "sd_xl_base_1.safetensors"
    version = make(admin, text_to_image, needs=["fast"], least_vram_bytes=99 * 10**9)
    instance = add_instance(info=without_class("ImageScale"))
    report = dry_run(actor=admin, version=version, instance=instance)
    found = {(item.kind, item.node_id): item.value for item in report.missing}
    assert found[MissingKind.Code.NODE, "7"] == "ImageScale"
    assert found[MissingKind.Code.MODEL, "1"] == "sd_xl_base_1.safetensors"
    assert found[MissingKind.Code.TAG, ""] == "fast"
    assert found[MissingKind.Code.MEMORY, ""] == "99.0 GB of video memory"
    near = {item.node_id: item.near for item in report.findings}
    assert near["1"][0] == "sd_xl_base_1.0.safetensors"
    assert version.readiness.get().missing.count() == 4


def test_dry_run_checks_values(
    admin: User, add_instance: AddInstance, text_to_image: dict[str, Any]
) -> None:
    add_instance()
    version = make(admin, text_to_image)
    instance = add_instance("other")
    report = dry_run(
        actor=admin, version=version, instance=instance, values={"steps": 0, "colour": "red"}
    )
    assert set(report.problems) == {"steps", "colour"} and not report.is_clean


def test_what_was_not_checked_is_not_called_missing(
    admin: User, add_instance: AddInstance, text_to_image: dict[str, Any]
) -> None:
    silent = add_instance()
    silent.catalogue.delete()
    version = make(admin, text_to_image)
    with pytest.raises(Conflict, match="Nothing has been checked yet"):
        set_state(actor=admin, version=version, state=S.TESTED)
    tell(silent, without_class("KSampler"))
    check(version)
    with pytest.raises(Conflict, match="No instance has all"):
        set_state(actor=admin, version=version, state=S.TESTED)


def test_offers_of_many_operations_cost_what_those_of_one_do(
    admin: User, add_instance: AddInstance, django_assert_num_queries: Any
) -> None:
    add_instance()
    specs = [spec for spec in CATALOGUE.values() if spec.is_listed]
    bound = set()
    for slug in ("sdxl-text-to-image", "sdxl-image-to-image", "upscale-by-model"):
        workflow = production(admin, slug)
        parameters = parameters_of(workflow.versions.get())
        for spec in specs:
            if not misfits(spec, parameters):
                bind_workflow(actor=admin, workflow=workflow, operation=spec.code)
                bound.add((spec.code, slug))
    with django_assert_num_queries(3):
        found = workflow_offers(specs)
    assert {(code, offer.model) for code, offers in found.items() for offer in offers} == bound
    assert sum(map(len, found.values())) == len(bound) > len(found) > 1
    for code, offers in found.items():
        [(one, alone)] = workflow_offers([get_operation(code)]).items()
        assert one == code
        assert [offer.sku for offer in alone] == [offer.sku for offer in offers]
        assert {offer.sku.partition("/")[0] for offer in offers} == {code}


def test_bound_workflows_are_offers_with_a_price(admin: User, add_instance: AddInstance) -> None:
    instance = add_instance()
    workflow = production(admin, "sdxl-text-to-image")
    bind_workflow(actor=admin, workflow=workflow, operation="create.image")
    bind_workflow(actor=admin, workflow=workflow, operation="create.image")
    spec = get_operation("create.image")
    offer = next(o for o in all_offers(spec) if o.provider == "comfyui")
    assert (offer.model, offer.version) == ("sdxl-text-to-image", "1")
    assert offer.sku == "create.image/comfyui/sdxl-text-to-image"
    assert offer.most_milli(None) == 900_000
    assert {"quality", "template"} - offer.ignores == {"template"}
    price = Price.objects.get(sku__code=offer.sku)
    like = Price.objects.get(sku__code="create.image/comfyui/workflow")
    assert (price.amount_microcredits, price.unit_id) == (like.amount_microcredits, like.unit_id)
    assert Offer.objects.filter(sku__code=offer.sku, model__code=workflow.slug).count() == 1
    assert spec.offer("comfyui", workflow.slug).sku == offer.sku
    assert why_unusable(offer, admin) == ""
    tell(instance, without_class("KSampler"))
    check(workflow.versions.get())
    assert "No instance has" in why_unusable(offer, admin)
    set_archived(actor=admin, workflow=workflow, archived=True)
    assert not [o for o in all_offers(spec) if o.provider == "comfyui"]
    set_archived(actor=admin, workflow=workflow, archived=False)
    unbind_workflow(actor=admin, workflow=workflow, operation="create.image")
    assert not [o for o in all_offers(spec) if o.provider == "comfyui"]
    assert {WorkflowEvents.WORKFLOW_BOUND, WorkflowEvents.WORKFLOW_UNBOUND} <= set(kinds())
    assert kinds().count(WorkflowEvents.WORKFLOW_BOUND) == 1


def test_bindings_need_production_the_studio_and_a_fit(
    admin: User, creator: User, project: Project, add_instance: AddInstance, text_to_image: Any
) -> None:
    workflow = Workflow.objects.get(slug="sdxl-text-to-image")
    with pytest.raises(Conflict, match="no version in production"):
        bind_workflow(actor=admin, workflow=workflow, operation="create.image")
    with pytest.raises(Forbidden):
        bind_workflow(actor=creator, workflow=workflow, operation="create.image")
    add_instance()
    production(admin, workflow.slug)
    with pytest.raises(Invalid, match="does not fit") as caught:
        bind_workflow(actor=admin, workflow=workflow, operation="upscale.fast")
    assert len(caught.value.fields["operation"]) >= 2
    mine = make(creator, text_to_image, project=project).workflow
    with pytest.raises(Conflict, match="whole studio"):
        bind_workflow(actor=creator, workflow=mine, operation="create.image")


def test_a_version_that_no_longer_fits_stays_out_of_production(
    admin: User, add_instance: AddInstance
) -> None:
    add_instance()
    workflow = production(admin, "sdxl-text-to-image")
    bind_workflow(actor=admin, workflow=workflow, operation="create.image")
    strict = Parameter("mood", "Mood", "text", (("3", "text"),))
    graph = ready_workflows()[workflow.slug].graph
    version = add_version(actor=admin, workflow=workflow, graph=graph, parameters=[strict])
    set_state(actor=admin, version=version, state=S.TESTED)
    with pytest.raises(Conflict, match="Mood"):
        set_state(actor=admin, version=version, state=S.PRODUCTION)


def test_ready_workflows_are_there_once(admin: User) -> None:
    assert Workflow.objects.filter(slug__in=ready_workflows()).count() == len(ready_workflows())
    assert install_ready_workflows() == 0
    workflow = Workflow.objects.get(slug="upscale-by-model")
    rename_workflow(actor=admin, workflow=workflow, name="Larger", description="")
    Workflow.objects.get(slug="sdxl-inpaint").delete()
    assert install_ready_workflows() == 1
    workflow.refresh_from_db()
    assert workflow.name == "Larger"
    for item in ready_workflows().values():
        version = Workflow.objects.get(slug=item.slug).versions.get()
        assert parameters_of(version) == list(item.parameters)
        assert version.graph == item.graph


def test_archived_workflows_get_no_versions(admin: User, text_to_image: dict[str, Any]) -> None:
    version = make(admin, text_to_image)
    set_archived(actor=admin, workflow=version.workflow, archived=True)
    with pytest.raises(Conflict, match="archived"):
        add_version(actor=admin, workflow=version.workflow, graph=version.graph, parameters=[])
