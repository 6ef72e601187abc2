"""Giving characters their traits: by a person, or proposed from a picture and then by a person."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assets.models import AssetKind, Version
from pipeline.characters.events import CharacterEvents
from pipeline.characters.models import Character, ProposalState, TraitProposal, TraitValue
from pipeline.characters.proposing import METHOD, suggestions
from pipeline.characters.queries import current_traits, fields_of
from pipeline.characters.services.characters import lock_open, tell
from pipeline.characters.values import normalised, problem_with
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.models import User


def set_trait(*, actor: User, character: Character, key: str, value: str) -> None:
    """Give one trait a value, or take it away with an empty one.

    Raises:
        As `set_traits`.
    """
    set_traits(actor=actor, character=character, values={key: value})


def set_traits(*, actor: User, character: Character, values: Mapping[str, str]) -> list[str]:
    """Give traits their values, all or none; what is the same already is left alone.

    Args:
        values: by key of the project's fields; an empty value takes a trait away.

    Returns:
        The keys that changed.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Invalid: by key, what is wrong.
        Conflict: the character is archived.
    """
    require(actor, CapabilityCode.CREATE, character.project)
    fields = {field.key: field for field in fields_of(character.project)}
    problems: dict[str, list[str]] = {}
    wanted: dict[str, str] = {}
    for key, text in values.items():
        if key not in fields:
            problems[key] = ["The project keeps no such trait."]
            continue
        value = normalised(fields[key], text)
        problem = problem_with(fields[key], value) if value else ""
        if problem:
            problems[key] = [problem]
        wanted[key] = value
    if problems:
        raise Invalid("Some traits are not right.", fields=problems)
    with transaction.atomic():
        locked = lock_open(character)
        before = current_traits(locked)
        changed = [key for key, value in wanted.items() if before.get(key, "") != value]
        if changed:
            _write(actor, locked, {fields[key].pk: wanted[key] for key in changed})
            tell(CharacterEvents.TRAITS_SET, actor, locked, keys=changed)
    return changed


def _write(actor: User, character: Character, values: Mapping[int, str]) -> None:
    """Append values by the primary key of their field; the character is locked."""
    last = dict(
        TraitValue.objects.filter(character=character, field__in=list(values))
        .order_by()
        .values_list("field_id")
        .annotate(last=Max("number"))
    )
    TraitValue.objects.bulk_create(
        TraitValue(
            character=character,
            field_id=field_id,
            number=last.get(field_id, 0) + 1,
            value=value,
            set_by=actor,
        )
        for field_id, value in values.items()
    )


def propose_traits(*, actor: User, character: Character, picture: Version) -> list[TraitProposal]:
    """Look at a picture and propose what it suggests; nothing is written to the traits.

    Reads the file. Proposals that are open are replaced; what is current is not proposed.

    Raises:
        NotFound, Forbidden: by the access rule (create), also for the picture.
        Invalid: it is no picture of this project, or nothing that the project keeps can be read
            from a picture.
        Conflict: the character is archived.
    """
    require(actor, CapabilityCode.CREATE, character.project)
    picture = Version.objects.for_detail().get_visible(actor, code=picture.code)
    if picture.asset.project_id != character.project_id:
        raise Invalid("The picture is in another project.")
    if picture.asset.kind_id != AssetKind.Code.IMAGE:
        raise Invalid("Traits can be proposed from pictures only.")
    found = suggestions(fields_of(character.project), picture)
    with transaction.atomic():
        locked = lock_open(character)
        now = current_traits(locked)
        TraitProposal.objects.filter(character=locked, decided_at=None).delete()
        made = TraitProposal.objects.bulk_create(
            TraitProposal(
                character=locked,
                field=item.field,
                picture=picture,
                value=item.value,
                confidence_permille=item.confidence_permille,
                proposer=METHOD,
            )
            for item in found
            if now.get(item.field.key) != item.value
        )
        tell(CharacterEvents.TRAITS_PROPOSED, actor, locked, count=len(made))
    return made


def decide_proposal(*, actor: User, proposal: TraitProposal, accept: bool) -> None:
    """Take over what was proposed, or dismiss it.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it is decided already, or the character is archived.
        Invalid: the value no longer fits the field.
    """
    require(actor, CapabilityCode.CREATE, proposal.character.project)
    to = ProposalState.Code.ACCEPTED if accept else ProposalState.Code.DISMISSED
    with transaction.atomic():
        locked = lock_open(proposal.character)
        moved = TraitProposal.objects.filter(
            pk=proposal.pk, state_id=ProposalState.Code.OPEN
        ).update(state_id=to, decided_by=actor, decided_at=timezone.now())
        if not moved:
            raise Conflict("Somebody has decided this proposal already.")
        tell(
            CharacterEvents.PROPOSAL_DECIDED,
            actor,
            locked,
            key=proposal.field.key,
            accepted=accept,
        )
        if accept:
            set_trait(actor=actor, character=locked, key=proposal.field.key, value=proposal.value)
    proposal.refresh_from_db()


def proposal_of(user: User, character: Character, code: UUID) -> TraitProposal:
    """One proposal of a character that `user` sees.

    Raises:
        NotFound: there is none.
    """
    rows = TraitProposal.objects.select_related("character__project", "field")
    found = rows.filter(character=character, code=code).first()
    if found is None:
        raise NotFound("There is no such proposal.")
    return found
