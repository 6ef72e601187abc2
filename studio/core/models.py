"""People, roles, projects, memberships, keys and preferences."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from studio.core.access import (
    CapabilityCode,
    ProjectScopedQuerySet,
    RoleCode,
)
from studio.core.lookups import Codes, Lookup
from studio.core.sessions import SessionStore

__all__ = [
    "ApiKey",
    "ApiKeyScope",
    "ApiScope",
    "Capability",
    "FailedSignIn",
    "Membership",
    "Preference",
    "PreferenceName",
    "Profile",
    "Project",
    "ProjectKind",
    "Role",
    "RoleCapability",
    "Session",
    "User",
]


class Role(Lookup):
    """A row states that a role exists; used for the studio and within a project."""

    Code = RoleCode


class Capability(Lookup):
    """A row states that there is something a role may or may not allow in a project."""

    Code = CapabilityCode


class RoleCapability(models.Model):
    """A row states that a role includes a capability."""

    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    capability = models.ForeignKey(Capability, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "capability"], name="role_capability_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.capability}"


class UserManager(BaseUserManager["User"]):
    """Makes people; the services in `studio.core.services` are the way in for pages and scripts."""

    def create_user(
        self, username: str, password: str | None = None, *, email: str = "", **fields: Any
    ) -> User:
        """Save a person with a hashed password (none: nobody can sign in with one)."""
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Add an Admin (used by Django's own command)."""
        from studio.core.services import create_user  # the command knows only the manager

        return create_user(
            actor=None, username=username, password=password, role=RoleCode.ADMIN, **fields
        )

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by user name, whatever its case.

        In small letters, as names are unique and as tries are counted. In capitals (`iexact`)
        “admın” with a dotless i would be “admin” too: further tries, and two people in one name.
        """
        return self.get(Exact(Lower("username"), Lower(Value(username))))


class User(AbstractBaseUser):
    """A row states that a person may sign in, under which name and with which global role."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    email = models.EmailField(blank=True)
    role = models.ForeignKey(
        Role, on_delete=models.PROTECT, related_name="users", default=RoleCode.CREATOR
    )
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique"),
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="user_email_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_admin(self) -> bool:
        """Whether the global role is Admin."""
        return self.role_id == RoleCode.ADMIN

    @property
    def is_staff(self) -> bool:
        """Django's word for "may enter the admin": Admins, nobody else."""
        return self.is_admin

    @property
    def is_superuser(self) -> bool:
        """Django's word for "may do all in the admin": Admins, nobody else."""
        return self.is_admin

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Every admin permission for active Admins, none for others."""
        return self.is_active and self.is_admin

    def has_perms(self, perms: object, obj: object = None) -> bool:
        """As `has_perm`."""
        return self.is_active and self.is_admin

    def has_module_perms(self, app_label: str) -> bool:
        """As `has_perm`."""
        return self.is_active and self.is_admin


class Profile(models.Model):
    """A row states how a person wants to be called."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="profile", primary_key=True
    )
    display_name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.display_name


class Session(AbstractBaseSession):
    """A row states that a browser holds a session, and since when a person is signed in with it.

    Nobody is signed in while `user` is empty. Written by `studio.core.sessions`, from the facts
    that the session's data holds under the key `FACTS`.
    """

    FACTS: ClassVar[str] = "sign_in"

    code = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sessions", null=True, blank=True
    )
    signed_in_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    user=None, code=None, signed_in_at=None, seen_at=None, address=None, agent=""
                )
                | Q(
                    user__isnull=False,
                    code__isnull=False,
                    signed_in_at__isnull=False,
                    seen_at__isnull=False,
                ),
                name="session_facts_of_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or 'nobody'} at {self.address or 'no address'}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """The engine that reads and writes these rows."""
        return SessionStore


class FailedSignIn(models.Model):
    """A row states that somebody at an address gave a wrong password for a name."""

    username = models.CharField(max_length=60, help_text="as typed, in lower case")
    address = models.GenericIPAddressField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # recent wrong tries from one address, before each sign-in
            models.Index(fields=["address", "created_at"], name="failed_sign_in_recent"),
            # rows to forget
            models.Index(fields=["created_at"], name="failed_sign_in_old"),
        ]

    def __str__(self) -> str:
        return f"{self.username} from {self.address}"


class PreferenceName(Lookup):
    """A row states that there is something a person can set to taste."""

    class Code(Codes):
        """Preferences the shell reads."""

        THEME = 1, "theme", "Theme"
        SCHEME = 2, "scheme", "Dark or light"


class Preference(models.Model):
    """A row states how one person has set one preference."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    name = models.ForeignKey(PreferenceName, on_delete=models.PROTECT, related_name="+")
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class ProjectKind(Lookup):
    """A row states that a kind of project exists."""

    class Code(Codes):
        """Personal projects come with their person; shared ones are made."""

        PERSONAL = 1, "personal", "Personal"
        SHARED = 2, "shared", "Shared"


class ProjectQuerySet(ProjectScopedQuerySet["Project"]):
    """Projects, and who sees them."""

    project_path = "pk"

    def open(self) -> ProjectQuerySet:
        """Projects that are not archived."""
        return self.filter(archived_at=None)


class Project(models.Model):
    """A row states that a unit of work, sharing and cost exists, and whose it is."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.ForeignKey(
        ProjectKind, on_delete=models.PROTECT, related_name="+", default=ProjectKind.Code.SHARED
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="owned_projects")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="project_name_not_empty"),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(kind=ProjectKind.Code.PERSONAL),
                name="project_one_personal_per_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_personal(self) -> bool:
        """Whether this is somebody's personal project."""
        return self.kind_id == ProjectKind.Code.PERSONAL


class MembershipQuerySet(ProjectScopedQuerySet["Membership"]):
    """Memberships, and who sees them."""


class Membership(models.Model):
    """A row states that a person belongs to a project, with which role."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.project} as {self.role}"


class ApiScope(Lookup):
    """A row states that an API key can be limited to this."""

    class Code(Codes):
        """From harmless to powerful; a key has any set of them."""

        READ = 1, "read", "Read"
        WRITE = 2, "write", "Change"
        SPEND = 3, "spend", "Run jobs that cost credits"
        ADMIN = 4, "admin", "Administer the studio"


class ApiKey(models.Model):
    """A row states that scripts may act for a person with a secret; only its digest is kept."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the secret, hexadecimal")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    scopes: models.ManyToManyField[ApiScope, ApiKeyScope] = models.ManyToManyField(
        ApiScope, through="ApiKeyScope", related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="api_key_digest_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class ApiKeyScope(models.Model):
    """A row states that a key includes a scope."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="grants")
    scope = models.ForeignKey(ApiScope, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "scope"], name="api_key_scope_once")
        ]

    def __str__(self) -> str:
        return f"{self.api_key}: {self.scope}"
