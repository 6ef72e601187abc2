"""What a model can't do is said before anything is paid, with what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from assets.models import LineageRole
from billing.models import Entry
from pipeline.jobs.models import Job
from pipeline.jobs.submit import JobRequest, plan_job, submit_job
from pipeline.operations.limits import InputFacts, InputLimits
from studio.core.errors import Invalid
from studio.core.models import Project
from tests.pipeline.operations.inputs import audio_version, image_version
from tests.pipeline.operations.requests import PARAMETERS

BASE, MASK = LineageRole.Code.BASE.code, LineageRole.Code.MASK.code


def facts(width: int = 1000, height: int = 1000, **more: Any) -> InputFacts:
    return InputFacts(
        "base", "Cat", more.get("kind", "image/png"), more.get("size", 1), width, height
    )


@pytest.mark.parametrize(
    ("limits", "given", "said"),
    [
        (InputLimits(min_side_px=64), facts(63, 900), "each side must have 64 or more: enlarge"),
        (InputLimits(min_side_px=64), facts(64, 900), ""),
        (InputLimits(max_side_px=1536), facts(1537, 9), "may have 1536 at most: make it smaller"),
        (InputLimits(max_side_px=1536), facts(1536, 9), ""),
        (InputLimits(min_pixels=4096), facts(63, 65), "4,096 pixels are needed in all: enlarge"),
        (InputLimits(min_pixels=4096), facts(64, 64), ""),
        (InputLimits(max_pixels=1_048_576), facts(2048, 1024), "reduce it to 1448 × 724 or less"),
        (InputLimits(max_pixels=1_048_576), facts(1024, 1024), ""),
        (InputLimits(max_aspect=2.5), facts(1000, 399), "may be 2.5 times the shorter at most"),
        (InputLimits(max_aspect=2.5), facts(400, 1000), ""),
        (InputLimits(max_bytes=10), facts(size=11), "make it smaller or save it as JPEG or WebP"),
        (InputLimits(max_bytes=10), facts(size=10), ""),
        (
            InputLimits(media_types=("image/png",)),
            facts(kind="image/tiff"),
            "save it as one of PNG",
        ),
        (InputLimits(media_types=("image/png",)), facts(), ""),
    ],
)
def test_a_limit_says_what_to_do(limits: InputLimits, given: InputFacts, said: str) -> None:
    problems = list(limits.problems(given))
    assert len(problems) == bool(said)
    assert all(said in problem for problem in problems)


@pytest.mark.django_db
class TestBeforePaying:
    """Through the one way in."""

    def ask(self, project: Project, operation: str, inputs: Any, model: str = "", **values: Any):
        request = JobRequest(
            operation=operation,
            parameters=PARAMETERS[operation] | values,
            model=model,
            inputs=inputs,
            reuse=False,
        )
        return plan_job(actor=project.owner, project=project, request=request), request

    def refused(self, project: Project, operation: str, inputs: Any, said: str, **values: Any):
        with pytest.raises(Invalid) as caught:
            self.ask(project, operation, inputs, **values)
        problem = caught.value
        assert said in f"{problem.detail} {problem.fields}"
        return problem

    def test_a_picture_that_is_too_large_costs_nothing(self, project: Project) -> None:
        big = [(BASE, image_version(project, 1600, 900).code)]
        said = "reduce it to 1365 × 768 or less"
        problem = self.refused(project, "upscale.fast", big, said)
        assert set(problem.fields) == {"inputs"}
        request = JobRequest(operation="upscale.fast", parameters={}, inputs=big)
        with pytest.raises(Invalid):
            submit_job(actor=project.owner, project=project, request=request)
        assert not Job.objects.exists()
        assert not Entry.objects.filter(transfer__hold__isnull=False).exists()
        assert self.ask(project, "upscale.fast", [(BASE, image_version(project, 1024, 768).code)])

    def test_a_role_that_a_model_takes_nothing_for(self, project: Project) -> None:
        picture = image_version(project).code
        inputs = [(BASE, picture), (MASK, picture)]
        self.refused(project, "edit.prompt", inputs, "takes no mask", model="flux-kontext-pro")
        assert self.ask(project, "edit.prompt", inputs, model="fibo-edit")

    def test_more_references_than_a_model_takes(self, project: Project) -> None:
        picture = image_version(project).code
        inputs = [(BASE, picture), *[("reference", picture)] * 10]
        self.refused(project, "edit.prompt", inputs, "at most 9", model="seedream-v4.5")
        assert self.ask(project, "edit.prompt", inputs, model="nano-banana-pro-ultra")

    @pytest.mark.parametrize(
        ("operation", "model", "values", "said"),
        [
            ("create.image", "sd3.5-large", {"guidance": 0}, "between 1 and 10"),
            ("create.image", "sd3.5-large", {"guidance": 10.5}, "between 1 and 10"),
            ("create.image", "flux.1-dev", {"guidance": 0.5}, "between 1 and 20"),
            ("edit.prompt", "fibo-edit", {"guidance": 3.5}, "3, 4 or 5"),
            ("edit.prompt", "fibo-edit", {"steps": 19}, "between 20 and 50"),
            ("edit.prompt", "flux-kontext-pro", {"guidance": 0}, "between 1 and 20"),
            ("edit.outpaint", "expand", {"left_px": 2000, "right_px": 2000, "top_px": 2000,
             "bottom_px": 2000}, ""),
            ("transform.image_to_video", "wan-2.5", {"frames": 241}, "240 frames or fewer"),
            ("transform.image_to_video", "wan-2.5", {"prompt": ""}, "needs a prompt"),
            ("transform.image_to_3d", "stable-fast-3d", {"foreground_ratio": 1.3}, "0.1 and 1"),
            ("transform.image_to_3d", "stable-point-aware-3d", {"vertex_budget": 0}, "100 or more"),
            ("transform.image_to_3d", "stable-fast-3d", {"vertex_budget": 0}, ""),
            ("edit.replace_background", "stable-image", {"background_prompt": ""}, "Describe the"),
        ],
    )  # fmt: skip
    def test_what_a_model_refuses(
        self, project: Project, operation: str, model: str, values: Any, said: str
    ) -> None:
        role = "start-frame" if operation == "transform.image_to_video" else BASE
        inputs = [] if operation == "create.image" else [(role, image_version(project).code)]
        if said:
            problem = self.refused(project, operation, inputs, said, model=model, **values)
            assert set(problem.fields) == {"model"}
        else:
            assert self.ask(project, operation, inputs, model=model, **values)

    def test_size_counts_for_what_comes_of_it(self, project: Project) -> None:
        wide = [(BASE, image_version(project, 2100, 500).code)]
        self.refused(project, "upscale.increase", wide, "or the factor 2", factor=4)
        assert self.ask(project, "upscale.increase", wide, factor=2)

    def test_a_structured_prompt_is_made_one_way(self, project: Project) -> None:
        picture = [(BASE, image_version(project).code)]
        document = '{"short_description": "a cat"}'
        self.refused(project, "prompt.structure", [], "Write a prompt", prompt="")
        self.refused(project, "prompt.structure", picture, "not both", structured_prompt=document)
        assert self.ask(project, "prompt.structure", picture, prompt="")
        assert self.ask(project, "prompt.structure", [], structured_prompt=document)
        self.refused(project, "prompt.structure", [], "not JSON", structured_prompt="{")

    def test_a_recording_of_the_wrong_kind(self, project: Project) -> None:
        inputs = [
            ("start-frame", image_version(project).code),
            ("audio", audio_version(project).code),
        ]
        self.refused(project, "transform.image_to_video", inputs, "takes no audio", model="motion")
        assert self.ask(project, "transform.image_to_video", inputs, model="wan-2.5")

    def test_what_a_model_ignores_is_not_looked_at(self, project: Project) -> None:
        inputs = [
            ("start-frame", image_version(project).code),
            ("reference", image_version(project, 10, 10).code),
        ]
        assert self.ask(project, "transform.image_to_video", inputs, model="wan-2.5")
