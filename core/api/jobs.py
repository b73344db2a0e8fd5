"""Long jobs of plugins, whose whole state is a row of theirs (core.tasks.jobs). Plugins' models may import this."""

from core.tasks.jobs import ATTEMPTS, Cancelled, Job, Lost, State, claim, finish, release, renew

__all__ = ["ATTEMPTS", "Cancelled", "Job", "Lost", "State", "claim", "finish", "release", "renew"]
