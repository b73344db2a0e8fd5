"""What a plugin says about itself in its `apps.py`. Importable before Django is set up, and without a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from django.apps import AppConfig
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class PluginMeta:
    """Identity and needs of a plugin.

    name: the entry point's or folder's name; its tables, permissions, topics and settings carry it.
    version: of the plugin (PEP 440). requires_api: specifier on the plugin API's version, never on Eyrie's own.
    requires_plugins: requirements on other plugins, such as `rtsp` or `rtsp>=0.2`.
    Raises ValueError with one sentence when a value is malformed.
    """

    name: str
    title: str
    version: str
    requires_api: str = ">=1.0,<2"
    requires_plugins: tuple[str, ...] = ()
    summary: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name {self.name!r}: use lower-case letters, digits and _, beginning with a letter.")
        if not self.title.strip():
            raise ValueError("title: is empty; name the plugin as people should read it.")
        try:
            Version(self.version)
            SpecifierSet(self.requires_api)
            self.requirements()
        except (InvalidVersion, InvalidSpecifier, InvalidRequirement) as error:
            raise ValueError(f"version, requires_api or requires_plugins: {error}") from error

    def requirements(self) -> list[Requirement]:
        """`requires_plugins`, parsed."""
        return [Requirement(text) for text in self.requires_plugins]


class PluginConfig(AppConfig):
    """Base of a plugin's `class Config(PluginConfig)` in its `apps.py`; all it needs is `meta`.

    Name, label (`plugin_<name>`, the prefix of its tables) and title follow from the package and from `meta`.
    """

    meta: ClassVar[PluginMeta]
    default_auto_field = "django.db.models.BigAutoField"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        meta = cls.__dict__.get("meta")
        if not isinstance(meta, PluginMeta):
            raise TypeError(f"{cls.__module__}.{cls.__name__}: needs `meta = PluginMeta(name=…, title=…, version=…)`.")
        cls.name = cls.__module__.rpartition(".")[0]
        cls.label = f"plugin_{meta.name}"
        cls.verbose_name = meta.title
