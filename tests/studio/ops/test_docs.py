"""What `docs/operations.md` says about settings and commands is so."""

from __future__ import annotations

import re

from django.core.management import get_commands, load_command_class

from studio.management.commands.settings_table import DOCUMENT, table
from studio.ops import watch


def test_table_of_settings_is_that_of_the_code():
    assert table() in DOCUMENT.read_text(), "run `manage.py settings_table --write`"


def test_every_option_of_up_is_told():
    parser = load_command_class("studio", "up").create_parser("manage.py", "up")
    own = parser._action_groups[1]._group_actions
    text = DOCUMENT.read_text()
    names = {name for action in own for name in action.option_strings}
    django = set(
        load_command_class("studio", "demo")
        .create_parser("manage.py", "demo")
        ._option_string_actions
    )
    assert names - django
    for name in names - django:
        assert f"`{name}" in text, name


def test_commands_that_are_told_exist():
    told = set(re.findall(r"manage\.py ([a-z_]+)", DOCUMENT.read_text()))
    assert told and told <= set(get_commands())


def test_figures_of_the_canary_are_those_of_the_code():
    text = DOCUMENT.read_text()
    assert f"Every {watch.CANARY_EVERY_SECONDS:g} seconds" in text
    assert f"answered in {watch.CANARY_LIMIT_SECONDS:g} seconds" in text
