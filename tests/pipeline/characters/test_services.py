"""Characters, their traits with history, and what their likeness may be used for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assets.models import Version
from pipeline.characters import queries, services
from pipeline.characters.models import (
    Character,
    MetadataType,
    RightsBasis,
    RightsRecord,
    RightsUse,
    TraitValue,
)
from pipeline.characters.services.traits import decide_proposal, propose_traits
from pipeline.seeds.models import SeedImage
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import Project, User
from studio.live.models import Event

pytestmark = pytest.mark.django_db
Picture = Callable[..., Version]


def test_a_character_comes_with_two_seed_images_and_an_event(jane: Character) -> None:
    assert jane.slate_code == "JANE_DOE"
    assert SeedImage.objects.filter(character=jane).count() == 2
    event = Event.objects.get(kind__code="character.created")
    assert (event.subject_code, event.label) == (jane.code, "Jane Doe")


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("Jane Doe", set(), "JANE_DOE"),
        ("Jane Doe", {"JANE_DOE"}, "JANE_DOE_2"),
        ("Ægir Þórðarson", set(), "GIR_ORARSON"),
        ("A very long name indeed", set(), "A_VERY_LONG"),
        ("A very long name", {"A_VERY_LONG", "A_VERY_LON_2"}, "A_VERY_LON_3"),
        ("李小龙", set(), "CHAR"),
    ],
)
def test_slate_codes_are_made_from_names(name: str, taken: set[str], code: str) -> None:
    assert services.propose_slate_code(name, taken) == code


def test_names_and_codes_are_taken_once(jane: Character, creator: User, project: Project) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_character(actor=creator, project=project, name="JANE doe")
    assert "name" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        services.create_character(
            actor=creator, project=project, name="Joan", slate_code="jane_doe"
        )
    assert "slate_code" in refused.value.fields
    other = services.create_character(actor=creator, project=project, name="Jane D.")
    assert other.slate_code == "JANE_D"


def test_rights_of_people(
    jane: Character, reviewer: User, outsider: User, project: Project
) -> None:
    with pytest.raises(Forbidden):
        services.create_character(actor=reviewer, project=project, name="Joe")
    with pytest.raises(NotFound):
        services.update_character(actor=outsider, character=jane, name="Joe")


def test_a_change_that_somebody_overtook_is_refused(jane: Character, creator: User) -> None:
    seen = jane.version
    services.update_character(actor=creator, character=jane, notes="One", expected_version=seen)
    with pytest.raises(Conflict, match="meanwhile"):
        services.update_character(actor=creator, character=jane, notes="Two", expected_version=seen)
    jane.refresh_from_db()
    assert (jane.notes, jane.version) == ("One", seen + 1)


def test_archived_ones_leave_the_lists_and_keep_their_traits(
    jane: Character, creator: User, project: Project
) -> None:
    services.define_field(actor=creator, project=project, key="hair", label="Hair")
    services.archive_character(actor=creator, character=jane)
    assert not Character.objects.open().exists()
    with pytest.raises(Conflict, match="archived"):
        services.set_trait(actor=creator, character=jane, key="hair", value="red")
    services.restore_character(actor=creator, character=jane)
    services.set_trait(actor=creator, character=jane, key="hair", value="red")
    assert queries.current_traits(jane) == {"hair": "red"}


@pytest.fixture
def schema(creator: User, project: Project) -> None:
    """A field of each type."""
    kinds = MetadataType.Code
    for key, kind, options in (
        ("hair", kinds.TEXT, []),
        ("age", kinds.NUMBER, []),
        ("wardrobe", kinds.CHOICE, ["orange", "brown"]),
        ("speaks", kinds.BOOLEAN, []),
        ("born", kinds.DATE, []),
    ):
        services.define_field(
            actor=creator, project=project, key=key, label=key.title(), value_type=kind,
            options=options, is_required=key == "age",
        )  # fmt: skip


def test_traits_are_versioned(jane: Character, creator: User, admin: User, schema: None) -> None:
    services.set_traits(actor=creator, character=jane, values={"hair": "red", "age": "38,5"})
    services.set_traits(actor=admin, character=jane, values={"hair": "blond"})
    services.set_traits(actor=admin, character=jane, values={"hair": "blond"})
    services.set_trait(actor=creator, character=jane, key="hair", value="")
    assert queries.current_traits(jane) == {"age": "38.5"}
    rows = TraitValue.objects.filter(field__key="hair").order_by("number")
    told = [(row.number, row.value, row.set_by) for row in rows]
    assert told == [(1, "red", creator), (2, "blond", admin), (3, "", creator)]


@pytest.mark.parametrize(
    ("key", "value"),
    [("age", "old"), ("wardrobe", "green"), ("speaks", "maybe"), ("born", "31.1.2000"),
     ("height", "2"), ("hair", "x" * 501)],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused_and_nothing_is_written(
    jane: Character, creator: User, schema: None, key: str, value: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.set_traits(actor=creator, character=jane, values={"hair": "red", key: value})
    assert key in refused.value.fields
    assert not TraitValue.objects.exists()


def test_findings_before_delivery(
    jane: Character, creator: User, project: Project, schema: None
) -> None:
    services.set_trait(actor=creator, character=jane, key="wardrobe", value="orange")
    assert [f.key for f in queries.metadata_findings(jane)] == ["age"]
    services.define_field(
        actor=creator, project=project, key="wardrobe", label="Wardrobe",
        value_type=MetadataType.Code.CHOICE, options=["blue"],
    )  # fmt: skip
    assert {f.key for f in queries.metadata_findings(jane)} == {"age", "wardrobe"}
    field = project.metadata_fields.get(key="wardrobe")
    services.retire_field(actor=creator, field=field)
    services.set_trait(actor=creator, character=jane, key="age", value="38")
    assert queries.metadata_findings(jane) == []
    assert queries.current_traits(jane) == {"age": "38"}


def test_a_type_stays_once_it_holds_values(
    jane: Character, creator: User, project: Project, schema: None
) -> None:
    services.set_trait(actor=creator, character=jane, key="hair", value="red")
    with pytest.raises(Conflict, match="holds values"):
        services.define_field(
            actor=creator, project=project, key="hair", label="Hair",
            value_type=MetadataType.Code.NUMBER,
        )  # fmt: skip
    for key in ("Name", "9lives", "with space", "name"):
        with pytest.raises(Invalid):
            services.define_field(actor=creator, project=project, key=key, label="X")


def test_pictures_propose_and_people_decide(
    jane: Character, creator: User, project: Project, schema: None, picture: Picture
) -> None:
    made = propose_traits(actor=creator, character=jane, picture=picture())
    assert queries.current_traits(jane) == {}
    found = {proposal.field.key: proposal for proposal in made}
    assert set(found) <= {"hair", "wardrobe"}
    assert found["wardrobe"].value == "orange"
    assert 200 <= found["wardrobe"].confidence_permille <= 1000
    decide_proposal(actor=creator, proposal=found["wardrobe"], accept=True)
    assert queries.current_traits(jane) == {"wardrobe": "orange"}
    with pytest.raises(Conflict, match="already"):
        decide_proposal(actor=creator, proposal=found["wardrobe"], accept=False)
    decide_proposal(actor=creator, proposal=found["hair"], accept=False)
    assert "hair" not in queries.current_traits(jane)
    assert queries.open_proposals(jane) == []


TODAY = date(2026, 6, 15)


def _record(actor: User, character: Character, **values: Any) -> RightsRecord:
    options: dict[str, Any] = {
        "basis": RightsBasis.Code.LICENCE, "holder": "NASA", "valid_from": TODAY,
    }  # fmt: skip
    return services.record_rights(actor=actor, character=character, **(options | values))


def test_rights_stand_on_a_day(jane: Character, creator: User) -> None:
    assert not queries.rights_standing(jane, TODAY).is_valid
    assert "no rights record" in queries.rights_standing(jane, TODAY).reason
    record = _record(creator, jane, valid_until=TODAY + timedelta(days=9))
    for day, valid, words in (
        (TODAY - timedelta(days=1), False, "not valid before 15 June 2026"),
        (TODAY, True, "valid until 24 June 2026"),
        (TODAY + timedelta(days=9), True, "valid until"),
        (TODAY + timedelta(days=10), False, "expired on 24 June 2026"),
    ):
        standing = queries.rights_standing(jane, day)
        assert (standing.is_valid, words in standing.reason) == (valid, True), standing
    services.revoke_rights(actor=creator, record=record)
    standing = queries.rights_standing(jane, TODAY)
    assert not standing.is_valid
    assert "revoked on" in standing.reason
    with pytest.raises(Conflict):
        services.revoke_rights(actor=creator, record=record)
    _record(creator, jane, basis=RightsBasis.Code.SYNTHETIC, holder="")
    assert queries.rights_standing(jane, TODAY).is_valid


def test_what_a_record_needs(
    jane: Character, creator: User, project: Project, picture: Picture
) -> None:
    for values, field in (
        ({"holder": ""}, "holder"),
        ({"basis": RightsBasis.Code.CONSENT}, "evidence"),
        ({"valid_until": TODAY - timedelta(days=1)}, "valid_until"),
        ({"territories": ["XX"]}, "territories"),
        ({"territories": []}, "territories"),
    ):
        with pytest.raises(Invalid) as refused:
            _record(creator, jane, **values)
        assert field in refused.value.fields
    evidence = picture()
    record = _record(
        creator, jane, basis=RightsBasis.Code.CONSENT, evidence=evidence,
        uses=[RightsUse.Code.FILM], territories=["DE", "AT", "WW"],
    )  # fmt: skip
    assert [row.territory for row in record.territories.all()] == ["WW"]
    with pytest.raises(IntegrityError), transaction.atomic():
        RightsRecord.objects.filter(pk=record.pk).update(evidence=None)


def test_readiness_says_what_is_missing_and_where(jane: Character, creator: User) -> None:
    badges = {badge.code: badge for badge in queries.readiness(jane)}
    assert not any(badges[code].is_ready for code in ("seed-a", "seed-b", "rights"))
    assert badges["metadata"].is_ready
    assert "No picture yet" in badges["seed-a"].reason
    assert badges["seed-a"].url.startswith("/seed-images/")
    assert badges["rights"].url.endswith("#rights")
    _record(creator, jane, valid_from=timezone.localdate())
    badges = {badge.code: badge for badge in queries.readiness(jane)}
    assert badges["rights"].is_ready
