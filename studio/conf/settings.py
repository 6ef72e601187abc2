"""Django settings of the studio. Values that differ between installations come from `env.py`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from studio.conf.env import ROOT, load, secret_key
from studio.ops.address import address

ENV = load()
VERSION = "0.1.0"
BASE_DIR: Path = ROOT
DATA_DIR: Path = ENV.data_dir.expanduser().resolve()
DEBUG = ENV.debug
SECRET_KEY = secret_key(ENV)
#: The first closes stored secrets, all of them open (studio.core.secrets).
ENCRYPTION_KEYS = tuple(filter(None, (key.strip() for key in ENV.encryption_keys.split(","))))
PUBLIC_URL = ENV.public_url.rstrip("/")
ALLOWED_HOSTS = list(ENV.allowed_hosts)
HTTPS = ENV.public_url.startswith("https://")
CSRF_TRUSTED_ORIGINS = [ENV.public_url] if ENV.public_url else []
CSRF_FAILURE_VIEW = "studio.shell.views.csrf_failure"
TRUSTED_PROXIES = ENV.trusted_proxies

INSTALLED_APPS = [
    "studio.conf.admin_site.StudioAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "studio.conf.static_app.StudioStaticFilesConfig",
    "django.contrib.postgres",
    "channels",
    "django_htmx",
    "django_q",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "template_partials",
    "studio",
    "assets",
    "billing",
    "pipeline",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.core.middleware.PlainAddressMiddleware",
    "studio.core.middleware.LoginRequiredMiddleware",
    "studio.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "studio.conf.urls"
ASGI_APPLICATION = "studio.conf.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.shell.context.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

# --- database ---------------------------------------------------------------------------------
# Without DATABASE_URL the embedded cluster of the data folder serves; its address depends on the
# folder alone, and `manage.py` makes sure that it runs (studio.ops.database).
EMBEDDED_DATABASE = not ENV.database_url
_conninfo = address(DATA_DIR) if EMBEDDED_DATABASE else conninfo_to_dict(ENV.database_url)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _conninfo.get("dbname", "seedframe"),
        "USER": _conninfo.get("user", ""),
        "PASSWORD": _conninfo.get("password", ""),
        "HOST": _conninfo.get("host", ""),
        "PORT": str(_conninfo.get("port", "")),
        # Requests run in threads of one process: a pool shares connections between them, and
        # checks each before use so that a database restart costs one retry, not an error page.
        "OPTIONS": {"pool": {"min_size": 0, "max_size": 16, "timeout": 10}},
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "studio.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "studio.core.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"] + ([ENV.s3_endpoint] if ENV.s3_endpoint else []),
        "media-src": [SELF, "blob:"] + ([ENV.s3_endpoint] if ENV.s3_endpoint else []),
        "font-src": [SELF],
        "connect-src": [SELF] + ([ENV.s3_endpoint] if ENV.s3_endpoint else []),
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_MAX_AGE = 3600
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {"BACKEND": "studio.conf.staticfiles.ModuleManifestStorage"},
}
if ENV.s3_bucket:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ENV.s3_bucket,
            "endpoint_url": ENV.s3_endpoint or None,
            "region_name": ENV.s3_region,
            "access_key": ENV.s3_access_key or None,
            "secret_key": ENV.s3_secret_key or None,
            "signature_version": "s3v4",
            "addressing_style": "path",
            "file_overwrite": False,
            "querystring_expire": 300,
        },
    }
UPLOAD_MAX_BYTES = ENV.upload_max_bytes
IMAGE_MAX_PIXELS = ENV.image_max_pixels
IMAGE_MAX_SIDE_PX = 32_768
UPLOAD_CHUNK_BYTES = 8 * 1024**2
SIGNED_LINK_SECONDS = 300
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024**2
#: Where a body may be as long as a whole file; elsewhere `DATA_UPLOAD_MAX_MEMORY_SIZE` is the most.
LONG_BODY_PATHS = (
    "/api/v1/assets/",
    "/api/v1/characters/import/",
    "/characters/import/",
    "/library/upload/",
)
#: Onboarding of characters from one ZIP or folder: files, unpacked bytes, depth of folders, and
#: how many times larger than packed a file may become.
CHARACTER_IMPORT_MAX_FILES = 500
CHARACTER_IMPORT_MAX_BYTES = 2 * 1024**3
CHARACTER_IMPORT_MAX_DEPTH = 8
CHARACTER_IMPORT_MAX_RATIO = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2

# --- live -------------------------------------------------------------------------------------
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "studio.live.layer.PostgresRelayLayer"}
}
if ENV.redis_url:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [ENV.redis_url]},
    }
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- tasks ------------------------------------------------------------------------------------
# The Job row is the truth and a task only a hint to look at it. Each figure has a measured reason
# (django-q2 1.11 on PostgreSQL): see docs/operations.md, "Task clusters".
Q_CLUSTER: dict[str, Any] = {
    "name": "jobs",
    "orm": "default",
    "broker_class": "studio.queue.broker.PostgresBroker",
    # A commit wakes the cluster; this only bounds how long stopping one takes. (Polling made a
    # task start 112 ms after it was enqueued, p50.)
    "poll": 1.0,
    "workers": ENV.job_workers,
    # No more in hand than can be worked on: tasks that waited inside the cluster ran into their
    # time limit there; four 5-second tasks for one worker (timeout 6, retry 7) made 7 starts.
    "queue_limit": ENV.job_workers,
    "timeout": 6 * 3600,
    # Far above `timeout`: a task that ran longer than `retry` ran a second time beside the first.
    # Lost tasks need no retry, for the sweeper finds their jobs.
    "retry": 24 * 3600,
    # With the defaults a task that fails is repeated for ever.
    "max_attempts": 1,
    "ack_failures": True,
    # Successes leave no row: with a limit, every one of them locks and reads all that are kept.
    # Failures always leave one; studio.queue.services.prune_failures bounds them.
    "save_limit": -1,
    # Schedules are rows of ours.
    "scheduler": False,
    "label": "Tasks",
    "ALT_CLUSTERS": {
        "media": {"workers": 1, "queue_limit": 1, "timeout": 900, "retry": 6 * 3600},
    },
}

# --- jobs -------------------------------------------------------------------------------------
JOB_HEARTBEAT_SECONDS = 2
JOB_HEARTBEAT_LIMIT_SECONDS = 20
JOB_MAX_WORKER_LOSSES = 5
PROJECT_RUNNING_JOBS = 8
#: Jobs of remote providers in one bridge, of one paid provider, and of our ComfyUI, at once. The
#: last may wait in the queues of instances for hours: a quarter of the threads is for the others.
BRIDGE_THREADS = ENV.bridge_threads
PROVIDER_CONCURRENT_JOBS = ENV.provider_jobs
MACHINE_CONCURRENT_JOBS = max(1, BRIDGE_THREADS * 3 // 4)
#: Jobs without an end that one person may have: the queue is everybody's.
PERSON_UNFINISHED_JOBS = 500
RESULT_CACHE_DAYS = 30
#: The most GPU time that one output on own ComfyUI takes: the bound of its estimate, seconds.
COMFYUI_MOST_SECONDS = 900
#: How long the figures of ComfyUI instances are kept.
VITALS_HOURS = 24
#: File of installations that this machine manages; see docs/operations.md.
MANAGED_COMFYUI = ENV.managed_comfyui
#: File of custom nodes that may be installed there; see docs/comfyui-installs.md.
NODE_REGISTRY = ENV.node_registry
INSTALL_STEP_SECONDS = ENV.install_step_seconds
INSTALL_DRAIN_SECONDS = ENV.install_drain_seconds
INSTALL_START_SECONDS = ENV.install_start_seconds
#: How long a started ComfyUI may answer without the new nodes before they count as missing.
INSTALL_SETTLE_SECONDS = 10.0
INSTALL_LOG_MAX_CHARS = 200_000
DEFAULT_PLAN = ENV.default_plan
SEEDFRAME_DEMO_BUILDERS: list[str] = [
    "pipeline.create.demo.build",
    "pipeline.delivery.demo.build",
]
SEEDFRAME_SWEEPERS: list[str] = [
    "pipeline.jobs.sweep.sweep",
    "assets.storage.uploads.sweep_uploads",
    "assets.renditions.sweep.sweep_renditions",
    "pipeline.providers.webhooks.sweep_receipts",
    "pipeline.seeds.checking.sweep_checks",
    "pipeline.scenes.sweep.sweep_scenes",
    "billing.plans.services.renew_allowances",
    "studio.queue.services.prune_failures",
    "studio.queue.services.prune_abandoned",
    "pipeline.comfyui.heartbeat.beat_in_background",
    "pipeline.comfyui.heartbeat.prune_vitals",
    "pipeline.comfyui.installs.sweep.sweep_installs",
    "pipeline.workflows.readiness.sweep_readiness",
]

# --- providers --------------------------------------------------------------------------------
#: Where each paid provider is reached; their hosts are called wherever they lead.
PROVIDER_URLS = {
    "stability": ENV.stability_url,
    "wavespeed": ENV.wavespeed_url,
    "huggingface": ENV.huggingface_url,
    "gemini": ENV.gemini_url,
    "bria": ENV.bria_url,
}
HUGGINGFACE_HUB_URL = ENV.huggingface_hub_url
#: The longest silence of a provider: answers of several providers come in one piece, when made.
PROVIDER_TIMEOUT_SECONDS = 300
#: How long a job of a paid provider may take from its request to its result.
PROVIDER_WAIT_SECONDS = 3600
PROVIDER_RESULT_MAX_BYTES = 2 * 1024**3
PROVIDER_DOWNLOAD_SECONDS = 1800
#: Repeats of a request that is safe to repeat, and the longest that one waits for a provider.
PROVIDER_REPEATS = 5
PROVIDER_BACKOFF_MAX_SECONDS = 60
WEBHOOK_MAX_BYTES = 64 * 1024
WEBHOOK_WINDOW_SECONDS = 300

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "studio.core.authentication.ApiKeyAuthentication",
        "studio.core.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "studio.core.authentication.HasScope",
        "studio.core.authentication.HasOwnPassword",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["studio.core.api.parsers.PlainJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "studio.core.api.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "1200/min", "login": "10/min"},
    "EXCEPTION_HANDLER": "studio.core.api.problem_handler",
    "PAGE_SIZE": 50,
    "NUM_PROXIES": ENV.trusted_proxies,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "ALGORITHM": "HS256",
    "USER_ID_FIELD": "code",
    "USER_ID_CLAIM": "sub",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Seedframe API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_SETTINGS": {
        # would put links inside buttons, which keyboards and screen readers can't tell apart
        "deepLinking": False,
        "persistAuthorization": False,
        "displayRequestDuration": True,
        "filter": True,
        "validatorUrl": None,
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "studio.core.api.schema.document_problems",
    ],
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname:7} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        # tells each step of each picture, and warns once for each damaged row of one
        "pyvips": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        # a line for each request otherwise, with its whole address
        "httpx": {"level": "WARNING"},
        # a line for each task otherwise
        "django-q": {"level": "WARNING"},
    },
}
