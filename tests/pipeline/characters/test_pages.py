"""The pages of characters: what they show, what they do, what they say when it can't be done."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pipeline.characters.models import Character, MetadataField, RightsRecord
from pipeline.characters.queries import current_traits
from pipeline.characters.services import define_field
from studio.core.models import Project, User
from tests.assets.pictures import png
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_an_empty_list_teaches(creator: User, reviewer: User, project: Project) -> None:
    page = signed_in(creator).get("/characters/").content.decode()
    assert "Seed A" in page
    assert "New character" in page
    assert "New character" not in signed_in(reviewer).get("/characters/").content.decode()


def test_a_character_is_made_and_found(creator: User, outsider: User, project: Project) -> None:
    client = signed_in(creator)
    sent = {"project": str(project.code), "name": "Jane Doe", "slate_code": ""}
    answer = client.post("/characters/", sent)
    made = Character.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/characters/{made.code}/")
    refused = client.post("/characters/", sent)
    assert refused.status_code == 422
    assert "already" in refused.content.decode()
    assert signed_in(outsider).post("/characters/", sent).status_code in (404, 422)
    page = client.get("/characters/?q=jane").content.decode()
    assert "Jane Doe" in page
    assert "No picture yet" in page
    assert "Nobody is called that" in client.get("/characters/?q=zz").content.decode()
    assert client.get("/characters/?project=no").status_code == 422


def test_traits_are_saved_and_errors_stand_beside_the_field(
    creator: User, project: Project, jane: Character
) -> None:
    define_field(actor=creator, project=project, key="hair", label="Hair")
    client = signed_in(creator)
    url = f"/characters/{jane.code}/traits/"
    assert client.post(url, {"hair": "red"}, headers=HTMX).status_code == 200
    assert current_traits(jane) == {"hair": "red"}
    assert client.post(url, {"hair": "x" * 600}, headers=HTMX).status_code == 422
    page = client.get(f"/characters/{jane.code}/history/").content.decode()
    assert "red" in page


def test_rights_are_recorded_with_a_file_and_revoked(creator: User, jane: Character) -> None:
    client = signed_in(creator)
    url = f"/characters/{jane.code}/rights/"
    sent = {"basis": "consent", "holder": "Jane", "territories": ["DE", "FR"], "uses": ["film"]}
    refused = client.post(url, sent, headers=HTMX)
    assert refused.status_code == 422
    assert "Attach the signed form" in refused.content.decode()
    form = SimpleUploadedFile("consent.png", png(20, 20), "image/png")
    assert client.post(url, sent | {"evidence": form}, headers=HTMX).status_code == 204
    record = RightsRecord.objects.get()
    page = client.get(url).content.decode()
    assert "Germany" in page
    assert "The consent of Jane: valid without end" in page
    client.post(f"{url}{record.code}/revoke/")
    assert "revoked on" in client.get(url).content.decode()


def test_the_schema_is_the_managers(
    creator: User, reviewer: User, project: Project, jane: Character
) -> None:
    url = f"/projects/{project.code}/metadata/"
    sent = {"label": "Eyes", "key": "eyes", "value_type": "choice", "options": "blue\nbrown\n"}
    assert signed_in(reviewer).post(url, sent).status_code == 403
    client = signed_in(creator)
    assert client.post(url, sent).status_code == 303
    field = MetadataField.objects.get()
    assert [option.value for option in field.options.all()] == ["blue", "brown"]
    assert client.post(url, sent | {"options": ""}).status_code == 422
    assert client.post(f"{url}eyes/retire/").status_code == 303
    assert "Retired" in client.get(url).content.decode()


def test_notes_edit_and_archive(creator: User, jane: Character) -> None:
    client = signed_in(creator)
    base = f"/characters/{jane.code}/"
    stale = {"notes": "Low voice", "version": jane.version}
    assert client.post(f"{base}notes/", stale).status_code == 303
    assert client.post(f"{base}notes/", stale | {"notes": "Other"}).status_code == 409
    sent = {"name": "Jane D.", "slate_code": "JD", "version": jane.version + 1}
    assert client.post(f"{base}edit/", sent).status_code == 303
    assert "Jane D." in client.get(base).content.decode()
    assert client.post(f"{base}archive/").status_code == 303
    client.get("/jobs/")  # takes the message away
    assert "Jane D." not in client.get("/characters/").content.decode()
    assert "Jane D." in client.get("/characters/?archived=1").content.decode()
    assert client.post(f"{base}archive/", {"restore": "1"}).status_code == 303
