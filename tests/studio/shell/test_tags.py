"""Figures, moments, chips and fields as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django import forms
from django.template import Context, Template

from studio.shell import navigation, states
from studio.templatetags import shell


def render(source: str, **context: object) -> str:
    return Template("{% load shell %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_480_113, "2.5 MB"),
     (999_950, "1.0 MB"), (250_000_000, "250 MB"), (7_300_000_000_000_000, "7300 TB")],
)  # fmt: skip
def test_bytes(count: int | None, text: str) -> None:
    assert shell.size_bytes(count) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [(None, "–"), (840, "840 ms"), (12_400, "12.4 s"), (59_990, "1 min 00 s"),
     (185_000, "3 min 05 s"), (7_800_000, "2 h 10 min")],
)  # fmt: skip
def test_durations(ms: int | None, text: str) -> None:
    assert shell.duration_ms(ms) == text


@pytest.mark.parametrize(
    ("micro", "text"),
    [(None, "–"), (0, "0.00"), (4_000_000, "4.00"), (1_240_500_000, "1,240.50"),
     (12_500, "0.0125"), (-2_500_000, "-2.50"), (1, "0.000001")],
)  # fmt: skip
def test_credits(micro: int | None, text: str) -> None:
    assert shell.credits(micro) == text


@pytest.mark.parametrize(
    ("name", "letters"), [("Mira Keller", "MK"), ("ada", "A"), ("", ""), ("j.r.r. tolkien", "JT")]
)
def test_initials(name: str, letters: str) -> None:
    assert shell.initials(name) == letters


def test_state_chip_says_it_in_words_too() -> None:
    html = render('{% state_chip "failed" %}')
    assert "danger" in html and "#circle-x" in html and "Failed" in html
    assert "made &lt;up&gt;" in render("{% state_chip code label %}", code="odd", label="made <up>")


def test_unknown_states_are_neutral() -> None:
    assert states.look("never-heard-of") == states.NEUTRAL


def test_icon_is_hidden_unless_it_means_something() -> None:
    assert 'aria-hidden="true"' in render('{% icon "x" %}')
    assert 'role="img" aria-label="Cached"' in render('{% icon "zap" label="Cached" %}')


def test_moment() -> None:
    html = render("{% when moment %}", moment=datetime(2026, 11, 21, 9, 5, tzinfo=UTC))
    assert 'datetime="2026-11-21T09:05:00+00:00"' in html
    assert "2026-11-21 09:05 UTC" in html
    assert render("{% when moment %}", moment=None) == ""


class SizeForm(forms.Form):
    width = forms.IntegerField(min_value=64, help_text="In pixels.")
    note = forms.CharField(required=False)
    agree = forms.BooleanField(label="I agree")


def test_field_ties_label_help_and_error_to_its_control() -> None:
    html = render('{% field form.width unit="px" %}', form=SizeForm({"width": "3"}))
    assert '<label for="id_width">' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_width_helptext"' in html and 'id="id_width_error"' in html
    assert 'aria-describedby="id_width_helptext id_width_error"' in html
    assert ">px<" in html


def test_optional_fields_say_so() -> None:
    assert "optional" in render("{% field form.note %}", form=SizeForm())
    assert "optional" not in render("{% field form.width %}", form=SizeForm())


def test_checkbox_is_inside_its_label() -> None:
    assert '<label class="check"><input type="checkbox"' in render(
        "{% field form.agree %}", form=SizeForm()
    )


def test_no_two_entries_claim_the_same_keys() -> None:
    groups = navigation.key_groups(navigation.SECTIONS)
    assert {"g c", "g l", "g j", "?", "/"} <= {key.keys for group in groups for key in group.keys}
    with pytest.raises(ValueError, match="claimed twice: g h"):
        navigation.key_groups([navigation.SECTIONS[0], navigation.SECTIONS[0]])


def test_sections_know_whether_one_is_inside() -> None:
    library = next(s for s in navigation.SECTIONS if s.name == "library")
    home = navigation.SECTIONS[0]
    assert library.current("/library/") == "page"
    assert library.current("/library/5/") == "true"
    assert library.current("/jobs/") == home.current("/jobs/") == ""
    assert home.current("/") == "page"
