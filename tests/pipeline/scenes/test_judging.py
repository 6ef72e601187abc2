"""Reports are read with care, and gates say what they found."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.scenes.gates import FAIL, PASS, WARN, failures, judge, worst
from pipeline.scenes.models import GateLevel, Measure, RandomSeedStrategy
from pipeline.scenes.recipe import GateRule
from pipeline.scenes.report import read_report
from pipeline.scenes.requests import seed_for

M, L = Measure.Code, GateLevel.Code
REPORT: dict[str, Any] = {
    "frames": 24,
    "end_frame": 20,
    "reason": "It is still there.",
    "measures": {"drift_max": 0.25, "flicker": 0.98, "beauty": 1.0, "grain": float("nan")},
    "models": {"likeness": "descriptor 1"},
    "curve": [[0, 0.0, 0.1, 0.99], [20, 0.25, 0.2, 0.98], [21, None, 0.2, 0.98], [7, 0.1]],
}


@pytest.mark.parametrize(
    ("rule", "score", "verdict", "sentence"),
    [
        (
            GateRule(M.DRIFT_MAX, L.FAIL, None, 0.3),
            0.2,
            PASS,
            "Drift, worst is 0.2, within its limits.",
        ),
        (
            GateRule(M.DRIFT_MAX, L.FAIL, None, 0.3),
            0.412,
            FAIL,
            "Drift, worst is 0.412, above the limit of 0.3.",
        ),
        (
            GateRule(M.BLACK_FRAMES, L.WARN, None, 0),
            3,
            WARN,
            "Black frames is 3 frames, above the limit of 0 frames.",
        ),
        (
            GateRule(M.EXPOSURE_SHADOWS, L.FAIL, 1, 5),
            0.5,
            FAIL,
            "Clipped shadows is 0.5 %, below the limit of 1 %.",
        ),
        (GateRule(M.GRAIN, L.FAIL, 1, None), None, WARN, "Grain could not be measured."),
    ],
)
def test_a_gate_says_what_it_found(
    rule: GateRule, score: float | None, verdict: Any, sentence: str
) -> None:
    scores = {} if score is None else {rule.measure_id: score}
    [found] = judge(scores, [rule])
    assert (found.verdict, found.sentence, found.score) == (verdict, sentence, score)


def test_the_gravest_word_counts() -> None:
    rules = [
        GateRule(M.DRIFT_MAX, L.WARN, None, 0.1),
        GateRule(M.FLICKER, L.FAIL, 0.9, None),
    ]
    assert worst([]) == PASS
    assert worst(judge({M.DRIFT_MAX: 0.2, M.FLICKER: 0.95}, rules)) == WARN
    found = judge({M.DRIFT_MAX: 0.2, M.FLICKER: 0.5}, rules)
    assert worst(found) == FAIL
    assert [item.measure for item in failures(found)] == [M.FLICKER]


def test_a_report_is_read() -> None:
    report = read_report(REPORT)
    assert report is not None
    assert (report.frames, report.end_frame, report.end_reason) == (24, 20, "It is still there.")
    assert {code: found.score for code, found in report.scores.items()} == {
        M.DRIFT_MAX: 0.25,
        M.FLICKER: 0.98,
    }
    assert report.scores[M.DRIFT_MAX].method == "descriptor 1"
    assert report.scores[M.FLICKER].method == ""
    assert [(s.frame, s.drift, s.motion, s.flicker) for s in report.samples] == [
        (0, 0.0, 0.1, 0.99),
        (20, 0.25, 0.2, 0.98),
    ]


@pytest.mark.parametrize(
    "changes",
    [{"frames": None}, {"end_frame": "20"}, {"end_frame": 24}, {"end_frame": -1}, {"frames": 0}],
)
def test_a_report_that_makes_no_sense_is_none(changes: dict[str, Any]) -> None:
    assert read_report({**REPORT, **changes}) is None


def test_seeds_of_takes_derive_from_the_scene() -> None:
    derived, fresh = RandomSeedStrategy.Code.DERIVED, RandomSeedStrategy.Code.FRESH
    seeds = [seed_for(derived, 7, segment, take) for segment in (1, 2, 3) for take in (1, 2)]
    assert len(set(seeds)) == 6
    assert seeds == [seed_for(derived, 7, s, t) for s in (1, 2, 3) for t in (1, 2)]
    assert all(seed is not None and 0 <= seed < 2**53 for seed in seeds)
    assert seed_for(derived, 8, 1, 1) != seeds[0]
    assert seed_for(fresh, 7, 1, 1) is None
