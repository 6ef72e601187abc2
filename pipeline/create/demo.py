"""Demo content: a project with a few pictures, made by the services that people use."""

from __future__ import annotations

from pipeline.jobs.submit import JobRequest, submit_job
from studio.core.access import RoleCode
from studio.core.models import Project, User
from studio.core.services import create_project

PROJECT_NAME = "First look"
_PICTURES = (
    ("a lighthouse on a cliff at golden hour, three gulls, calm sea", "instagram-story", ""),
    ("snow mountains behind a dark lake, aurora, stars", "youtube-thumbnail", "cinematic"),
    ("a desert road towards a low red sun, long shadows", "web-hero", "photographic"),
    ("a small sailing boat on a misty lake, birch forest", "pinterest-pin", "watercolour"),
)


def build() -> None:
    """Make the project and ask for its pictures; does nothing when it is there.

    The pictures appear as the workers make them. Their random seeds are fixed, so every studio's
    demo looks the same.
    """
    admin = User.objects.filter(role_id=RoleCode.ADMIN, is_active=True).order_by("pk").first()
    if admin is None or Project.objects.filter(owner=admin, name=PROJECT_NAME).exists():
        return
    project = create_project(actor=admin, name=PROJECT_NAME)
    for number, (prompt, template, style) in enumerate(_PICTURES):
        parameters = {
            "prompt": prompt,
            "template": template,
            "style": style,
            "variations": 2,
            "random_seed": 1000 + number,
        }
        request = JobRequest(operation="create.image", parameters=parameters)
        submit_job(actor=admin, project=project, request=request)
