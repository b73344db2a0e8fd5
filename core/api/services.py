"""Services of the running system for plugins. Needs Django to be set up; see `core.api`."""

from core.system.audit import record as record_audit
from core.system.plugin_settings import load as plugin_settings

__all__ = ["plugin_settings", "record_audit"]
