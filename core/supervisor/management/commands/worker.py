"""`manage.py worker`: the huey consumer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import autodiscover_modules
from huey.consumer import Consumer

from core.cameras.patrolling import Patrolling
from core.configuration import configuration
from core.edge.models import Fill
from core.edge.services import fetching
from core.events.system_trouble import Newsreader
from core.exports.wanting import Wanting
from core.lifeline import heart
from core.media.clock import SystemClock
from core.replays.runner import ReplayRunner
from core.rules.worker import RulesWorker
from core.tasks import queue
from core.tasks.children import Children
from core.web.moments import picture_at

THREADS = 2  # long jobs belong in processes of their own; two keep retention and a slow action apart


class BeatingConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """A consumer that tells the supervisor it lives: one of its parts dead is no heartbeat."""

    heart: Callable[[], None]
    rules: RulesWorker | None = None
    replays: ReplayRunner | None = None
    fetching: Children[Fill] | None = None
    exports: Wanting | None = None
    patrols: Patrolling | None = None

    def loop(self, health_check_ts: float | None = None) -> Any:
        """One look at the stop flag, about ten times a second."""
        others = (self.rules, self.replays, self.fetching, self.exports, self.patrols)
        alive = self.environment.is_alive(self.scheduler) and all(one.alive() for one in others if one is not None)
        if alive:
            self.heart()
        return super().loop(health_check_ts)


class Command(BaseCommand):
    """Runs durable and periodic tasks of core and plugins, the rules, detectors over recordings, fetching, patrols."""

    help = "Run the task worker alone (normally started by `serve`)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What the supervisor passes."""
        parser.add_argument("--heartbeat-fd", type=int, help="pipe to the supervisor")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        autodiscover_modules("tasks")
        # Delays as measured: a task starts within 0.25 s of being queued and an idle worker costs under 1 % CPU.
        consumer = BeatingConsumer(queue(), workers=THREADS, initial_delay=0.05, max_delay=0.5, shutdown_timeout=2)
        consumer.heart = heart(options["heartbeat_fd"], SystemClock())
        consumer.rules = RulesWorker(SystemClock(), picture_at)
        consumer.replays = ReplayRunner(SystemClock())
        consumer.fetching = fetching(SystemClock())
        consumer.exports = Wanting(configuration().data)
        consumer.patrols = Patrolling(SystemClock())
        consumer.rules.start()
        news = Newsreader(configuration().data / "run" / "chronicle.json", SystemClock())
        news.start()
        consumer.replays.start()
        consumer.fetching.start()
        consumer.exports.start()
        consumer.patrols.start()
        try:
            consumer.run()
        finally:
            news.stop()
            consumer.rules.stop()
            consumer.replays.stop()
            consumer.fetching.stop()
            consumer.exports.stop()
            consumer.patrols.stop()
