"""Every setting, from the environment. Nothing set means the embedded mode; a wrong value stops the start."""

import secrets
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

HELPDESK_ENV = env.str("HELPDESK_ENV", "embedded")
if HELPDESK_ENV not in {"embedded", "production"}:
    raise ImproperlyConfigured("HELPDESK_ENV is 'embedded' (the default) or 'production'.")
EMBEDDED = HELPDESK_ENV == "embedded"
TESTING = "pytest" in sys.modules

DATA_DIR = Path(env.str("HELPDESK_DATA_DIR", str(BASE_DIR / "var"))).resolve()
if EMBEDDED:
    DATA_DIR.mkdir(parents=True, exist_ok=True)


def required(name: str) -> str:
    """The variable's value; production refuses to start without it."""
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(f"HELPDESK_ENV=production needs {name}.")
    return value


def kept_secret(name: str) -> str:
    """A secret from the environment, or in the embedded mode one made on first use and kept in the data folder."""
    if not EMBEDDED:
        value = required(name)
    else:
        value = env.str(name, "")
        path = DATA_DIR / f"{name.lower()}.key"
        if not value:
            try:
                with path.open("x", encoding="ascii") as new:
                    path.chmod(0o600)
                    new.write(secrets.token_urlsafe(48))
            except FileExistsError:
                pass
            value = path.read_text(encoding="ascii")
    if len(value) < 32:
        raise ImproperlyConfigured(f"{name} needs at least 32 characters.")
    return value


SECRET_KEY = kept_secret("SECRET_KEY")
# Seals personal data; never the same as SECRET_KEY, so that each can be changed alone.
FIELD_KEY = kept_secret("FIELD_KEY")
if FIELD_KEY == SECRET_KEY:
    raise ImproperlyConfigured("FIELD_KEY and SECRET_KEY are two keys; give FIELD_KEY one of its own.")
FIELD_KEY_FALLBACKS: list[str] = env.list("FIELD_KEY_FALLBACKS", default=[])

DEBUG = env.bool("DEBUG", False)
if DEBUG and not EMBEDDED:
    raise ImproperlyConfigured("DEBUG can't be on in production.")


def port_of(written: str) -> int:
    """The port that the web part listens on."""
    if not (written.isascii() and written.isdecimal() and 1 <= int(written[:6]) <= 65535):
        raise ImproperlyConfigured(f"PORT is a number from 1 to 65535, not {written!r}: PORT=8001 make run")
    return int(written)


PORT = port_of(env.str("PORT", "8000").strip() or "8000")
if EMBEDDED:
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
    SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{PORT}")
else:
    required("ALLOWED_HOSTS")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
    SITE_URL = required("SITE_URL")
    if not SITE_URL.startswith("https://"):
        raise ImproperlyConfigured("SITE_URL begins with https:// in production.")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS names hosts; '*' would let anybody choose the host of our links."
    )
SITE_URL = SITE_URL.rstrip("/")

INSTALLED_APPS = [
    "helpdesk.audit",
    "helpdesk.estates",
    "helpdesk.staff",
    "helpdesk.notifications",
    "helpdesk.attachments",
    "residents",
    "billing",
    "tickets",
    "visitors",
    "helpdesk.desk",
    "helpdesk.api",
    "helpdesk.admin.HelpdeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "heroicons",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_include_bootstrap",
]

MIDDLEWARE = [
    "helpdesk.desk.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "helpdesk.desk.body_size.BodySizeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpdesk.staff.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "helpdesk.desk.middleware.RefusalMiddleware",
    "helpdesk.desk.middleware.OwnDeedsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helpdesk.desk.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "django.templatetags.tz"],
        },
    },
]

# --- database ---------------------------------------------------------------------------------------------------------
if EMBEDDED:
    DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{DATA_DIR / 'helpdesk.sqlite3'}")}
else:
    required("DATABASE_URL")
    DATABASES = {"default": env.db("DATABASE_URL")}
    if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL begins with postgres:// in production.")
database = DATABASES["default"]
if database["ENGINE"].endswith("sqlite3"):
    # A read that turns into a write fails at once under DEFERRED, whatever the busy timeout; IMMEDIATE waits its turn.
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA cache_size=-32000; "
            # A power cut must not take the last payment with it; a test's database may go.
            f"PRAGMA synchronous={'OFF' if TESTING else 'FULL'};"
        ),
    }
    database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    database["CONN_HEALTH_CHECKS"] = True
    # A database that does not answer is an error page in seconds, not a thread that waits for minutes.
    database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
database["ATOMIC_REQUESTS"] = False

# --- cache: throttles and lock-outs count across processes, so embedded counts in the database -------------------------
REDIS_URL = env.str("REDIS_URL", "")
CELERY_BROKER_URL = (
    env.str("CELERY_BROKER_URL", "filesystem://localhost") if EMBEDDED else required("CELERY_BROKER_URL")
)
if not EMBEDDED and not CELERY_BROKER_URL.startswith(("redis://", "rediss://", "redis+socket://")):
    raise ImproperlyConfigured("CELERY_BROKER_URL begins with redis:// or rediss:// in production.")
if not REDIS_URL and CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    REDIS_URL = CELERY_BROKER_URL
# Tests clear the cache before each; their processes must not clear each other's.
_test_process = env.str("PYTEST_XDIST_WORKER", "") if TESTING else ""
if REDIS_URL and _test_process:
    REDIS_URL = urlsplit(REDIS_URL)._replace(path=f"/{1 + int(_test_process.removeprefix('gw'))}").geturl()
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "helpdesk.lib.quiet_cache.QuietRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "desk",
            "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / f"cache{_test_process}"),
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }

# --- celery: a wake-up call only; what is due stands in the database ---------------------------------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
SWEEP_SECONDS = env.int("SWEEP_SECONDS", 5 if EMBEDDED else 20)
if CELERY_BROKER_URL.startswith("filesystem://"):
    _spool = DATA_DIR / "broker"
    for _name in ("queue", "control", "processed"):
        (_spool / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(_spool / "queue"),
        "data_folder_out": str(_spool / "queue"),
        "control_folder": str(_spool / "control"),
        "processed_folder": str(_spool / "processed"),
        "polling_interval": 0.5,
    }
else:
    # Below ten minutes, the same wherever Celery reads it: beyond it Redis hands a task out twice.
    CELERY_VISIBILITY_TIMEOUT = 480
    CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": 480}
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 480,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }
CELERY_BEAT_SCHEDULE = {
    "deliver-messages": {"task": "helpdesk.notifications.tasks.deliver_due", "schedule": SWEEP_SECONDS},
    "call-follow-ups": {"task": "tickets.tasks.bring_up_follow_ups", "schedule": SWEEP_SECONDS},
    "escalate": {"task": "tickets.tasks.escalate_overdue", "schedule": 60},
    "put-up-late-grumbles": {"task": "tickets.tasks.put_up_late_grumbles", "schedule": 60},
    "learn": {"task": "tickets.tasks.learn", "schedule": SWEEP_SECONDS},
    "routine-visits": {"task": "tickets.tasks.plan_routine_visits", "schedule": 900},
    "handovers": {"task": "tickets.tasks.watch_handovers", "schedule": 60},
    "sweep-files": {"task": "helpdesk.attachments.tasks.sweep", "schedule": 3600},
    "seal-history": {"task": "helpdesk.audit.tasks.seal_days", "schedule": 3600},
    "bills": {"task": "billing.tasks.continue_runs", "schedule": SWEEP_SECONDS},
    "bank-files": {"task": "billing.tasks.continue_bank_files", "schedule": SWEEP_SECONDS},
    "verify-ledger": {"task": "billing.tasks.verify_ledger", "schedule": 86_400},
    "late-fees": {"task": "billing.tasks.charge_late_fees", "schedule": 600},
    "reminders": {"task": "billing.tasks.send_reminders", "schedule": 60},
    "promises": {"task": "billing.tasks.settle_promises", "schedule": 600},
    "no-shows": {"task": "visitors.tasks.mark_no_shows", "schedule": 600},
    "overstays": {"task": "visitors.tasks.tell_overstays", "schedule": 60},
    "expire-passes": {"task": "visitors.tasks.expire_passes", "schedule": 60},
    "uncollected-parcels": {"task": "visitors.tasks.remind_uncollected", "schedule": 3600},
    "purged-visits": {"task": "visitors.tasks.mark_purged_visits", "schedule": 3600},
    "unused-passes": {"task": "visitors.tasks.tell_of_unused_passes", "schedule": 3600},
    "imports": {"task": "residents.tasks.run_imports", "schedule": SWEEP_SECONDS},
    "forget-personal-data": {"task": "residents.tasks.forget_overdue", "schedule": 3600},
    "forget-answers": {"task": "helpdesk.staff.tasks.forget_answers", "schedule": 600},
    "beat": {"task": "helpdesk.notifications.tasks.note_beat", "schedule": SWEEP_SECONDS},
}
for _entry in CELERY_BEAT_SCHEDULE.values():
    # A worker that comes back after days meets the call of the last minute, not thousands of old ones.
    _entry["options"] = {"expires": 60}

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "helpdesk.staff.passwords.LongestPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "helpdesk.desk.errors.csrf_failure"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_CLIENT_IP_CALLABLE = "helpdesk.lib.addresses.ip_of"
AXES_ENABLE_ADMIN = False

# --- transport --------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not EMBEDDED:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    if env.bool("BEHIND_TLS_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}

# --- words ------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [BASE_DIR / "helpdesk" / "locale"]
FORMAT_MODULE_PATH = ["helpdesk.formats"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
SITE_TITLE = _("Front desk")

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_static_storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
if not TESTING and not DEBUG:
    _static_storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}
WHITENOISE_MANIFEST_STRICT = False
# Nobody waits for a source map, and on one's own machine compressing saves nothing but makes the first start slow.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
if EMBEDDED and not env.bool("COMPRESS_STATIC", False):
    WHITENOISE_SKIP_COMPRESS_EXTENSIONS += ("css", "js", "json", "svg", "txt")
# There is no MEDIA_URL: every file is served by a view that asks whether this person may have it.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(DATA_DIR / "media")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
# A page of the meters' grid: 500 rows of a reading, what it was, and two ticks.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_100
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", 10 * 1024 * 1024)
ATTACHMENTS_PER_REQUEST = 5
ATTACHMENTS_PER_TICKET = 40

# --- residents' links -------------------------------------------------------------------------------------------------
# Days for which they still open something after the ticket, or what an owner was asked, is over.
TRACK_LINK_DAYS = env.int("TRACK_LINK_DAYS", 90)
CONSENT_LINK_DAYS = env.int("CONSENT_LINK_DAYS", 7)

# --- messages out -----------------------------------------------------------------------------------------------------
_email = env.email_url("EMAIL_URL", default="consolemail://")
globals().update(**{k: v for k, v in _email.items() if k.startswith("EMAIL_") and k != "EMAIL_FILE_PATH"})
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "frontdesk@localhost")
SMS_GATEWAY = env.str("SMS_GATEWAY", "console")
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", "")
SMS_GATEWAY_KEY = env.str("SMS_GATEWAY_KEY", "")
if SMS_GATEWAY not in {"console", "http"}:
    raise ImproperlyConfigured("SMS_GATEWAY is 'console' or 'http'.")
if SMS_GATEWAY == "http" and not SMS_GATEWAY_URL.startswith("https://"):
    raise ImproperlyConfigured("SMS_GATEWAY=http needs SMS_GATEWAY_URL beginning with https://.")

# --- REST -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["helpdesk.staff.tokens.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["helpdesk.api.permissions.Deny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["helpdesk.api.parsers.CappedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "helpdesk.api.pagination.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "helpdesk.api.schema.DeskSchema",
    "EXCEPTION_HANDLER": "helpdesk.api.errors.exception_handler",
    "DEFAULT_THROTTLE_RATES": {"token": "600/min"},
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "helpdesk.api.negotiation.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "NUM_PROXIES": env.int("PROXY_COUNT", 0),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Front desk API",
    "DESCRIPTION": "Tickets, slips, follow-up visits and the records behind them.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "PriorityEnum": "tickets.models.Priority",
        "SettablePriorityEnum": "tickets.models.SETTABLE_PRIORITIES",
        "TicketStatusEnum": "tickets.models.Ticket.Status",
        "SlipStatusEnum": "tickets.models.Slip.Status",
        "FollowUpStatusEnum": "tickets.models.FollowUp.Status",
        "UnitStatusEnum": "residents.models.Unit.Status",
        "DepartmentKindEnum": "helpdesk.estates.models.Department.Kind",
        "ResidentKindEnum": "residents.models.Resident.Kind",
        "SlipKindEnum": "tickets.models.Slip.Kind",
        "ContactKindEnum": "tickets.models.Contact.Kind",
        "TicketChannelEnum": "tickets.models.Channel",
        "FollowUpChannelEnum": "tickets.models.FollowUp.Via",
        "HandoverLineKindEnum": "tickets.models.HandoverLine.Kind",
        "FollowUpOutcomeEnum": "tickets.models.FollowUp.Outcome",
        "ReplyStateEnum": "tickets.models.Reply.State",
        "ChargeItemKindEnum": "billing.models.ChargeItem.Kind",
        "BillKindEnum": "billing.models.Bill.Kind",
        "EntryKindEnum": "billing.models.AccountEntry.Kind",
        "RunStatusEnum": "billing.models.BillingRun.Status",
        "BillNoticeWayEnum": "billing.models.Handover.Way",
        "DisputeOutcomeEnum": "billing.models.Dispute.Outcome",
        "IncidentKindEnum": "tickets.models.Incident.Kind",
        "ContactSourceEnum": "tickets.models.Contact.Source",
        "ReadingSourceEnum": "billing.models.MeterReading.Source",
        "AnsweredViaEnum": "tickets.models.Forwarding.Via",
        "InvoiceStateEnum": "billing.models.InvoiceRequest.State",
        "CollectionReasonEnum": "billing.models.CollectionVisit.Reason",
        "CollectionWayEnum": "billing.models.CollectionVisit.Way",
        "ReminderWayEnum": "billing.models.ReminderStep.Way",
        "DeferralKindEnum": "billing.models.Deferral.Kind",
        "PromiseOutcomeEnum": "billing.models.PaymentPromise.Outcome",
        "VisitStatusEnum": "visitors.models.Visit.Status",
        "ReleasePassStatusEnum": "visitors.models.ReleasePass.Status",
        "ParcelStatusEnum": "visitors.models.Parcel.Status",
        "ParcelKindEnum": "visitors.models.Parcel.Kind",
        "ApplicantRelationEnum": "visitors.models.ReleasePass.Relation",
        "OccupancyRelationEnum": "residents.models.Occupancy.Relation",
        "ConsentAnswerEnum": "visitors.models.Consent.Answer",
        "HostAnswerEnum": "visitors.models.Visit.Answer",
        "DeskKeyKindEnum": "residents.models.DeskKey.Kind",
        "AccessCardKindEnum": "residents.models.AccessCard.Kind",
        "AccessCardStatusEnum": "residents.models.AccessCard.Status",
        "PaperKindEnum": "residents.models.Paper.Kind",
        "ParkingSpaceKindEnum": "residents.models.ParkingSpace.Kind",
        "MoveKindEnum": "residents.models.MoveKind",
        "MoveStatusEnum": "residents.models.Move.Status",
        "MoveStepStateEnum": "residents.models.MoveStep.State",
        "UnitChangeKindEnum": "residents.models.UnitChange.Kind",
        "UnitChangeStatusEnum": "residents.models.UnitChange.Status",
        "DecorationStatusEnum": "residents.models.Decoration.Status",
        "DecorationInspectionKindEnum": "residents.models.DecorationInspection.Kind",
        "FixtureStateEnum": "residents.models.FixtureItem.State",
        "VehicleKindEnum": "residents.models.Vehicle.Kind",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"hide_keys": {"()": "helpdesk.lib.log_secrets.HideKeys"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["hide_keys"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # A sweep every few seconds is no news; a task that failed is.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
HAS_PDF = find_spec("weasyprint") is not None
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "helpdesk.api.errors.Handler"}
