"""Rules that all templates keep, and how the frame renders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from studio.core.errors import PaymentRequired
from studio.core.models import Project, User
from studio.shell.context import Shell
from studio.shell.views import server_error

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
LONGEST = 75


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(TEMPLATES).as_posix() for path in paths]


@pytest.mark.parametrize("path", ALL, ids=names(ALL))
def test_house_rules(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.startswith("{#"), "opens with a comment that tells its context"
    assert source.count("\n") <= LONGEST
    for line in source.splitlines():
        assert line.count("{#") == line.count("#}"), "such a comment ends on its own line"
    source = re.sub(r"{#.*?#}", "", source)
    assert not re.search(r"<style|\sstyle=|\son\w+=|hx-on|javascript:|[\"']js:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source), "scripts are files"
    assert not re.search(r"hx-trigger=\"[^\"]*\[", source), "trigger filters need eval"
    get_template(names([path])[0])


def render(template: str, user: object, path: str = "/library/", **context: object) -> str:
    request = RequestFactory().get(path)
    request.user = user
    return render_to_string(template, context, request)


@pytest.mark.parametrize("code", [400, 403, 404, 413, 500, 503])
def test_error_pages_need_nothing(code: int) -> None:
    html = render_to_string(f"{code}.html")
    assert 'data-theme="obsidian"' in html
    assert "<h1>" in html


def test_problem_tells_what_why_what_to_do_and_the_id() -> None:
    problem = PaymentRequired(
        "Four variations cost 4; 2 are left.", remedy="Make two.", fields={"count": ["at most 2"]}
    )
    html = render_to_string(
        "studio/shell/problem.html#problem", {"problem": problem, "reference": "5e0c41aa"}
    )
    for said in (
        problem.title,
        problem.detail,
        "Make two.",
        "at most 2",
        "5e0c41aa",
        'role="alert"',
    ):
        assert said in html
    assert "<html" not in html


def test_broken_page_keeps_the_theme_and_asks_nothing() -> None:
    class NoUser:
        @property
        def is_authenticated(self) -> bool:
            raise AssertionError("the broken page asked for the session")

    request = RequestFactory().get("/")
    request.COOKIES["appearance"] = "neon.light"
    request.user = NoUser()
    page = server_error(request).content.decode()
    assert 'data-theme="neon" data-scheme="light"' in page
    assert "<h1" in page


def test_problem_page_has_the_frame_only_for_people(admin: User) -> None:
    problem = PaymentRequired()
    assert 'class="rail"' in render("studio/shell/problem.html", admin, problem=problem)
    assert 'class="rail"' not in render(
        "studio/shell/problem.html", AnonymousUser(), problem=problem
    )


def test_frame_marks_where_one_is(creator: User, project: Project) -> None:
    html = render("studio/shell/base.html", creator, project=project)
    assert re.search(r'href="/library/" aria-current="page"', html)
    assert "Lighthouse" in html
    assert f'data-project="{project.code}"' in html
    assert 'href="/admin/"' not in html


def test_admins_see_the_admin_section(admin: User) -> None:
    assert 'href="/admin/"' in render("studio/shell/base.html", admin)


def test_switcher_shows_only_visible_projects(
    outsider: User, project: Project, django_assert_num_queries: object
) -> None:
    assert "Lighthouse" not in render("studio/shell/base.html", outsider)


def test_frame_costs_the_same_whatever_the_number_of_projects(
    creator: User, project: Project, django_assert_max_num_queries: object
) -> None:
    from studio.core.services import create_project

    for number in range(12):
        create_project(actor=creator, name=f"Spot {number}")
    user = User.objects.get(pk=creator.pk)
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        render("studio/shell/base.html", user)


def test_landmarks_have_names(creator: User) -> None:
    html = render("studio/shell/base.html", creator)
    for tag in re.findall(r"<nav[^>]*>", html):
        assert "aria-label" in tag
    assert html.count("<main") == 1
    assert 'href="#content"' in html


@pytest.mark.parametrize(
    ("cookie", "theme", "scheme"),
    [
        ("neon.light", "neon", "light"),
        ("", "obsidian", "auto"),
        ("<b>.dark", "obsidian", "dark"),
        ("neon", "neon", "auto"),
    ],
)
def test_appearance_comes_from_the_cookie(cookie: str, theme: str, scheme: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["appearance"] = cookie
    shell = Shell(request)
    assert (shell.theme, shell.scheme) == (theme, scheme)
