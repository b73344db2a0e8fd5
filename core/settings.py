"""Django's settings, derived from `core.configuration`. Nothing here is meant to be edited by an administrator."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from core.configuration import ConfigurationError, configuration
from core.keys import secret_key
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
    "core.access",
    "core.system",
    "core.cameras",
    "core.recording",
    "core.events",
    "core.web",
    "webapp",
    "core.pluginhost",
]
PLUGINS = select(CONFIG)
INSTALLED_APPS = BASE_APPS + [plugin.app for plugin in PLUGINS if plugin.state is PluginState.LOADING]

SECRET_KEY = secret_key(CONFIG.data)
DEBUG = CONFIG.debug
ALLOWED_HOSTS = CONFIG.allowed_hosts
ROOT_URLCONF = "core.web.urls"
ASGI_APPLICATION = "core.web.asgi.application"
AUTH_USER_MODEL = "access.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = CONFIG.time_zone
LANGUAGE_CODE = "en"
USE_I18N = True

_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"
    "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;"
)


def _sqlite(name: str) -> dict[str, Any]:
    # IMMEDIATE: a deferred transaction that reads before it writes fails with "database is locked" despite the timeout.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": CONFIG.data / f"{name}.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _PRAGMAS},
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
    # The segment index has a file of its own, so that its batches never block the portal.
    DATABASES = {"default": _sqlite("eyrie"), "index": _sqlite("index")}
DATABASE_ROUTERS = ["core.recording.router.IndexRouter"]

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
