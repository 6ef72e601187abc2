"""The studio's configuration: every environment variable, typed, documented and checked at start.

`docs/operations.md` carries the table made from these fields (`manage.py settings_table`); a test
keeps the two in step. A value may also come from a `.env` file beside `manage.py`, and a secret
from the file named by `<VARIABLE>_FILE`, so that it never appears in a process listing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Annotated, Any

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from studio.ops.folder import make_root

ROOT = Path(__file__).resolve().parents[2]


class Env(BaseSettings):
    """What the environment says; the field's alias is the variable's name."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", extra="ignore", frozen=True, populate_by_name=True
    )

    data_dir: Path = Field(
        ROOT / "data", alias="SEEDFRAME_DATA", description="Folder of files, database and logs."
    )
    database_url: str = Field(
        "",
        alias="DATABASE_URL",
        description="PostgreSQL ≥ 15 with pgvector; empty: the embedded one in the data folder.",
    )
    secret_key: str = Field(
        "",
        alias="SEEDFRAME_SECRET_KEY",
        description="Signs sessions, tokens and links, ≥ 32 characters; empty: made on first start"
        " and kept in the data folder.",
    )
    encryption_keys: str = Field(
        "",
        alias="SEEDFRAME_ENCRYPTION_KEYS",
        description="Keys that close stored secrets (`manage.py encryption_key` makes one),"
        " separated by commas, the newest first; empty: one made from the secret key.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        alias="SEEDFRAME_HOSTS",
        description="Host names the studio answers to, separated by commas.",
    )
    public_url: str = Field(
        "",
        alias="SEEDFRAME_PUBLIC_URL",
        description="Address people use, such as https://frames.example; https turns on secure"
        " cookies and HSTS.",
    )
    trusted_proxies: int = Field(
        0,
        alias="SEEDFRAME_TRUSTED_PROXIES",
        ge=0,
        le=5,
        description="Reverse proxies in front that write X-Forwarded-For; 0: none.",
    )
    debug: bool = Field(
        False, alias="SEEDFRAME_DEBUG", description="Django's debug pages; development only."
    )
    redis_url: str = Field(
        "",
        alias="SEEDFRAME_REDIS_URL",
        description="Redis for live messages; empty: the database relays them.",
    )
    job_workers: int = Field(
        2,
        alias="SEEDFRAME_JOB_WORKERS",
        ge=1,
        le=64,
        description="Processes that run jobs on this machine.",
    )
    managed_comfyui: str = Field(
        "",
        alias="SEEDFRAME_MANAGED_COMFYUI",
        description="JSON file of ComfyUI installations on this machine that may be restarted and"
        " get nodes installed; empty: none.",
    )
    node_registry: str = Field(
        "",
        alias="SEEDFRAME_NODE_REGISTRY",
        description="JSON file of custom nodes that may be installed on managed ComfyUI; empty:"
        " none.",
    )
    install_step_seconds: int = Field(
        1800,
        alias="SEEDFRAME_INSTALL_STEP_SECONDS",
        ge=10,
        le=4 * 3600,
        description="The longest that one command of an installation of nodes (git, pip) may take.",
    )
    install_drain_seconds: int = Field(
        1800,
        alias="SEEDFRAME_INSTALL_DRAIN_SECONDS",
        ge=1,
        le=4 * 3600,
        description="The longest that an installation of nodes waits for what runs there.",
    )
    install_start_seconds: int = Field(
        300,
        alias="SEEDFRAME_INSTALL_START_SECONDS",
        ge=1,
        le=3600,
        description="The longest that ComfyUI may take to answer after a restart.",
    )
    bridge_threads: int = Field(
        16,
        alias="SEEDFRAME_BRIDGE_THREADS",
        ge=1,
        le=256,
        description="Jobs of ComfyUI and of paid providers that the bridge runs at once.",
    )
    provider_jobs: int = Field(
        4,
        alias="SEEDFRAME_PROVIDER_JOBS",
        ge=1,
        le=256,
        description="Jobs that each paid provider is given at once.",
    )
    default_plan: str = Field(
        "studio",
        alias="SEEDFRAME_DEFAULT_PLAN",
        pattern="^[a-z0-9_-]+$",
        description="Code of the plan that newcomers get: free, basic, pro, studio or your own.",
    )
    s3_bucket: str = Field(
        "", alias="SEEDFRAME_S3_BUCKET", description="Bucket for files; empty: the data folder."
    )
    s3_endpoint: str = Field(
        "", alias="SEEDFRAME_S3_ENDPOINT", description="Address of an S3-compatible server."
    )
    s3_region: str = Field("us-east-1", alias="SEEDFRAME_S3_REGION", description="Region.")
    s3_access_key: str = Field("", alias="SEEDFRAME_S3_ACCESS_KEY", description="Access key.")
    s3_secret_key: str = Field("", alias="SEEDFRAME_S3_SECRET_KEY", description="Secret key.")
    upload_max_bytes: int = Field(
        2 * 1024**3,
        alias="SEEDFRAME_UPLOAD_MAX_BYTES",
        ge=1024,
        description="Largest file that may be uploaded, in bytes.",
    )
    image_max_pixels: int = Field(
        120_000_000,
        alias="SEEDFRAME_IMAGE_MAX_PIXELS",
        ge=1_000_000,
        description="Largest picture that is accepted, in pixels.",
    )
    stability_url: str = Field(
        "https://api.stability.ai",
        alias="SEEDFRAME_STABILITY_URL",
        pattern="^https?://[^/]+$",
        description="Where Stability AI is reached.",
    )
    wavespeed_url: str = Field(
        "https://api.wavespeed.ai",
        alias="SEEDFRAME_WAVESPEED_URL",
        pattern="^https?://[^/]+$",
        description="Where WaveSpeed is reached.",
    )
    huggingface_url: str = Field(
        "https://router.huggingface.co",
        alias="SEEDFRAME_HUGGINGFACE_URL",
        pattern="^https?://[^/]+$",
        description="Where Hugging Face's router of inference providers is reached.",
    )
    huggingface_hub_url: str = Field(
        "https://huggingface.co",
        alias="SEEDFRAME_HUGGINGFACE_HUB_URL",
        pattern="^https?://[^/]+$",
        description="Where Hugging Face's hub is reached: whose token it is, names of models.",
    )
    gemini_url: str = Field(
        "https://generativelanguage.googleapis.com",
        alias="SEEDFRAME_GEMINI_URL",
        pattern="^https?://[^/]+$",
        description="Where Google Gemini is reached.",
    )
    bria_url: str = Field(
        "https://engine.prod.bria-api.com",
        alias="SEEDFRAME_BRIA_URL",
        pattern="^https?://[^/]+$",
        description="Where Bria is reached.",
    )
    log_level: str = Field(
        "INFO",
        alias="SEEDFRAME_LOG_LEVEL",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="DEBUG, INFO, WARNING or ERROR.",
    )

    @field_validator("encryption_keys")
    @classmethod
    def _are_fernet_keys(cls, value: str) -> str:
        for key in filter(None, (part.strip() for part in value.split(","))):
            try:
                Fernet(key)
            except ValueError:
                raise ValueError("each key is 32 bytes in URL-safe base64, 44 characters") from None
        return value

    def __init__(self, **values: Any) -> None:
        super().__init__(**(_secrets_from_files() | values))


def _secrets_from_files() -> dict[str, Any]:
    """Read `<VARIABLE>_FILE` for each known variable; the file's text is the value."""
    found: dict[str, Any] = {}
    for field in Env.model_fields.values():
        path = os.environ.get(f"{field.alias}_FILE")
        if path and field.alias:
            try:
                found[field.alias] = Path(path).read_text().strip()
            except OSError as error:
                raise ImproperlyConfigured(
                    f"{field.alias}_FILE names {path}, which can't be read: {error.strerror}."
                ) from error
    hosts = found.get("SEEDFRAME_HOSTS", os.environ.get("SEEDFRAME_HOSTS"))
    if hosts:
        found["SEEDFRAME_HOSTS"] = tuple(h.strip() for h in hosts.split(",") if h.strip())
    return found


def load() -> Env:
    """Read and check the environment.

    Raises:
        ImproperlyConfigured: naming each variable that is wrong and why.
    """
    try:
        return Env()
    except ValidationError as error:
        lines = [f"  {item['loc'][0]}: {item['msg']}" for item in error.errors()]
        raise ImproperlyConfigured("The environment is not usable:\n" + "\n".join(lines)) from error


def secret_key(env: Env) -> str:
    """The signing key: from the environment, else from the data folder, made there once.

    Raises:
        ImproperlyConfigured: a configured key is shorter than 32 characters, or the data folder
            can't be used.
    """
    if env.secret_key:
        if len(env.secret_key) < 32:
            raise ImproperlyConfigured("SEEDFRAME_SECRET_KEY must have at least 32 characters.")
        return env.secret_key
    path = env.data_dir / "secret_key"
    try:
        if not path.exists():
            make_root(env.data_dir)
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip()
    except PermissionError as error:
        raise ImproperlyConfigured(
            f"The data folder {env.data_dir} belongs to somebody else ({error.strerror}). Start the"
            " studio as the user who started it first, or set SEEDFRAME_DATA to a folder of your"
            " own."
        ) from error
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {env.data_dir} can't be used: {error.strerror}."
        ) from error


def _write_once(path: Path, text: str) -> None:
    """Write a file that others never see half-written; the first of several writers wins."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
