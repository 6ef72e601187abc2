"""What is missing where is known ahead, and told when it changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pipeline.comfyui.models import Instance
from pipeline.operations.catalogue import get_operation
from pipeline.operations.offers import all_offers, why_unusable
from pipeline.workflows.events import WorkflowEvents
from pipeline.workflows.matching import explain_wait
from pipeline.workflows.models import Readiness, Workflow, WorkflowState
from pipeline.workflows.readiness import check_instance, sweep_readiness
from pipeline.workflows.services import set_state
from studio.core.errors import Invalid
from studio.core.models import User
from studio.live.models import Event
from tests.pipeline.workflows.asking import Submit
from tests.pipeline.workflows.conftest import AddInstance, production, tell, without_class

pytestmark = pytest.mark.django_db


def told() -> list[tuple[int, dict[str, object]]]:
    kinds = (WorkflowEvents.WORKFLOW_BROKEN, WorkflowEvents.WORKFLOW_READY_AGAIN)
    rows = Event.objects.filter(kind_id__in=[int(kind) for kind in kinds]).order_by("pk")
    return [(row.kind_id, row.data) for row in rows]


def test_the_sweep_checks_what_is_new_and_what_was_told_anew(
    admin: User, add_instance: AddInstance
) -> None:
    assert sweep_readiness() == 0
    versions = Workflow.objects.count()
    instance = add_instance()
    assert sweep_readiness() == versions
    assert sweep_readiness() == 0
    tell(instance, without_class("KSampler"))
    assert sweep_readiness() == versions
    lacking = Readiness.objects.filter(missing__value="KSampler").distinct().count()
    assert 0 < lacking < versions
    retired = Workflow.objects.get(slug="sdxl-inpaint").versions.get()
    set_state(actor=admin, version=retired, state=WorkflowState.Code.RETIRED)
    tell(instance, without_class())
    assert sweep_readiness() == versions - 1


def test_what_broke_in_production_is_told_once(admin: User, add_instance: AddInstance) -> None:
    one, two = add_instance("one"), add_instance("two")
    production(admin, "sdxl-text-to-image")
    sweep_readiness()
    assert told() == []
    tell(one, without_class("VAEDecode"))
    sweep_readiness()
    check_instance(one)
    lacks = {"instance": "one", "missing": "VAEDecode", "nowhere": False}
    assert told() == [(WorkflowEvents.WORKFLOW_BROKEN, lacks)]
    tell(two, without_class("VAEDecode"))
    sweep_readiness()
    assert told()[-1][1] == {"instance": "two", "missing": "VAEDecode", "nowhere": True}
    tell(one, without_class())
    sweep_readiness()
    kind, data = told()[-1]
    assert (kind, data["instance"]) == (WorkflowEvents.WORKFLOW_READY_AGAIN, "one")
    assert len(told()) == 3


def test_parts_are_replaced_only_where_they_differ(admin: User, add_instance: AddInstance) -> None:
    instance = add_instance(info=without_class("KSampler"))
    check_instance(instance)
    row = Readiness.objects.get(workflow_version__workflow__slug="sdxl-text-to-image")
    parts = list(row.missing.values_list("pk", "value"))
    assert [value for _pk, value in parts] == ["KSampler"]
    Readiness.objects.update(checked_at=timezone.now() - timedelta(days=1))
    check_instance(instance)
    row.refresh_from_db()
    assert list(row.missing.values_list("pk", "value")) == parts
    assert row.checked_at > timezone.now() - timedelta(minutes=1)


def test_who_has_told_nothing_lacks_nothing(submit: Submit, bound: Instance) -> None:
    """It said that the instance “lacks not known yet”."""
    job = submit()
    bound.catalogue.delete()
    for said in (explain_wait(job), _refusal(submit)):
        assert "No instance has told yet what it has" in said and "lacks" not in said
    tell(bound, without_class("KSampler"))
    assert "No instance has what" in explain_wait(job) and "lacks KSampler" in explain_wait(job)


def _refusal(submit: Submit) -> str:
    with pytest.raises(Invalid) as caught:
        submit()
    return str(caught.value.detail)


def test_an_offer_that_was_never_checked_is_not_called_incomplete(
    admin: User, bound: Instance
) -> None:
    offer = next(o for o in all_offers(get_operation("create.image")) if o.provider == "comfyui")
    assert why_unusable(offer, admin) == ""
    bound.catalogue.delete()
    check_instance(Instance.objects.get(pk=bound.pk))
    assert "is not known" in why_unusable(offer, admin)
    tell(bound, without_class("KSampler"))
    check_instance(Instance.objects.get(pk=bound.pk))
    assert why_unusable(offer, admin).endswith("needs: KSampler.")
