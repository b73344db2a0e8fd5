"""Start-up settings: one typed model, from `EYRIE_*` variables and a TOML file, unknown keys refused.

Precedence: environment, then the file named by `EYRIE_CONFIG` (else `eyrie.toml` in the data directory), then defaults.
What changes while running (cameras, plugins' settings) is in the database, not here.
"""

from __future__ import annotations

import os
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from core.wording import first_wrong

PREFIX = "EYRIE_"


class ConfigurationError(Exception):
    """A start-up setting is wrong; the message names it, the reason and the remedy."""


class Configuration(BaseSettings):
    """Everything Eyrie must know before it can open its database."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", validate_default=True)

    data: Path = Field(Path("data"), title="Data directory", description="One directory holds everything.")
    host: str = Field("127.0.0.1", title="Listen address", description="Address the web server binds to.")
    port: int = Field(8600, ge=1, le=65535, title="Port", description="TCP port of the web server.")
    tls: Literal["auto", "on", "off"] = Field(
        "auto", title="HTTPS", description="Whether the web server speaks HTTPS; auto: on all but a loopback address."
    )
    redirect_port: int | None = Field(
        None, ge=1, le=65535, title="Port for plain HTTP", description="Answers http:// with the way to https://."
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        [],
        title="Trusted proxies",
        description="Addresses or networks whose X-Forwarded-For and -Proto are believed, comma-separated.",
    )
    admin_password: SecretStr | None = Field(
        None, title="Administrator password", description="Set at first start; without it a one-time one is printed."
    )
    database_url: SecretStr | None = Field(
        None, title="Database", description="postgres://user:password@host:port/name; SQLite files in data without it."
    )
    redis_url: SecretStr | None = Field(
        None, title="Redis", description="redis://… for several machines; local channel layer and queue without it."
    )
    plugins: Annotated[list[str] | None, NoDecode] = Field(
        None, title="Plugins", description="Names of enabled plugins, comma-separated; the built-in ones without it."
    )
    plugins_disabled: Annotated[list[str], NoDecode] = Field(
        [], title="Disabled plugins", description="Names taken away from the enabled plugins."
    )
    safe_mode: bool = Field(False, title="Safe mode", description="Start with no plugin at all.")
    strict_plugins: bool = Field(False, title="Strict plugins", description="Any plugin failure ends the start.")
    plugin_trust: Literal["off", "warn", "require"] = Field(
        "warn",
        title="Trust in plugins",
        description="What becomes of plugins that nobody trusted has signed: told (warn), not loaded (require).",
    )
    recorders: int = Field(1, ge=1, le=64, title="Recorder processes", description="Processes that share the cameras.")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        ["*"], title="Allowed hosts", description="Host names the web server answers to, comma-separated."
    )
    reads_per_minute: int = Field(
        12_000, ge=0, title="Reads a minute", description="Of one user, or one address without a session; 0: no limit."
    )
    writes_per_minute: int = Field(
        600, ge=0, title="Changes a minute", description="Of one user, or one address without a session; 0: no limit."
    )
    heavy_per_minute: int = Field(
        300,
        ge=0,
        title="Searches and exports a minute",
        description="And what else takes long, of one user, or one address without a session; 0: no limit.",
    )
    sockets_per_user: int = Field(
        400, ge=0, title="Websockets of a user", description="Open at once: one for each live picture; 0: no limit."
    )
    time_zone: str = Field(
        "UTC", title="Time zone", description="The site's IANA zone until one is chosen in the portal."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", title="Log level", description="Least level that is logged."
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", title="Log format", description="text on a terminal and json elsewhere when auto."
    )
    segment_seconds: int = Field(
        60, ge=5, le=300, title="Segment length", description="Seconds a recorded file covers."
    )
    fragment_ms: int = Field(
        500,
        ge=100,
        le=5000,
        title="Fragment length",
        description="Milliseconds written at once: what a crash can cost.",
    )
    edge_megabits: int = Field(
        16,
        ge=1,
        le=10_000,
        title="Fetching from cameras",
        description="Most megabits a second by which what cameras keep themselves is fetched, all together.",
    )
    export_days: int = Field(
        7, ge=0, le=3650, title="Keep exports", description="Days until an export's archive is removed; 0 keeps it."
    )
    event_days: int = Field(
        365, ge=0, le=36500, title="Keep events", description="Days until an event is forgotten; 0 keeps it."
    )
    event_rows: int = Field(
        2_000_000, ge=0, title="Most events", description="Above so many the oldest are forgotten; 0 is no limit."
    )
    transcodes: int = Field(
        4,
        ge=0,
        le=64,
        title="Live transcodes",
        description="Streams made into H.264 at once for browsers that cannot play them; 0 shows single pictures.",
    )
    detector_memory: int = Field(
        2048,
        ge=64,
        le=1_048_576,
        title="Memory of detectors",
        description="MiB that the process of one plugin's detectors may take; one that wants more is ended.",
    )
    debug: bool = Field(False, title="Debug", description="Django's debug mode; never in production.")

    @field_validator("plugins", "plugins_disabled", "allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for one in value:
            try:
                ip_network(one)
            except ValueError as error:
                raise ValueError("takes addresses or networks such as 10.0.0.5 or 10.0.0.0/24") from error
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is no IANA time zone, such as Europe/Zurich") from error
        return value

    @property
    def listens_to_network(self) -> bool:
        """Whether other machines reach the web server."""
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"

    @property
    def speaks_https(self) -> bool:
        """Whether the web server itself speaks HTTPS; a proxy before it may all the same."""
        return self.tls == "on" or (self.tls == "auto" and self.listens_to_network)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Which sources pydantic-settings reads by itself."""
        return (init_settings,)  # `load` merges environment and file, for any environment it is given


def _file_values(environ: dict[str, str]) -> tuple[dict[str, Any], Path | None]:
    named = environ.get(PREFIX + "CONFIG")
    path = Path(named) if named else Path(environ.get(PREFIX + "DATA", "data")) / "eyrie.toml"
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if named:
            raise ConfigurationError(f"EYRIE_CONFIG: {path} does not exist; name a TOML file or unset it.") from None
        return {}, None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); mend its permissions.") from error
    import tomllib  # most installations have no such file

    try:
        return tomllib.loads(text), path
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: is no valid TOML ({error}); mend that line.") from error


def _sentence(error: ValidationError, path: Path | None, environ: dict[str, str]) -> str:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    variable = PREFIX + key.upper()
    where = variable if variable in environ else f"{path or 'settings'}: {key}"
    if first["type"] == "extra_forbidden":
        return f"{where}: unknown setting; {_closest(key)}"
    _, reason = first_wrong(error)
    return f"{where}: {reason.rstrip('.')} (got {first['input']!r})."


def _closest(key: str) -> str:
    """What was probably meant, written as the key was: a variable in capitals, a key of the file without them."""
    from difflib import get_close_matches

    known = [PREFIX + name.upper() if key.isupper() else name for name in Configuration.model_fields]
    near = get_close_matches(key, known, 1)
    return f"did you mean {near[0]}?" if near else "see docs/reference/settings.md for the known ones."


def _refuse_unknown_variables(environ: dict[str, str]) -> None:
    for name in environ:
        key = name.removeprefix(PREFIX).lower()
        if name.startswith(PREFIX) and key not in Configuration.model_fields and key != "config":
            raise ConfigurationError(f"{name}: unknown setting; {_closest(name)}")


def load(environ: dict[str, str] | None = None) -> Configuration:
    """Read and check the settings. Raises ConfigurationError with one sentence."""
    environ = dict(os.environ) if environ is None else environ
    _refuse_unknown_variables(environ)
    values, path = _file_values(environ)
    variables = EnvSettingsSource(Configuration)
    variables.env_vars = {name.lower(): value for name, value in environ.items()}
    try:
        found = Configuration(**(values | variables()))
    except ValidationError as error:
        raise ConfigurationError(_sentence(error, path, environ)) from None
    return found.model_copy(update={"data": found.data.expanduser().absolute()})


@cache
def configuration() -> Configuration:
    """The settings of this process, read once."""
    return load()


def data_directory() -> Path:
    """The one directory that holds everything Eyrie writes, absolute."""
    return configuration().data
