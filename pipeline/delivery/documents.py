"""The text files of a package: master metadata (JSON), sidecars of takes (CSV, XML), schemas."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema

from pipeline.delivery.facts import SCHEMA

TAKE_SCHEMA = "take-1.xsd"
NAMESPACE = "urn:seedframe:take:1"
_SCHEMAS = Path(__file__).parent / "schemas"
#: What a spreadsheet would run as a formula.
_FORMULA = re.compile(r"^[=+\-@\t\r]")
#: What XML 1.0 has no way to write.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def documents_of(delivery: dict[str, Any], cuts: list[dict[str, Any]]) -> dict[str, str]:
    """The text files of a package by their path.

    Args:
        delivery: what the delivery is: code, number, title, recipient, project, by whom, when.
        cuts: the facts of its cuts, as `facts.cut_facts` gives them.

    Raises:
        jsonschema.ValidationError: the master metadata does not fit its own schema.
    """
    master = {"$schema": SCHEMA, "version": 1, "delivery": delivery, "cuts": cuts}
    jsonschema.validate(master, json.loads(schema_text(SCHEMA)))
    found = {
        "metadata/master.json": json.dumps(master, indent=2, ensure_ascii=False) + "\n",
        f"metadata/{SCHEMA}": schema_text(SCHEMA),
        f"metadata/{TAKE_SCHEMA}": schema_text(TAKE_SCHEMA),
    }
    for cut in cuts:
        stem = cut["file"].rpartition(".")[0]
        for take in cut["takes"]:
            name = f"sidecars/{stem}/segment{take['segment']:03}_take{take['number']:03}"
            rows = list(sidecar_rows(cut, take))
            found[f"{name}.csv"] = as_csv(rows)
            found[f"{name}.xml"] = as_xml(rows)
    return found


def schema_text(name: str) -> str:
    """A published schema, as it is served and packed."""
    return (_SCHEMAS / name).read_text(encoding="utf-8")


def sidecar_rows(cut: dict[str, Any], take: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is known of one take in a cut: (group, name, value), in a fixed order."""
    technical = cut["technical"]
    yield "file", "cut", cut["file"]
    yield "file", "sha256", take["sha256"]
    yield "scene", "character", cut["character"]["name"]
    yield "scene", "slate_code", cut["character"]["slate_code"]
    yield "scene", "title", cut["scene"]["title"]
    yield "scene", "segment", str(take["segment"])
    yield "scene", "take", str(take["number"])
    yield "technical", "width_px", str(technical["width_px"])
    yield "technical", "height_px", str(technical["height_px"])
    yield "technical", "fps", f"{technical['fps']['num']}/{technical['fps']['den']}"
    yield "technical", "codec", take["codec"]
    for name, value in technical["color"].items():
        yield "technical", f"color_{name}", value
    for name in ("frames", "end_frame", "in_frame", "out_frame", "cut_start_frame"):
        yield "frames", name, str(take[name])
    yield "frames", "cut_start_timecode", take["cut_start_timecode"]
    yield "review", "verdict", take["verdict"]
    for name, value in take["made_by"].items():
        yield "made_by", name, value
    for name, value in sorted(take["measures"].items()):
        yield "measures", name, f"{value:.6g}"
    for side in ("left", "right"):
        for boundary in cut["boundaries"]:
            if boundary[f"{side}_segment"] == take["segment"]:
                yield from _boundary_rows("after" if side == "left" else "before", boundary)


def _boundary_rows(where: str, boundary: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    group = f"boundary_{where}"
    for name in ("state", "score", "ssim", "phash_distance", "motion_agreement"):
        value = boundary[name]
        if value is not None:
            yield group, name, f"{value:.6g}" if isinstance(value, float) else str(value)
    bridge = boundary["bridge"]
    if bridge is None:
        return
    for name in ("method", "frames", "score_before", "score_after"):
        yield group, f"bridge_{name}", str(bridge[name])
    for key in bridge["transform"]:
        figures = (key["scale"], key["shift_x_px"], key["shift_y_px"], key["roll_deg"])
        yield group, f"bridge_key_{key['frame']}", " ".join(f"{figure:.6g}" for figure in figures)


def as_csv(rows: list[tuple[str, str, str]]) -> str:
    """Rows as CSV (RFC 4180) that no spreadsheet takes for formulas."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["group", "name", "value"])
    for group, name, value in rows:
        writer.writerow([group, name, f"'{value}" if _FORMULA.match(value) else value])
    return out.getvalue()


def as_xml(rows: list[tuple[str, str, str]]) -> str:
    """Rows as XML by `schemas/take-1.xsd`."""
    root = ElementTree.Element("take", {"xmlns": NAMESPACE})
    group_element: ElementTree.Element | None = None
    for group, name, value in rows:
        if group_element is None or group_element.get("name") != group:
            group_element = ElementTree.SubElement(root, "group", {"name": group})
        element = ElementTree.SubElement(group_element, "fact", {"name": name})
        element.text = _NOT_IN_XML.sub("�", value)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'
