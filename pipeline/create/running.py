"""Running any operation by its form: the form, its files, who can do it, what it would cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.urls import reverse

from assets.models import Version
from billing.prices.quotes import Quote
from pipeline.jobs.models import Job, SelectionRule
from pipeline.jobs.requests import JobRequest
from pipeline.jobs.selection import median_times, quote_offer
from pipeline.jobs.shown import ShownFile, show_file
from pipeline.jobs.submit import Plan, plan_job
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.docs import unused_titles
from pipeline.operations.fitting import check_fits
from pipeline.operations.forms import OperationForm, operation_form
from pipeline.operations.offers import all_offers, why_unusable
from pipeline.providers.models import Provider
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.models import Project

FORM_ID = "run-form"
#: Fields of the page that are no parameters.
OWN = ("project", "offer", "rule", "may_fall_back", "reuse")
MOST_SHOWN = 60


class RunFields(OperationForm):
    """What is asked besides the parameters: where, by whom, and whether others may step in."""

    project = forms.ChoiceField(label="Project")
    offer = forms.ChoiceField(label="Model", required=False)
    rule = forms.ChoiceField(
        label="Choose by",
        required=False,
        choices=[(rule.code, rule.label) for rule in SelectionRule.Code],
    )
    may_fall_back = forms.BooleanField(
        label="Another model may step in if this one fails",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "toggle"}),
    )
    reuse = forms.BooleanField(
        label="Reuse an identical earlier result (free)",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "toggle"}),
    )

    def __init__(
        self, *args: Any, projects: Sequence[Project], offers: Sequence[OfferSpec], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["project"]
        chosen.choices = [(str(p.code), p.name) for p in projects]
        models: Any = self.fields["offer"]
        models.choices = [("", "Chosen for you"), *((key_of(o), o.title) for o in offers)]

    @property
    def run_url(self) -> str:
        """Where the form is sent."""
        return reverse("pipeline:run", args=[self.spec.code])

    @property
    def estimate_url(self) -> str:
        """Where its price is asked."""
        return reverse("pipeline:run-estimate", args=[self.spec.code])

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        """The parameters that everybody sees: those that are needed first, how many last."""
        found = [bound for bound in self.simple_fields if bound.name not in OWN]
        return sorted(found, key=lambda b: (not b.field.required, b.name == "variations"))

    def request(self, inputs: Sequence[tuple[str, UUID]]) -> JobRequest:
        """The request that a valid form stands for."""
        provider, _, model = self.cleaned_data["offer"].partition("/")
        rule = self.cleaned_data["rule"] or SelectionRule.Code.PRICE.code
        parameters = self.parameters
        return JobRequest(
            operation=self.spec.code,
            parameters=parameters.model_dump(mode="json") if parameters else {},
            provider=provider,
            model=model,
            inputs=inputs,
            reuse=self.cleaned_data["reuse"],
            choose=None if provider else SelectionRule.Code.by_code(rule),
            may_fall_back=self.cleaned_data["may_fall_back"],
        )


def run_form(spec: OperationSpec) -> type[RunFields]:
    """The form of the page of an operation."""
    base = operation_form(spec)
    return type(f"Run{base.__name__}", (RunFields, base), {"spec": spec, "advanced": base.advanced})


def key_of(offer: OfferSpec) -> str:
    """An offer as the form names it."""
    return f"{offer.provider}/{offer.model}"


#: Where a role is fetched anew, by its code.
SlotAddress = Callable[[str], str]


@dataclass(frozen=True)
class Slot:
    """A role of the operation with the files that were chosen for it."""

    declared: InputSpec
    url: str
    files: list[ShownFile] = field(default_factory=list)

    @property
    def role(self) -> str:
        """Code of the role."""
        return self.declared.role.code

    @property
    def is_full(self) -> bool:
        """Whether no further file is taken."""
        return len(self.files) >= self.declared.at_most

    @property
    def accept(self) -> str:
        """Which files a picker offers."""
        known = [f"{kind}/*" for kind in self.declared.kinds if kind in ("image", "video", "audio")]
        return ",".join(known) if len(known) == len(self.declared.kinds) else ""

    @property
    def how_many(self) -> str:
        """How many files are taken, in words."""
        least, most = self.declared.at_least, self.declared.at_most
        if least == most:
            return "" if most == 1 else f"{most} files"
        return "optional" if most == 1 else f"{least or 'none'} to {most} files"


@dataclass(frozen=True)
class OfferRow:
    """One way to run the operation, for this person and this request.

    `reason` says why it can't be used; `unused` are the titles of parameters it ignores.
    """

    offer: OfferSpec
    provider: str
    quote: Quote | None
    seconds: float | None
    reason: str
    unused: list[str]

    @property
    def key(self) -> str:
        """Value of the choice."""
        return key_of(self.offer)


def slots_of(
    user: Any,
    spec: OperationSpec,
    chosen: Mapping[str, Sequence[UUID]],
    *,
    address: SlotAddress | None = None,
) -> list[Slot]:
    """The roles with their files; codes are of versions, or of assets for their current version.

    What the person may not see is left out. One query, two where assets are named.

    Args:
        address: where a role is fetched anew; by default at the operation's own page.
    """
    at = address or (lambda role: reverse("pipeline:run-slot", args=[spec.code, role]))
    codes = [code for of_role in chosen.values() for code in of_role][:MOST_SHOWN]
    found = versions_by_code(user, codes) if codes else {}
    return [
        Slot(
            item,
            at(item.role.code),
            [show_file(found[code]) for code in chosen.get(item.role.code, ()) if code in found],
        )
        for item in spec.inputs
    ]


def versions_by_code(user: Any, codes: Sequence[UUID]) -> dict[UUID, Version]:
    """Visible versions by their own code or by their asset's."""
    rows = (
        Version.objects.visible_to(user)
        .filter(Q(code__in=codes) | Q(asset__code__in=codes))
        .select_related("asset__kind", "asset__project", "blob__media_type", "blob__image")
        .order_by("asset", "number")
    )
    found: dict[UUID, Version] = {}
    for version in rows:
        found[version.asset.code] = found[version.code] = version
    return found


def offer_rows(
    user: Any, spec: OperationSpec, parameters: Parameters | None, inputs: Any
) -> list[OfferRow]:
    """Every offer with price, usual time and what stands in its way."""
    times = median_times(spec.code)
    rows = []
    for offer in all_offers(spec):
        price, reason = None, why_unusable(offer, user)
        if parameters is not None:
            try:
                price = quote_offer(offer, parameters)
                if not reason:
                    check_fits(spec, offer, parameters, inputs)
            except NotFound:
                reason = reason or "It has no price yet."
            except Invalid as error:
                reason = next(iter(error.fields.values()), [error.detail])[0]
        rows.append(
            OfferRow(
                offer=offer,
                provider=Provider.Code.by_code(offer.provider).label,
                quote=price,
                seconds=times.get((offer.provider, offer.model), (0, None))[1],
                reason=reason,
                unused=unused_titles(spec, offer),
            )
        )
    return rows


@dataclass(frozen=True)
class RunEstimate:
    """What a press of the button would do, or what stands in its way."""

    rows: list[OfferRow]
    plan: Plan | None = None
    problem: DomainError | None = None

    @property
    def usable(self) -> list[OfferRow]:
        """The models that can make it."""
        return [row for row in self.rows if not row.reason]

    @property
    def unusable(self) -> list[OfferRow]:
        """The models that can't, each with why."""
        return [row for row in self.rows if row.reason]

    @property
    def allowed(self) -> bool:
        """Whether the button works."""
        return self.plan is not None and self.plan.preflight.allowed


def estimate_run(user: Any, form: RunFields, inputs: Sequence[tuple[str, UUID]]) -> RunEstimate:
    """Price and choice of a sent form; nothing is done."""
    spec = form.spec
    found = versions_by_code(user, [code for _role, code in inputs]) if inputs else {}
    roles = {item.role.code: item.role for item in spec.inputs}
    files = [(roles[role], found[code]) for role, code in inputs if code in found]
    valid = form.is_valid()
    rows = offer_rows(user, spec, form.parameters if valid else None, files)
    if not valid:
        return RunEstimate(rows)
    try:
        project = Project.objects.get_visible(user, code=form.cleaned_data["project"])
        plan = plan_job(actor=user, project=project, request=form.request(inputs))
        return RunEstimate(rows, plan=plan)
    except DomainError as error:
        return RunEstimate(rows, problem=error)


def initial_of(job: Job) -> tuple[dict[str, Any], dict[str, list[UUID]]]:
    """Values of the form and files that make a job again."""
    values: dict[str, Any] = dict(job.parameters)
    values |= {
        "random_seed": job.random_seed,
        "project": str(job.project.code),
        "offer": f"{job.offer.model.provider.code}/{job.offer.model.code}",
    }
    files: dict[str, list[UUID]] = {}
    for item in job.inputs.select_related("role", "version").order_by("role", "position"):
        files.setdefault(item.role.code, []).append(item.version.code)
    return values, files
