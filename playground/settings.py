"""Easel's settings, read top to bottom like a letter.

Everything comes from the environment (and `.env`, when there is one). A clean
checkout needs nothing set and runs in debug on embedded parts; with debug off,
the secrets must be given or Easel does not start. `.env.example` lists them all.
"""

import os
import re
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from playground.addresses import networks
from playground.secrets import development_secrets, read_files
from playground.web.operator.rows.looks import LOOKS

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)
read_files(os.environ)
NOT_NEGATIVE, AT_LEAST_ONE = validate.Range(min=0), validate.Range(min=1)

# Who we are.
DEBUG = env.bool("EASEL_DEBUG", default=True)
DATA_DIR = Path(env.str("EASEL_DATA_DIR", default=str(BASE_DIR / ".easel"))).resolve()
DEVELOPMENT = development_secrets(DATA_DIR) if DEBUG else {}


def secret(variable: str, kept_as: str) -> str:
    """Return a secret from the environment, or in debug the one made for this instance."""
    value = env.str(variable, default=DEVELOPMENT.get(kept_as, ""))
    if not value:
        raise ImproperlyConfigured(
            f"Set {variable}: with EASEL_DEBUG off it has no default."
        )
    return value


SECRET_KEY = secret("SECRET_KEY", "secret_key")
KEY_PEPPER = secret("EASEL_KEY_PEPPER", "key_pepper")
KEY_CACHE_SECONDS = env.int("EASEL_KEY_CACHE_SECONDS", default=5, validate=NOT_NEGATIVE)
ENCRYPTION_KEYS = secret("EASEL_ENCRYPTION_KEY", "encryption_key").split(",")
try:
    MultiFernet([Fernet(key) for key in ENCRYPTION_KEYS])
except ValueError as error:
    raise ImproperlyConfigured(f"EASEL_ENCRYPTION_KEY: {error}") from error
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]", "testserver"] if DEBUG else [],
)
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names this site answers to.")
SITE_URL = env.str("EASEL_SITE_URL", default="").rstrip("/")
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000, validate=validate.Range(min=1, max=65535))
ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"

# Apps and middleware. API paths skip this middleware: see asgi.py.
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_htmx",
    "accounts",
    "billing",
    "playground.generation",
    "playground.webhooks",
    "playground.batches",
    "playground.gallery",
    "playground.trust",
    "playground.arena",
    "playground.web",
]
MIDDLEWARE = [
    "playground.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "playground.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "playground.web.languages.ChosenLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "playground.web.sessions.note_presence",
    "django_htmx.middleware.HtmxMiddleware",
    "playground.middleware.content_policy",
]
UNFOLD = LOOKS
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "playground.web.chrome.chrome",
                "playground.web.operator.places.operator_frame",
                "playground.web.operator.door.second_step",
            ],
        },
    }
]

# Database. SQLite's form is the one tried in the ledger: WAL, durable commits, no deferred locks.
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'easel.sqlite3'}"
    )
}
# Connections that PgBouncer lends for a transaction keep nothing for the next.
PGBOUNCER = env.bool("EASEL_PGBOUNCER", default=False)
# To compile a page's query, or share it among workers, takes longer than its answer.
ASKED_PLAINLY = "-c jit=off -c max_parallel_workers_per_gather=0"
SQLITE_SYNCHRONOUS = env.str("EASEL_SQLITE_SYNCHRONOUS", default="FULL")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"
        f" PRAGMA synchronous={SQLITE_SYNCHRONOUS}",
    }
else:
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["pool"] = {"min_size": 0, "max_size": 16}
    if not PGBOUNCER:  # it takes no such words
        options.setdefault("options", ASKED_PLAINLY)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # it may have been restarted
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = PGBOUNCER
# A copy that dashboards read from: a moment behind is soon enough for them.
if REPLICA_URL := env.str("DATABASE_REPLICA_URL", default=""):
    copy = env.dj_db_url("DATABASE_REPLICA_URL")
    DATABASES["replica"] = {**DATABASES["default"], **copy}
    DATABASE_ROUTERS = ["playground.generation.replica.Router"]
DATABASE_POOL_SIZE = env.int(
    "EASEL_DATABASE_POOL_SIZE", default=8, validate=AT_LEAST_ONE
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHE_URL = env.str("CACHE_URL", default="locmem://")
CACHES = {"default": env.dj_cache_url("CACHE_URL", default="locmem://")}

# Celery. Without a broker's address, messages are files: nothing else has to run.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
BROKER_DIR = DATA_DIR / "broker"
if CELERY_BROKER_URL == "filesystem://":
    CELERY_BROKER_TRANSPORT = "playground.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
# Turns to paint, by who waits for them (generation/queues.py); the rest is housekeeping.
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {
    "browser": {},
    "api": {},
    "batch": {},
    "housekeeping": {},
}
CELERY_TASK_ROUTES = {"playground.batches.tasks.*": {"queue": "batch"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
WORKER_JOBS = env.int("EASEL_WORKER_JOBS", default=200, validate=AT_LEAST_ONE)
QUEUE_SECONDS = env.int("EASEL_QUEUE_SECONDS", default=3600, validate=NOT_NEGATIVE)
LEASE_SECONDS = env.int("EASEL_LEASE_SECONDS", default=120, validate=NOT_NEGATIVE)
SWEEP_SECONDS = env.int("EASEL_SWEEP_SECONDS", default=30, validate=NOT_NEGATIVE)
RESEND_SECONDS = env.int("EASEL_RESEND_SECONDS", default=60, validate=NOT_NEGATIVE)
METRICS_SECONDS = env.int("EASEL_METRICS_SECONDS", default=60, validate=AT_LEAST_ONE)
# How often Easel looks at its own parts for /status; 0: never.
STATUS_SECONDS = env.int("EASEL_STATUS_SECONDS", default=60, validate=NOT_NEGATIVE)
METRICS_HOURS_KEPT_DAYS = env.int(
    "EASEL_METRICS_HOURS_KEPT_DAYS", default=100, validate=NOT_NEGATIVE
)
METRICS_DAYS_KEPT_DAYS = env.int(
    "EASEL_METRICS_DAYS_KEPT_DAYS", default=1100, validate=NOT_NEGATIVE
)
ARENA_SECONDS = env.int("EASEL_ARENA_SECONDS", default=300, validate=AT_LEAST_ONE)
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "playground.generation.tasks.sweep_orders",
        "schedule": SWEEP_SECONDS,
    },
    "tidy": {"task": "playground.generation.tasks.tidy_pictures", "schedule": 3600},
    "webhooks": {"task": "playground.webhooks.tasks.look_around", "schedule": 10},
    "batches": {"task": "playground.batches.tasks.look_around", "schedule": 5},
    "tidy-files": {"task": "playground.batches.tasks.tidy_files", "schedule": 3600},
    "tidy-webhooks": {
        "task": "playground.webhooks.tasks.tidy_deliveries",
        "schedule": 3600,
    },
    "top-up": {"task": "billing.tasks.top_up_what_is_low", "schedule": 20},
    "reconcile": {"task": "billing.tasks.reconcile_payments", "schedule": 600},
    "expire-credits": {"task": "billing.tasks.expire_credits", "schedule": 300},
    "empty-bin": {"task": "playground.gallery.tasks.empty_bin", "schedule": 300},
    "tidy-uploads": {
        "task": "playground.web.tasks.tidy_uploads",
        "schedule": 3600,
    },
    "forsaken": {"task": "playground.gallery.tasks.forget_forsaken", "schedule": 3600},
    "low-balances": {"task": "playground.notices.tasks.tell_low", "schedule": 600},
    "retiring": {
        "task": "playground.notices.tasks.tell_retiring",
        "schedule": 6 * 3600,
    },
    "letters": {"task": "accounts.tasks.deliver_waiting", "schedule": 60},
    "tidy-people": {"task": "accounts.tasks.tidy", "schedule": 24 * 3600},
    "expire": {
        "task": "playground.generation.tasks.remove_expired_pictures",
        "schedule": 300,
    },
    "metrics": {
        "task": "playground.generation.tasks.add_up_metrics",
        "schedule": METRICS_SECONDS,
    },
    "usual": {"task": "playground.generation.tasks.renew_usual", "schedule": 600},
    "prices": {
        "task": "playground.generation.tasks.begin_price_changes",
        "schedule": 30,
    },
    "arena": {"task": "playground.arena.tasks.look_around", "schedule": ARENA_SECONDS},
    "audit": {
        "task": "playground.generation.tasks.audit_books",
        "schedule": 24 * 3600,
    },
    "months": {
        "task": "playground.generation.tasks.make_months_ahead",
        "schedule": 3600,
    },
    "drop-months": {
        "task": "playground.retention.tasks.drop_months",
        "schedule": 3600,
    },
    "close": {"task": "billing.tasks.close_this_month", "schedule": 6 * 3600},
    "tidy-metrics": {
        "task": "playground.generation.tasks.remove_old_metrics",
        "schedule": 6 * 3600,
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
GRACE_SECONDS = env.int(
    "EASEL_GRACE_SECONDS", default=5 if DEBUG else 90, validate=NOT_NEGATIVE
)
WEB_WORKERS = env.int("EASEL_WORKERS", default=1, validate=AT_LEAST_ONE)

# Pictures. Files go to any Django storage; URLs are signed and expire.
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "pictures")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if S3_BUCKET := env.str("EASEL_S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("EASEL_S3_ENDPOINT_URL", default=None),
            "region_name": env.str("EASEL_S3_REGION", default=None),
            "access_key": env.str("EASEL_S3_ACCESS_KEY", default=None),
            "secret_key": env.str("EASEL_S3_SECRET_KEY", default=None),
            "file_overwrite": True,
        },
    }
MEDIA_ORIGIN = env.str("EASEL_MEDIA_ORIGIN", default="").rstrip("/")
FILE_URL_SECONDS = env.int(
    "EASEL_FILE_URL_SECONDS", default=24 * 3600, validate=NOT_NEGATIVE
)
# Where pictures may be fetched from although it is no public https address.
PICTURE_ORIGINS: list[str] = env.list("EASEL_PICTURE_ORIGINS", default=[])
PICTURE_CA_FILE = env.str("EASEL_PICTURE_CA_FILE", default="")
if PICTURE_CA_FILE and not Path(PICTURE_CA_FILE).is_file():
    raise ImproperlyConfigured("EASEL_PICTURE_CA_FILE names no file.")
RETENTION_DAYS = env.int("EASEL_RETENTION_DAYS", default=30, validate=NOT_NEGATIVE)
# Months of orders that are kept beside the present one, where they lie in parts; 0 is all.
ORDERS_KEPT_MONTHS = env.int(
    "EASEL_ORDERS_KEPT_MONTHS", default=0, validate=NOT_NEGATIVE
)
ACCOUNT_QUOTA_MB = env.int("EASEL_ACCOUNT_QUOTA_MB", default=0, validate=NOT_NEGATIVE)

# Files of calls. Their lines go to the workers a few at a time, from all accounts together.
BATCH_FILE_MB = env.int("EASEL_BATCH_FILE_MB", default=200, validate=AT_LEAST_ONE)
BATCH_LINES = env.int("EASEL_BATCH_LINES", default=50_000, validate=AT_LEAST_ONE)
BATCH_LINES_AT_ONCE = env.int(
    "EASEL_BATCH_LINES_AT_ONCE",
    default=max(1, WORKER_JOBS // 10),
    validate=AT_LEAST_ONE,
)
BATCH_TRIES = env.int("EASEL_BATCH_TRIES", default=3, validate=AT_LEAST_ONE)
# What one account may have under way, and may keep.
BATCHES_AT_ONCE = env.int("EASEL_BATCHES_AT_ONCE", default=100, validate=AT_LEAST_ONE)
ACCOUNT_FILES_MB = env.int(
    "EASEL_ACCOUNT_FILES_MB", default=2048, validate=AT_LEAST_ONE
)

# Models and providers. One without a key is simply not offered; the demo painter always is.
CATALOGUE_DIR = env.str("EASEL_CATALOGUE_DIR", default="")
DEFAULT_MODEL = env.str("EASEL_DEFAULT_MODEL", default="sketch-1" if DEBUG else "")
PROVIDER_TIMEOUT_SECONDS = env.int(
    "EASEL_PROVIDER_TIMEOUT_SECONDS", default=180, validate=AT_LEAST_ONE
)
# What providers may bill us in an hour for orders of one key that nobody paid for.
UNPAID_USD_AN_HOUR = env.float(
    "EASEL_UNPAID_USD_AN_HOUR", default=5.0, validate=NOT_NEGATIVE
)
# A stream that is quiet says so this often: proxies cut connections that seem dead.
KEEPALIVE_SECONDS = env.int(
    "EASEL_KEEPALIVE_SECONDS", default=15, validate=AT_LEAST_ONE
)
PAINTER_PROCESSES = env.int("EASEL_PAINTER_PROCESSES", default=2, validate=AT_LEAST_ONE)
COMPATIBLE_SERVERS: Any = env.json("EASEL_COMPATIBLE_SERVERS", default={})
# Their keys have the names their makers gave them; an address is for a proxy or a simulator.
PROVIDER_KEYS = {
    "gemini": "GEMINI_API_KEY",
    "vertex": "VERTEX_CREDENTIALS",  # a service account's JSON, or an express key
    "openai": "OPENAI_API_KEY",
    "fal": "FAL_KEY",
    "replicate": "REPLICATE_API_TOKEN",
    "ark": "ARK_API_KEY",
    "byteplus": "BYTEPLUS_API_KEY",
}
# Adapters of the operator's own: kiln.py in that folder is let in by KILN_API_KEY.
PROVIDERS_DIR = env.str("EASEL_PROVIDERS_DIR", default="")
for adapter in sorted(Path(PROVIDERS_DIR).glob("[!_]*.py")) if PROVIDERS_DIR else []:
    PROVIDER_KEYS.setdefault(adapter.stem, f"{adapter.stem.upper()}_API_KEY")
PROVIDERS: dict[str, dict[str, Any]] = {
    name: {
        "secret": env.str(key, default=""),
        "base_url": env.str(f"EASEL_{name.upper()}_BASE_URL", default=""),
        "is_local": env.bool(f"EASEL_{name.upper()}_IS_LOCAL", default=False),
    }
    for name, key in PROVIDER_KEYS.items()
}
# fal.ai's queue loses nothing to a cut line; asking directly is a little quicker.
PROVIDERS["fal"]["options"] = {
    "mode": env.str(
        "EASEL_FAL_MODE", default="queue", validate=validate.OneOf(["queue", "direct"])
    )
}
PROVIDERS["vertex"]["options"] = {
    "location": env.str("EASEL_VERTEX_LOCATION", default="global")
}

# Money. Packs are credits for cents; microcredits everywhere inside.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")
STRIPE_WEBHOOK_SECRET = env.str(
    "STRIPE_WEBHOOK_SECRET",
    default="" if STRIPE_SECRET_KEY else DEVELOPMENT.get("till_secret", ""),
)
if STRIPE_SECRET_KEY and not STRIPE_WEBHOOK_SECRET:
    raise ImproperlyConfigured("Set STRIPE_WEBHOOK_SECRET: a Stripe key needs it.")
TEST_TILL = env.bool("EASEL_TEST_TILL", default=DEBUG)
PACKS = env.json(
    "EASEL_PACKS", default={"usd": {"500": 240, "2000": 1010, "10000": 5120}}
)
# Between which amounts any may be bought, by currency.
CUSTOM_AMOUNTS: Any = env.json("EASEL_CUSTOM_AMOUNTS", default={"usd": [500, 100000]})
# Stripe computes tax: on top of the prices, or as a part of them.
TAX = env.str(
    "EASEL_TAX", default="", validate=validate.OneOf(["", "exclusive", "inclusive"])
)
STRIPE_INVOICES = env.bool("EASEL_STRIPE_INVOICES", default=True)
# A failed auto top-up is tried again after so long, and switched off after so many.
TOP_UP_RETRY_MINUTES = env.int(
    "EASEL_TOP_UP_RETRY_MINUTES", default=60, validate=AT_LEAST_ONE
)
TOP_UP_TRIES = env.int("EASEL_TOP_UP_TRIES", default=3, validate=AT_LEAST_ONE)
QUOTE_SECONDS = env.int("EASEL_QUOTE_SECONDS", default=300, validate=NOT_NEGATIVE)
WELCOME_CREDITS = env.int("EASEL_WELCOME_CREDITS", default=50, validate=NOT_NEGATIVE)
WELCOME_DAYS = env.int("EASEL_WELCOME_DAYS", default=0, validate=NOT_NEGATIVE)

# People: sign-in by e-mail and password, a mailed code, or a passkey; verified by mail.
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "playground.web.signup.SignupAdapter"
ACCOUNT_FORMS = {"signup": "playground.web.signup_form.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "playground.web.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks go wrong by half a minute
# Staff open the operators' pages with an authenticator app or a passkey only.
STAFF_TWO_FACTOR = env.bool("EASEL_STAFF_TWO_FACTOR", default=not DEBUG)
# Other places to sign in with. One without a client is not offered.
SOCIALACCOUNT_ADAPTER = "playground.web.elsewhere.ElsewhereAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # these places have verified the address
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}
if GOOGLE_CLIENT_ID := env.str("EASEL_GOOGLE_CLIENT_ID", default=""):
    google = {"client_id": GOOGLE_CLIENT_ID, "secret": env.str("EASEL_GOOGLE_SECRET")}
    SOCIALACCOUNT_PROVIDERS["google"] = {"APPS": [google]}
if GITHUB_CLIENT_ID := env.str("EASEL_GITHUB_CLIENT_ID", default=""):
    github = {"client_id": GITHUB_CLIENT_ID, "secret": env.str("EASEL_GITHUB_SECRET")}
    SOCIALACCOUNT_PROVIDERS["github"] = {"APPS": [github]}
if OIDC_URL := env.str("EASEL_OIDC_URL", default="").rstrip("/"):
    oidc = {
        "provider_id": "oidc",
        "name": env.str("EASEL_OIDC_NAME", default="Single sign-on"),
        "client_id": env.str("EASEL_OIDC_CLIENT_ID"),
        "secret": env.str("EASEL_OIDC_SECRET"),
        "settings": {"server_url": OIDC_URL, "oauth_pkce_enabled": True},
    }
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {"APPS": [oidc]}
INSTALLED_APPS += [
    f"allauth.socialaccount.providers.{name}" for name in SOCIALACCOUNT_PROVIDERS
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOW_CREDITS = env.int("EASEL_LOW_CREDITS", default=50, validate=NOT_NEGATIVE)
INVITATIONS_A_DAY = env.int(
    "EASEL_INVITATIONS_A_DAY", default=50, validate=NOT_NEGATIVE
)
DEFAULT_FROM_EMAIL = env.str("EASEL_FROM_EMAIL", default="Easel <easel@localhost>")
EMAIL_DIR = DATA_DIR / "mail"
if EMAIL_URL := env.str("EMAIL_URL", default=""):
    vars().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "playground.web.mailbox.MailboxBackend"

# Guests: what one browser, and one network, may paint in a day.
GUEST_PICTURES_A_DAY = env.int(
    "EASEL_GUEST_PICTURES_A_DAY", default=12, validate=NOT_NEGATIVE
)
# What a person who has signed in may paint for nothing with the demo painter.
FREE_PICTURES_A_DAY = env.int(
    "EASEL_FREE_PICTURES_A_DAY", default=12, validate=NOT_NEGATIVE
)
NETWORK_PICTURES_A_DAY = env.int(
    "EASEL_NETWORK_PICTURES_A_DAY", default=60, validate=NOT_NEGATIVE
)

# Safety of prompts: a service that looks at each before money is held, and what happens
# when it is away: orders are refused ("closed") or let through ("open").
MODERATION_URL = env.str("EASEL_MODERATION_URL", default="")
if MODERATION_URL and not re.fullmatch(r"https?://[^/]+/.*", MODERATION_URL):
    raise ImproperlyConfigured(
        "EASEL_MODERATION_URL is a whole address: https://api.openai.com/v1/moderations."
    )
MODERATION_KEY = env.str("EASEL_MODERATION_KEY", default="")
MODERATION_MODEL = env.str("EASEL_MODERATION_MODEL", default="omni-moderation-latest")
MODERATION_SECONDS = env.float(
    "EASEL_MODERATION_SECONDS", default=5.0, validate=validate.Range(min=0.1, max=60)
)
MODERATION_WHEN_AWAY = env.str(
    "EASEL_MODERATION_WHEN_AWAY",
    default="closed",
    validate=validate.OneOf(["closed", "open"]),
)

# The public gallery: whether somebody looks at a picture before all can.
GALLERY_APPROVAL = env.bool("EASEL_GALLERY_APPROVAL", default=False)

# What is told and asked: papers of the operator's own, and where letters to them go.
PAPERS_DIR = env.str("EASEL_PAPERS_DIR", default="")
# What the terms' version is called; by itself it is a fingerprint of their text.
TERMS_VERSION = env.str(
    "EASEL_TERMS_VERSION", default="", validate=validate.Length(max=40)
)
OPERATOR_EMAIL = env.str("EASEL_OPERATOR_EMAIL", default="")

# The arena: what one voter, and the guests of one network, may say in a day.
ARENA_VOTES_A_DAY = env.int(
    "EASEL_ARENA_VOTES_A_DAY", default=200, validate=NOT_NEGATIVE
)
ARENA_NETWORK_VOTES_A_DAY = env.int(
    "EASEL_ARENA_NETWORK_VOTES_A_DAY", default=600, validate=NOT_NEGATIVE
)

# Language and time.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "playground" / "locale"]
FORMAT_MODULE_PATH = ["playground.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files: hashed, compressed and immutable with debug off.
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("EASEL_STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG

# Safety.
TRUSTED_PROXIES: list[str] = env.list("EASEL_TRUSTED_PROXIES", default=[])
try:
    networks(tuple(TRUSTED_PROXIES))
except ValueError as error:
    raise ImproperlyConfigured(f"EASEL_TRUSTED_PROXIES: {error}") from error
CORS_ORIGINS: list[str] = env.list("EASEL_CORS_ORIGINS", default=[])
for allowed in CORS_ORIGINS:
    if not re.fullmatch(r"https?://[a-z0-9.\[\]:-]+", allowed):
        raise ImproperlyConfigured(
            f"EASEL_CORS_ORIGINS: {allowed} is no origin; write https://app.example.com."
        )
IS_HTTPS = env.bool("EASEL_HTTPS", default=not DEBUG)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG and not IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
)
SECURE_HSTS_SECONDS = env.int(
    "EASEL_HSTS_SECONDS", default=31_536_000 if IS_HTTPS else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
MAX_UPLOAD_MB = env.int("EASEL_MAX_UPLOAD_MB", default=50, validate=AT_LEAST_ONE)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_MB * 1024 * 1024

# Webhooks: whom a stranger's address may lead to.
PRIVATE_WEBHOOKS = env.bool("EASEL_PRIVATE_WEBHOOKS", default=DEBUG)
WEBHOOK_PORTS: list[int] = env.list("EASEL_WEBHOOK_PORTS", default=[443], subcast=int)
WEBHOOK_SECONDS = env.float("EASEL_WEBHOOK_SECONDS", default=15.0)

# Logs: one JSON object a line in production, readable lines in debug; never prompts or keys.
LOG_LEVEL = env.str(
    "EASEL_LOG_LEVEL",
    default="INFO",
    validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]),
)
LOGGING_CONFIG = "playground.logs.configure"
LOGGING = {"level": LOG_LEVEL, "as_json": not DEBUG}

# Telemetry: who may read /metrics, and where traces go. Without an address there are none.
TELEMETRY_DIR = env.str("EASEL_TELEMETRY_DIR", default=str(DATA_DIR / "telemetry"))
METRICS_TOKEN = env.str("EASEL_METRICS_TOKEN", default="")
METRICS_NETWORKS: list[str] = env.list(
    "EASEL_METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"]
)
try:
    networks(tuple(METRICS_NETWORKS))
except ValueError as error:
    raise ImproperlyConfigured(f"EASEL_METRICS_NETWORKS: {error}") from error
WORKER_METRICS_ADDRESS = env.str("EASEL_WORKER_METRICS_ADDRESS", default="")
TRACES_URL = env.str("EASEL_TRACES_URL", default="")
TRACES_HEADERS: dict[str, str] = env.dict("EASEL_TRACES_HEADERS", default={})
TRACES_SHARE = env.float(
    "EASEL_TRACES_SHARE", default=1.0, validate=validate.Range(min=0, max=1)
)
