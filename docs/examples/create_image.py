"""Make pictures with nothing but the API: submit, follow the stream, download.

    SEEDFRAME_URL=http://127.0.0.1:8000 SEEDFRAME_KEY=sf_… python docs/examples/create_image.py OUT

The key (me → API keys) needs the scopes read, write and spend. Only httpx is needed.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import httpx


def main(folder: Path) -> None:
    """Submit one job and save its pictures into `folder`."""
    api = httpx.Client(
        base_url=os.environ["SEEDFRAME_URL"].rstrip("/") + "/api/v1/",
        headers={"Authorization": f"Api-Key {os.environ['SEEDFRAME_KEY']}"},
        timeout=60,
    )
    project = os.environ.get("SEEDFRAME_PROJECT") or first_project(api)
    request = {
        "project": project,
        "parameters": {
            "prompt": "a lighthouse on a cliff at dusk, three gulls",
            "template": "instagram-story",
            "variations": 2,
        },
    }
    estimate = api.post("estimates/create.image/", json=request).raise_for_status().json()
    print(f"at most {estimate['amount_microcredits'] / 1e6:g} credits. {estimate['size']}")

    # The same key never makes two jobs, so a repeat after a broken connection is safe.
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answer = api.post("jobs/create.image/", json=request, headers=headers)
    job = answer.raise_for_status().json()
    with api.stream("GET", f"jobs/{job['code']}/events/") as events:
        for line in events.iter_lines():
            if line.startswith("data: {"):
                print(line.removeprefix("data: "))

    job = api.get(f"jobs/{job['code']}/").raise_for_status().json()
    if job["state"] != "succeeded":
        sys.exit(f"{job['state']}: {job['attempts'][-1]['message']}")
    folder.mkdir(parents=True, exist_ok=True)
    for output in job["outputs"]:
        file = api.get(f"versions/{output['version']}/file/", follow_redirects=True)
        path = folder / f"{output['position']}.png"
        path.write_bytes(file.raise_for_status().content)
        print(f"{path}  {output['width_px']}×{output['height_px']}  seed {output['random_seed']}")


def first_project(api: httpx.Client) -> str:
    """The code of one's first project."""
    listed = api.get("projects/").raise_for_status().json()
    return str(listed["results"][0]["code"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "pictures"))
