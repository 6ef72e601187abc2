"""Fields that API bodies of all packages use."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from studio.core.lookups import Codes


class CodeField(serializers.ChoiceField):
    """A lookup's row by its code; use it on the `…_id` attribute, so that it causes no query.

    role = CodeField(RoleCode, source="role_id")
    """

    def __init__(self, codes: type[Codes], **options: Any) -> None:
        self.codes = codes
        super().__init__(choices=[(member.code, member.label) for member in codes], **options)

    def to_representation(self, value: Any) -> str:
        """The code of the row with this id."""
        return self.codes(value).code

    def to_internal_value(self, data: Any) -> Any:
        """The member with this code."""
        super().to_internal_value(data)
        return self.codes.by_code(str(data))
