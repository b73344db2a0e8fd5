"""What the worker sees to by the clock, so that it need not be looked at."""

from core.media.clock import SystemClock
from core.system.rotation import forget_unused
from core.tasks import every_minute


@every_minute("41")
def forget_old_keys() -> None:
    """Once an hour: keys of stored passwords that were replaced a day ago. Without any this reads one small file."""
    forget_unused(SystemClock())
