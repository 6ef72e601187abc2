"""Bodies of the API of people, projects, members and keys."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from studio.core.access import RoleCode
from studio.core.api.fields import CodeField
from studio.core.models import (
    ApiKey,
    ApiScope,
    Membership,
    PreferenceName,
    Project,
    ProjectKind,
    User,
)


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person as others see them. The queryset loads `profile`."""

    display_name = serializers.CharField(source="profile.display_name", read_only=True)

    class Meta:
        model = User
        fields = ["code", "username", "display_name"]
        read_only_fields = fields


class UserSerializer(PersonSerializer):
    """A person as Admins see them."""

    role = CodeField(RoleCode, source="role_id", read_only=True)

    class Meta:
        model = User
        fields = [
            "code",
            "username",
            "display_name",
            "email",
            "role",
            "is_active",
            "must_change_password",
            "created_at",
        ]
        read_only_fields = fields


class NewUserSerializer(serializers.Serializer[User]):
    """What an Admin says about a new person."""

    username = serializers.CharField(max_length=60)
    display_name = serializers.CharField(max_length=120, required=False, default="")
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    role = CodeField(RoleCode, required=False, default=RoleCode.CREATOR.code)

    def validate_role(self, value: Any) -> RoleCode:
        """The default comes as a code."""
        return value if isinstance(value, RoleCode) else RoleCode.by_code(value)  # type: ignore[return-value]


class UserWithPasswordSerializer(UserSerializer):
    """A person with the one-time password, told once."""

    password = serializers.CharField(read_only=True, help_text="one-time; shown only now")

    class Meta(UserSerializer.Meta):
        fields = [*UserSerializer.Meta.fields, "password"]
        read_only_fields = fields


class ChangeUserSerializer(serializers.Serializer[User]):
    """What an Admin may change about a person."""

    role = CodeField(RoleCode, required=False)
    is_active = serializers.BooleanField(required=False)


class MeSerializer(UserSerializer):
    """Oneself, with preferences."""

    preferences = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["code", "username", "display_name", "email", "role", "created_at", "preferences"]
        read_only_fields = fields

    def get_preferences(self, user: User) -> dict[str, Any]:
        """Values by the preference's code."""
        names = {member.value: member.code for member in PreferenceName.Code}
        return {names[row.name_id]: row.value for row in user.preferences.all()}


class ChangeMeSerializer(serializers.Serializer[User]):
    """What one may change about oneself."""

    display_name = serializers.CharField(max_length=120, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)


class PasswordSerializer(serializers.Serializer[User]):
    """The present password and the next."""

    old = serializers.CharField(max_length=200, trim_whitespace=False)
    new = serializers.CharField(max_length=200, trim_whitespace=False)


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project. The queryset loads `owner` and its profile."""

    kind = CodeField(ProjectKind.Code, source="kind_id", read_only=True)
    owner = PersonSerializer(read_only=True)

    class Meta:
        model = Project
        fields = ["code", "name", "kind", "owner", "created_at", "archived_at"]
        read_only_fields = fields


class NewProjectSerializer(serializers.Serializer[Project]):
    """The name of a new project."""

    name = serializers.CharField(max_length=120)


class ChangeProjectSerializer(serializers.Serializer[Project]):
    """What may be changed about a project."""

    name = serializers.CharField(max_length=120, required=False)
    archived = serializers.BooleanField(required=False)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A member of a project. The queryset loads `user` and the profile."""

    user = PersonSerializer(read_only=True)
    role = CodeField(RoleCode, source="role_id", read_only=True)

    class Meta:
        model = Membership
        fields = ["user", "role", "created_at"]
        read_only_fields = fields


class NewMemberSerializer(serializers.Serializer[Membership]):
    """Who is to be added, and as what."""

    username = serializers.CharField(max_length=60)
    role = CodeField(RoleCode)


class ChangeMemberSerializer(serializers.Serializer[Membership]):
    """A member's next role."""

    role = CodeField(RoleCode)


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key without its secret. The queryset prefetches `grants`."""

    scopes = serializers.SerializerMethodField()

    class Meta:
        model = ApiKey
        fields = [
            "code",
            "name",
            "prefix",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ]
        read_only_fields = fields

    def get_scopes(self, key: ApiKey) -> list[str]:
        """Codes of the scopes, from harmless to powerful."""
        return [ApiScope.Code(i).code for i in sorted(grant.scope_id for grant in key.grants.all())]


class NewApiKeySerializer(serializers.Serializer[ApiKey]):
    """What a new key is called, may do, and when it ends."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=CodeField(ApiScope.Code), min_length=1, max_length=10)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ApiKeyWithSecretSerializer(ApiKeySerializer):
    """A key with its secret, told once."""

    secret = serializers.CharField(read_only=True, help_text="shown only now")

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "secret"]
        read_only_fields = fields


class LookupRowSerializer(serializers.Serializer[Any]):
    """One value of a lookup."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class LookupSerializer(serializers.Serializer[Any]):
    """A lookup: what a state, a kind or a role can be."""

    name = serializers.CharField()
    rows = LookupRowSerializer(many=True)
