"""The form of a new scene: one character by one scene type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from pipeline.characters.models import Character
from pipeline.scenes.models import SceneTypeVersion
from studio.core.forms import StudioForm


class SceneForm(StudioForm):
    """Which character, by which recipe, under which title."""

    character = forms.ChoiceField(
        error_messages={"required": "Choose a character."},
        help_text="Its heroes of Seed A and Seed B are what the scene is made from.",
    )
    type_version = forms.ChoiceField(
        label="Scene type", error_messages={"required": "Choose a scene type."}
    )
    title = forms.CharField(
        max_length=120,
        required=False,
        help_text="Empty: the character's name and the scene type's.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        *args: Any,
        characters: Sequence[Character],
        versions: Sequence[SceneTypeVersion],
        **kwargs: Any,
    ) -> None:
        """A form for the characters and the newest versions of scene types of a project."""
        super().__init__(*args, **kwargs)
        self.characters = {str(character.code): character for character in characters}
        self.versions = {str(version.scene_type.code): version for version in versions}
        character: Any = self.fields["character"]
        character.choices = [(code, c.name) for code, c in self.characters.items()]
        version: Any = self.fields["type_version"]
        version.choices = [(code, str(v)) for code, v in self.versions.items()]

    def clean_character(self) -> Character:
        """The character itself."""
        return self.characters[self.cleaned_data["character"]]

    def clean_type_version(self) -> SceneTypeVersion:
        """The version itself."""
        return self.versions[self.cleaned_data["type_version"]]
