"""Django's settings, derived from `core.configuration`. Nothing here is meant to be edited by an administrator."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE

from core.assets import fingerprint
from core.configuration import ConfigurationError, configuration
from core.keys import secret_key
from core.logs import logging_settings
from core.pluginhost.records import PluginState
from core.pluginhost.selection import select

CONFIG = configuration()
BASE_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django_htmx",
    "lucide",
    # Of allauth the second factors, the list of sessions and single sign-on are used, none of its pages and routes.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "core.signin",  # before core.access, whose command `user` it adds to
    "core.access",
    "core.directories",
    "core.system",
    "core.transport",
    "core.cameras",
    "core.recording",
    "core.events",
    "core.exports",
    "core.rules",
    "core.backup",
    "core.bookmarks",
    "core.walls",
    "core.talk",
    "core.viewings",
    "core.detection",
    "core.recorder",
    "core.analyser",
    "core.replays",
    "core.edge",
    "core.health",
    "core.web",
    "core.supervisor",
    "core.reference",
    "webapp",
    "core.pluginhost",
]
PLUGINS = select(CONFIG)
INSTALLED_APPS = BASE_APPS + [plugin.app for plugin in PLUGINS if plugin.state is PluginState.LOADING]

SECRET_KEY = secret_key(CONFIG.data)
LOGGING = logging_settings(CONFIG)
DEBUG = CONFIG.debug
ALLOWED_HOSTS = CONFIG.allowed_hosts
ROOT_URLCONF = "core.web.urls"
ASGI_APPLICATION = "core.web.asgi.application"
AUTH_USER_MODEL = "access.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = CONFIG.time_zone
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
USE_I18N = True

_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;"
)
_MAPPED = "PRAGMA mmap_size=134217728;"


def _sqlite(name: str, pragmas: str) -> dict[str, Any]:
    # IMMEDIATE: a deferred transaction that reads before it writes fails with "database is locked" despite the timeout.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": CONFIG.data / f"{name}.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ConfigurationError("EYRIE_DATABASE_URL: must be postgres://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_HEALTH_CHECKS": True,
    }


if CONFIG.database_url:
    DATABASES = {"default": _postgres(CONFIG.database_url.get_secret_value())}
else:
    # The segment index has a file of its own, so that its batches never block the portal. It is not mapped: it has
    # gigabytes of which a question needs a few pages, and a page fault reads a good deal around each.
    DATABASES = {"default": _sqlite("eyrie", _PRAGMAS + _MAPPED), "index": _sqlite("index", _PRAGMAS)}
DATABASE_ROUTERS = ["core.recording.router.IndexRouter"]

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "core.signin.passwords.PolicyValidator"}]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # knows nobody; refuses who is locked out before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
    "core.directories.backend.DirectoryBackend",
]

SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # its middleware would put an answer of its own in the place of ours
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # the audit log tells who signed in
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # it ends when it was said to
AXES_HANDLER = "core.signin.lockout.Handler"
AXES_FAILURE_LIMIT = "core.signin.lockout.limit"
AXES_COOLOFF_TIME = "core.signin.lockout.cool_off"
AXES_USERNAME_CALLABLE = "core.signin.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "core.signin.lockout.client_address"

ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.web.headers.Headers",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.signin.middleware.SignedIn",
    "core.web.limits.Limits",
    "core.web.zone.SiteZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "webapp.context.portal",
            ]
        },
    }
]
LOGIN_URL = "/sign-in/"
DUTIES_URL = "/account/"
CSRF_FAILURE_VIEW = "core.web.failures.forbidden"
SECURE_REFERRER_POLICY = "same-origin"
# A cookie of the name __Host-… is taken from this very host by HTTPS only: no other host of the domain, nor anybody on
# the way who answers plain HTTP, can plant one (RFC 6265bis, 4.1.3.2). Behind a proxy Eyrie cannot know beforehand.
_COOKIE = "__Host-" if CONFIG.speaks_https else ""
SESSION_COOKIE_NAME = f"{_COOKIE}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.speaks_https
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", NONCE],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

STATIC_URL = f"/static/{'dev' if DEBUG else fingerprint(INSTALLED_APPS)}/"
# Served from the packages themselves: nothing to collect, so nothing to forget after an update.
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG
if not DEBUG:
    SERVESTATIC_IMMUTABLE_FILE_TEST = f"^{STATIC_URL}"
SERVESTATIC_ALLOW_ALL_ORIGINS = False

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "core.web.layer.HubChannelLayer"}}
if CONFIG.redis_url:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [CONFIG.redis_url.get_secret_value()]},
    }

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.web.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.access.declared.Declared", "core.signin.fresh.Fresh"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.web.rest.conventions.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"sign_in": "10/min"},
    "EXCEPTION_HANDLER": "core.web.rest.conventions.on_exception",
    "UNICODE_JSON": True,
}
REST_KNOX = {"TOKEN_TTL": None}
KNOX_TOKEN_MODEL = "knox.AuthToken"  # noqa: S105  names a model
SPECTACULAR_SETTINGS = {
    "TITLE": "Eyrie",
    "DESCRIPTION": "REST interface of the Eyrie video management system.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DEFAULT_GENERATOR_CLASS": "core.web.rest.describing.Generator",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "LevelEnum": ["ok", "warning", "failed"],
        "ScheduledModeEnum": "core.web.rest.schedules.MODES",
        "DeliveryStateEnum": "core.rules.models.State.choices",
        "CopyStateEnum": "core.backup.models.State.choices",
        "ExportStateEnum": "core.exports.models.State.choices",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
