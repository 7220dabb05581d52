"""One settings file for every place: what differs comes from the environment (docs/operations.md lists it)."""

import importlib.util
import os
import re
from datetime import timedelta
from pathlib import Path

import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from liaison.common import embedded
from liaison.common.secrets import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = embedded.home()
TESTING = os.environ.get("LIAISON_TEST") == "1"
HTTPS = os.environ.get("LIAISON_HTTPS") == "1"
PROXIES = int(os.environ.get("LIAISON_PROXIES", "0"))  # of ours in front; what the headers of others claim is nothing

DEBUG = os.environ.get("LIAISON_DEBUG") == "1"
SECRET_KEY = secret_key(HOME)
ALLOWED_HOSTS = os.environ.get("LIAISON_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ROOT_URLCONF = "liaison.urls"
WSGI_APPLICATION = "liaison.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "liaison.common",
    "liaison.accounts",
    "liaison.policy",
    "liaison.notices",
    "stations",
    "representatives",
    "visits",
    "feedback",
    "liaison.dashboard",
    "liaison.apps.LiaisonAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "liaison.common.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "liaison.common.middleware.PreferencesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "liaison.accounts.middleware.IdleTimeoutMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "liaison.accounts.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
    "liaison.common.middleware.BadInputMiddleware",
]

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
                "liaison.common.context.site",
                "liaison.accounts.context.desk",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Data ------------------------------------------------------------------------------------------------------------

DATABASES = {
    "default": {
        **embedded.database(),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": "test_liaison"},
    }
}
if pool := os.environ.get("LIAISON_DB_POOL"):
    # Only the web process asks for a pool: a pool does not survive the fork of a Celery worker.
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": int(pool)}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": embedded.redis_url(),
        "KEY_PREFIX": os.environ.get("LIAISON_CACHE_PREFIX", "liaison"),
    },
}
PAGES_LISTEN = not TESTING  # a listening connection would keep the test database from being dropped
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "liaison.common.statics.StaticFiles"
    },
}
MEDIA_ROOT = HOME / "files"
MEDIA_URL = "/files/"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
_bootstrap = importlib.util.find_spec("bootstrap").submodule_search_locations[0]
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", _bootstrap)]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# -- People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "liaison.accounts.backends.GrantsBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone", "email")},
    },
    {"NAME": "liaison.accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "liaison.accounts.passwords.ThreeKindsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "liaison.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "liaison.accounts.forms.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # django-axes counts failures; two counters would disagree
ACCOUNT_SESSION_REMEMBER = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "liaison.accounts.adapter.locked_out"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "liaison.accounts.adapter.account_tried"
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "liaison.accounts.adapter.client_address"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "liaison_session"
CSRF_COOKIE_NAME = "liaison_csrf"
IDLE_MINUTES = int(os.environ.get("LIAISON_IDLE_MINUTES", "30"))  # 等保 2.0 asks for a time-out; the length is ours

# -- History: every change of every table, written by triggers, never changed again ----------------------------------

PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent("insert"),
    pghistory.UpdateEvent("update"),
    pghistory.DeleteEvent("delete"),
)
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)
PGTRIGGER_MIGRATIONS = True

# -- Safety ----------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# Whose pages may show /embed/schedule/ inside theirs: a timetable without cookies, on which nothing can be done.
EMBED_ANCESTORS = [SELF, *re.split(r"[\s,;]+", os.environ.get("LIAISON_EMBED_ANCESTORS", "").strip() or "https:")]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("LIAISON_ORIGINS", "").split(",") if o]
CSRF_FAILURE_VIEW = "liaison.common.public.csrf_failure"

# -- Words and times -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
LANGUAGE_COOKIE_NAME = "liaison_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "liaison.common.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
SITE = {
    "name": os.environ.get("LIAISON_SITE_NAME", "人大代表联络站"),
    "host_unit": os.environ.get("LIAISON_HOST_UNIT", ""),
    "contact": os.environ.get("LIAISON_CONTACT", ""),
    "icp": os.environ.get("LIAISON_ICP", ""),
    "police_record": os.environ.get("LIAISON_POLICE_RECORD", ""),
    "identity_code": os.environ.get("LIAISON_IDENTITY_CODE", ""),
    "url": os.environ.get("LIAISON_URL", ""),
    "mail": bool(os.environ.get("EMAIL_HOST")),
}

# -- Background and messages -----------------------------------------------------------------------------------------

CELERY_BROKER_URL = embedded.celery_broker_url()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_DB_REUSE_MAX = 1000  # else the Django fixup closes the connection after every task
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

MAIL_FOLDER = HOME / "mail"
EMAIL_BACKEND = "liaison.notices.mail.FolderBackend"
if os.environ.get("EMAIL_HOST"):
    EMAIL_BACKEND = "liaison.notices.mail.SmtpBackend"
    EMAIL_HOST = os.environ["EMAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
    EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS") == "1"
    EMAIL_TIMEOUT = 20
METRICS_TOKEN = os.environ.get("LIAISON_METRICS_TOKEN", "")  # empty: /metrics answers this machine only
# Keys that seal secrets of channels and contacts of voters: the first encrypts, all open, and one that is derived from
# the secret key.
SECRETS_KEYS = [key.strip() for key in os.environ.get("LIAISON_SECRETS_KEYS", "").split(",") if key.strip()]
EGRESS_LOCAL = TESTING  # channels never call this machine, but for tests whose gateway stands on it
# Half as many tries on average while a voter's form is filled in: 0.15 s on a desk, under a second on a slow phone.
PUZZLE_MOST = int(os.environ.get("LIAISON_PUZZLE_MOST", "500000"))
QUIET_HOURS = not TESTING  # tests run at any hour
EMAIL_USE_LOCALTIME = True  # the Date of a mail says +0800 and not "somewhere"
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "liaison@localhost")

# -- API -------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": os.environ.get("LIAISON_API_RATE", "600/min")},
    "NUM_PROXIES": PROXIES,
    "EXCEPTION_HANDLER": "liaison.common.api.explain",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Liaison 代表联络站",
    "DESCRIPTION": "代表联络站、人大代表与接待安排的公开接口；工作人员登录后可写。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": -1},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "RegionLevel": "liaison.accounts.choices.Level",
        "SeatLevel": "representatives.choices.SeatLevel",
        "StationKind": "stations.choices.StationKind",
        "RoomKind": "stations.choices.RoomKind",
        "VisitKind": "visits.choices.VisitKind",
        "VisitState": "visits.choices.State",
        "AttendanceState": "visits.choices.AttendanceState",
        "SeatStatus": "representatives.choices.SeatStatus",
        "OpinionState": "feedback.choices.State",
        "ReferralState": "feedback.choices.ReferralState",
    },
}

# Such an address is a key.
SECRET_PATHS = re.compile(r"(?P<path>/(?:calendars|notices/receipts|a|d|unsubscribe)/)[^/\s?'\"]+")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request": {"()": "liaison.common.middleware.RequestIdFilter"},
        "secrets": {"()": "liaison.common.middleware.SecretsFilter"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request", "secrets"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("LIAISON_LOG_LEVEL", "WARNING")},
}
