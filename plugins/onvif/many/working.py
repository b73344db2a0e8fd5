"""Rounds are done here: a few cameras at a time, each written down before and after, so that a killed process costs
nothing: the next one goes on with the cameras that are left, and none that was done is asked again.
"""

from __future__ import annotations

import logging
import secrets
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from django.db import DatabaseError, connections

from core.api import Clock
from core.api.jobs import ATTEMPTS, Cancelled, Lost, State, claim, finish, release, renew
from core.api.services import record_audit
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.configuring.model import Change, Section, Value, WrongValues, same
from plugins.onvif.configuring.sections import Unconfirmed
from plugins.onvif.configuring.services import ACTION, NoSuchCamera, change_of, read_of
from plugins.onvif.many.models import UNDONE, How, Round, Stage, Step
from plugins.onvif.many.together import kept, recalled

AT_ONCE = 4
"""Cameras at a time: their answers take the time, not this machine."""
TRIES = 2
_BEAT_S = 1.0
log = logging.getLogger("eyrie.onvif.many")


class Rounds:
    """Does rounds in a thread that lives only while there is one to do. `look` and `stop` are called by one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """See whether there is one to do: one small query."""
        if self._thread is not None and self._thread.is_alive():
            return
        if Round.objects.filter(state__in=(State.QUEUED, State.RUNNING)).exists():
            self._thread = threading.Thread(target=self._run, name="onvif rounds", daemon=True)
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """End within so many seconds; what is not done goes on in the next process."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                job = claim(Round, self._owner, self._clock.wall_ms())
                if job is None:
                    return
                self._do(job)
        except DatabaseError as error:
            log.warning("the database does not answer: %s; changes of many cameras wait for it", error)
        finally:
            connections.close_all()

    def _do(self, job: Round) -> None:
        if job.attempts > ATTEMPTS:
            self._close(job, State.FAILED, f"Its process was ended {ATTEMPTS} times; the log says why.")
            return
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="onvif round")
        try:
            self._go_through(job, pool)
        except Cancelled:
            pool.shutdown()  # those under way are finished, and told
            self._close(job, State.CANCELLED)
        except Lost:
            log.warning("the round %d is not ours any more", job.pk)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _go_through(self, job: Round, pool: ThreadPoolExecutor) -> None:
        left = list(Step.objects.filter(round=job, how__in=UNDONE).values_list("pk", flat=True))
        under_way: set[Future[None]] = set()
        while left or under_way:
            if self._stopping.is_set():
                release(job)
                return
            while left and len(under_way) < AT_ONCE:
                under_way.add(pool.submit(_step, left.pop(0), job))
            done, under_way = wait(under_way, _BEAT_S, FIRST_COMPLETED)
            for one in done:
                one.result()
            # Attempts count those that came to nothing.
            renew(job, self._clock.wall_ms(), **({"attempts": 1} if done else {}))
        self._close(job, State.DONE)

    def _close(self, job: Round, state: State, error: str = "") -> None:
        finish(job, state, error=error, finished_ms=self._clock.wall_ms())
        Step.objects.filter(round=job, how__in=UNDONE).update(how=How.LEFT)


def _step(pk: int, job: Round) -> None:
    """One camera, in a thread of the pool. Its row says what came of it."""
    try:
        step = Step.objects.get(pk=pk)
        step.how, step.tries = How.WORKING, step.tries + 1
        step.save(update_fields=["how", "tries"])
        try:
            _work(step, job)
        except WrongValues as error:
            step.how, step.refused = How.FAILED, error.sentences
        except (NoSuchCamera, OnvifError, Unconfirmed) as error:
            _fail(step, str(error))
        step.save()
    finally:
        connections.close_all()


def _work(step: Step, job: Round) -> None:
    if step.camera_id is None:
        raise NoSuchCamera("The camera was deleted.")
    if step.tries > TRIES:
        raise NoSuchCamera("It was interrupted twice; look at the camera before it is tried again.")
    if job.stage == Stage.READ:
        section = read_of(step.camera_id, job.section)
        step.section, step.how, step.error = kept(section), How.READ, section.missing
        return
    known = recalled(step.section)
    change = change_of(step.camera_id, job.section, step.values, actor=job.requester, address=job.address)
    changed = dict(change.changed)
    if step.tries > 1:
        changed = _since(known, change, step.values)
        _tell_interrupted(step, job, changed, change)
    step.section, step.notes, step.refused = kept(change.section), list(change.notes), dict(change.refused)
    step.changed = {name: list(pair) for name, pair in changed.items()}
    step.how = How.CHANGED if changed else How.FAILED if change.refused else How.SAME


def _since(known: Section, change: Change, values: dict[str, Value]) -> dict[str, tuple[Value | None, Value | None]]:
    """What has changed since the camera was read: an attempt before this one may have done it, and was killed."""
    old, new = known.values, change.section.values
    return {name: (old.get(name), new.get(name)) for name in values if not same(old.get(name), new.get(name))}


def _tell_interrupted(
    step: Step, job: Round, changed: dict[str, tuple[Value | None, Value | None]], change: Change
) -> None:
    """Write to the audit log what the attempt that was killed could not."""
    rest = {name: pair for name, pair in changed.items() if name not in change.changed}
    if rest:
        before, after = ({name: pair[side] for name, pair in rest.items()} for side in (0, 1))
        about = {"section": job.section, "interrupted": True}
        record_audit(
            job.requester, ACTION, f"camera:{step.camera_id}", before=before, after=about | after, address=job.address
        )


def _fail(step: Step, why: str) -> None:
    step.how, step.error = How.FAILED, why[:500]
