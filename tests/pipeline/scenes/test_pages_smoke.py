"""A first look at every page."""
from __future__ import annotations
import pytest
from tests.pipeline.scenes import stage, builders
from tests.support.clients import signed_in
pytestmark = pytest.mark.django_db

def test_smoke(creator, project, reviewer):
    c = signed_in(creator)
    assert "No scene types yet" in c.get("/scene-types/").content.decode()
    for url in ("/scene-types/new/", "/scenes/", "/scenes/matrix/"):
        r = c.get(url); assert r.status_code == 200, (url, r.content[:2000])
    ch = stage.cast_character(creator, project)
    s = stage.draft(creator, ch, gates=[{"measure": "drift_max", "level": "warn", "most": 0.4}])
    t = s.type_version.scene_type
    for url in (f"/scene-types/?project={project.code}", f"/scene-types/{t.code}/", f"/scene-types/{t.code}/next/", f"/scene-types/new/?project={project.code}&parent={t.code}", "/scenes/", f"/scenes/matrix/?project={project.code}", f"/scenes/{s.code}/", f"/scenes/{s.code}/?part=rest", f"/characters/{ch.code}/scenes/"):
        r = c.get(url); assert r.status_code == 200, (url, r.content[:3000])
    s = builders.build_scene(creator, project, takes=[10, 10, 10])
    seg = s.segments.first()
    for url in (f"/scenes/{s.code}/", f"/scenes/{s.code}/segments/{seg.code}/", f"/scenes/{s.code}/redo-takes/?segment={seg.code}"):
        r = c.get(url); assert r.status_code == 200, (url, r.content[:3000])
        r = c.get(url, headers={"HX-Request": "true"}); assert r.status_code == 200, (url, r.content[:3000])
