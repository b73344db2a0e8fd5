"""Core's own health checks, through the same door as a plugin's."""

from collections.abc import Iterable

from core.health import cameras, certificate, clock, copies, database, files, plugins, release, trust, volumes
from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import HealthCheckSpec, HealthFix

HOUR = 3600.0


@hookimpl
def register_health_checks() -> Iterable[HealthCheckSpec]:
    """Core's checks."""
    return (
        HealthCheckSpec("cameras", "Cameras", cameras.check),
        HealthCheckSpec("volumes", "Storage", volumes.check, timeout=8.0, fresh=60.0),
        HealthCheckSpec("database", "Database", database.check, timeout=10.0, fresh=HOUR),
        HealthCheckSpec("clock", "Clock", clock.check, fresh=60.0),
        HealthCheckSpec("plugins", "Plugins", plugins.check),
        HealthCheckSpec("trust", "Signatures of plugins", trust.check),
        HealthCheckSpec("keys", "Key files", files.check, fresh=10.0, fix=HealthFix("Close to others", files.close)),
        HealthCheckSpec("certificate", "Encryption", certificate.check, fresh=60.0),
        HealthCheckSpec("copies", "Copies of the settings", copies.check, fresh=60.0),
        HealthCheckSpec("version", "Version", release.check, fresh=60.0),
    )
