"""Doing the actions: a few threads, fed by one that claims what is due and renews what is being done."""

from __future__ import annotations

import logging
import queue
import secrets
import threading
from dataclasses import dataclass

from django.db import DatabaseError, connections
from pydantic import ValidationError

from core.events.services import caused_by_rule
from core.hookspecs.actions import ActionContext, ActionSpec, GiveUp, NotDone, RetryLater
from core.media.clock import Clock
from core.pluginhost import UnknownName, host
from core.pluginhost.guard import describe
from core.rules import deliveries
from core.rules.context import PictureAt, context_of, template_values
from core.rules.models import Delivery
from core.rules.templates import rendered_settings
from core.system.secrets import SecretsError, unseal

THREADS = 8
LOST_THREADS = 8
"""Actions that hang beyond their time, at most; then nothing is begun until one of them ends."""
RENEW_S = 2.0
LOOK_S = 1.0
LEAVE_S = 3.0
log = logging.getLogger("eyrie.rules")


@dataclass(slots=True, eq=False)
class _Job:
    """An action under way. began: monotonic seconds; late: it hangs, and counts as failed already."""

    delivery: Delivery
    began: float
    timeout: float
    late: bool = False


class Deliverer:
    """Works from `start` to `stop`. picture_at: makes an action's picture when it asks for one."""

    def __init__(self, clock: Clock, picture_at: PictureAt, *, threads: int = THREADS) -> None:
        self._clock = clock
        self._picture_at = picture_at
        self._most = threads
        self._owner = secrets.token_hex(8)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._jobs: set[_Job] = set()
        self._idle = threading.Condition(self._lock)
        self._begun: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        for _ in range(self._most):
            self._add_thread()
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do. From any thread."""
        self._wake.set()

    def alive(self) -> bool:
        """Whether it still looks for work."""
        return self._thread.is_alive()

    def stop(self, seconds: float = 5.0) -> None:
        """End; what is not done by then is left for another process."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        reachable = True
        renewed = self._clock.monotonic()
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if self._clock.monotonic() - renewed >= RENEW_S:
                    renewed = self._clock.monotonic()
                    self._renew()
                self._begin()
                reachable = True
            except DatabaseError as error:
                if reachable:
                    log.warning("the database does not answer: %s; deliveries wait for it", error)
                reachable = False
                connections.close_all()
            self._wake.wait(LOOK_S)
        self._leave()

    def _begin(self) -> None:
        with self._lock:
            late = sum(job.late for job in self._jobs)
            free = self._most - (len(self._jobs) - late)
        if free <= 0 or late >= LOST_THREADS:
            return
        for delivery in deliveries.claim(self._owner, self._clock.wall_ms(), free):
            job = _Job(delivery, self._clock.monotonic(), _timeout(delivery.action))
            with self._lock:
                self._jobs.add(job)
            self._begun.put(job)

    def _add_thread(self) -> None:
        threading.Thread(target=self._serve, name="delivery", daemon=True).start()

    def _serve(self) -> None:
        """One of the threads: it ends after an action that hung, for which another has taken its place."""
        while True:
            job = self._begun.get()
            self._work(job)
            if job.late:
                return

    def _renew(self) -> None:
        """Renew what is being done; what takes too long counts as failed, though its thread cannot be ended."""
        now = self._clock.monotonic()
        with self._lock:
            jobs = [job for job in self._jobs if not job.late]
        deliveries.renew(self._owner, [job.delivery.pk for job in jobs], self._clock.wall_ms())
        for job in jobs:
            if now - job.began > job.timeout:
                job.late = True
                self._add_thread()
                why = f"It took more than {job.timeout:g} s."
                log.warning("action %s hangs: %s", job.delivery.action, why)
                deliveries.failed(job.delivery, why, self._clock.wall_ms())

    def _work(self, job: _Job) -> None:
        try:
            self.attempt(job.delivery)
        except DatabaseError as error:
            log.warning("what became of delivery %d cannot be written: %s; it is tried again", job.delivery.pk, error)
            connections.close_all()  # this thread's own
        finally:
            with self._idle:
                self._jobs.discard(job)
                self._idle.notify_all()
            if job.late or self._begun.empty():
                connections.close_all()
            self.wake()

    def attempt(self, delivery: Delivery) -> None:
        """Do the action of a delivery that was claimed, and write what became of it. Raises DatabaseError."""
        spec, plugin = _action(delivery.action)
        if delivery.attempts > deliveries.ATTEMPTS:
            why = f"The worker ended {deliveries.ATTEMPTS} times while it did this; its log says why."
            deliveries.failed(delivery, why, self._clock.wall_ms(), for_good=True)
            return
        if spec is None:
            deliveries.failed(delivery, plugin, self._clock.wall_ms(), for_good=True)
            return
        try:
            context = context_of(delivery, self._clock.wall_ms(), self._picture_at)
            settings = rendered_settings(unseal(spec.settings, delivery.settings), template_values(context))
        except (ValidationError, SecretsError) as error:
            why = f"The settings of this action cannot be used any more: {describe(error)}"
            deliveries.failed(delivery, why, self._clock.wall_ms(), for_good=True)
            return
        self._do(delivery, spec, plugin, settings, context)

    def _do(self, delivery: Delivery, spec: ActionSpec, plugin: str, settings: object, context: ActionContext) -> None:
        with caused_by_rule(delivery.chain):
            outcome = host().run(plugin, f"action {spec.name}", _attempted, spec, settings, context)
        now, answer = self._clock.wall_ms(), outcome.value
        if outcome.error is not None:
            deliveries.failed(delivery, describe(outcome.error), now)
        elif isinstance(answer, GiveUp):
            deliveries.failed(delivery, str(answer), now, for_good=True)
        elif isinstance(answer, NotDone):
            wait = int(answer.seconds * 1000) if isinstance(answer, RetryLater) else None
            deliveries.failed(delivery, str(answer), now, wait_ms=wait)
        else:
            deliveries.succeeded(delivery, str(answer or ""), now)

    def _leave(self) -> None:
        """Wait a moment for what is under way; what is not done then is begun anew by another process."""
        with self._idle:
            self._idle.wait_for(lambda: all(job.late for job in self._jobs), LEAVE_S)
            ids = [job.delivery.pk for job in self._jobs if not job.late]
        try:
            deliveries.give_back(self._owner, ids)
        except DatabaseError as error:
            log.info("deliveries under way are taken over when their lease ends: %s", error)
        finally:
            connections.close_all()


def _action(name: str) -> tuple[ActionSpec | None, str]:
    """The action and its plugin, or none and why."""
    try:
        entry = host().registry.entry(ActionSpec, name)
    except UnknownName:
        return None, f"No plugin offers the action {name!r} now; switch its plugin on, then send it again."
    return entry.spec, entry.plugin


def _attempted(spec: ActionSpec, settings: object, context: ActionContext) -> str | GiveUp | NotDone:
    """What came of it. That it did not work is an answer of the action's, no failure of its plugin."""
    try:
        return spec.run(settings, context)
    except (GiveUp, NotDone) as answer:
        return answer


def _timeout(name: str) -> float:
    spec, _ = _action(name)
    return spec.timeout if spec is not None else LOOK_S
