"""From a portrait to a delivered cut with nothing but the API; only httpx is needed."""
# SEEDFRAME_URL=http://127.0.0.1:8000 SEEDFRAME_KEY=sf_… python portrait_to_cut.py jane.png out.zip

import os
import sys
import time
from pathlib import Path
from typing import Any

import httpx

RECIPE = {"width_px": 480, "height_px": 270, "target_frames": 144, "prompt": "{name} at the sea"}
FOUNDATION = {"prompt": "calm sea at dawn", "width_px": 960, "height_px": 540, "variations": 2}
KEY = {"Authorization": f"Api-Key {os.environ['SEEDFRAME_KEY']}"}  # scopes: read, write, spend
api = httpx.Client(base_url=os.environ["SEEDFRAME_URL"] + "/api/v1/", headers=KEY, timeout=60)


def ask(path: str, body: Any = None, **more: Any) -> Any:
    """GET, or POST where there is something to send; an error says what to do."""
    answer = api.request("GET" if body is None and not more else "POST", path, json=body, **more)
    if answer.is_error:
        sys.exit(f"{path}: {answer.json()['detail']} {answer.json().get('remedy', '')}")
    return answer.json()


def wait(path: str, is_done: Any = lambda found: found["state"] in ("succeeded", "ready")) -> Any:
    """What is at an address, as soon as it is done."""
    while not is_done(found := ask(path)):
        if found.get("state") in ("failed", "cancelled", "stopped"):
            sys.exit(f"{path}: {found['state']}. {found.get('stop_reason', '')}")
        time.sleep(0.5)
    return found


portrait, target = Path(sys.argv[1]), Path(sys.argv[2])
project = ask("projects/", {"name": portrait.stem})["code"]
character = ask("characters/", {"project": project, "name": portrait.stem.title()})["code"]
ask(f"characters/{character}/rights/", {"basis": "licence", "holder": "NASA, public domain"})
asset = ask("assets/", data={"project": project}, files={"file": portrait.open("rb")})
seeds = {s["slot"]: s["code"] for s in ask(f"seed-images/?character={character}")["results"]}
ask(f"seed-images/{seeds['a']}/variations/", {"version": asset["current"]["code"]})
for slot, seed in sorted(seeds.items()):
    if slot == "b":  # is made from the hero of Seed A
        job = ask(f"seed-images/{seed}/generate/", {"parameters": FOUNDATION})["code"]
        wait(f"jobs/{job}/")
    got = wait(f"seed-images/{seed}/variations/", lambda p: all(v["verdict"] for v in p["results"]))
    best = max(got["results"], key=lambda variation: variation["likeness_score"] or 0)
    ask(f"variations/{best['code']}/hero/", {})
recipe = ask("scene-types/", {"project": project, "name": "Sea", "recipe": RECIPE})["code"]
scene = ask("scenes/", {"character": character, "scene_type": recipe})["code"]
ask(f"scenes/{scene}/start/", {})
wait(f"scenes/{scene}/")
cut = ask(f"scenes/{scene}/cuts/", {})["code"]
wait(f"cuts/{cut}/", lambda found: found["version"])
ask(f"cuts/{cut}/approval/", {})
delivery = ask("deliveries/", {"project": project, "title": "The sea", "cuts": [cut]})
package = wait(f"jobs/{delivery['packages'][0]['job']}/")["outputs"][0]["version"]
file = api.get(f"versions/{package}/file/", follow_redirects=True)
target.write_bytes(file.raise_for_status().content)
