"""One attempt at a delivery: its action is done, and what came of it is to be written."""

from __future__ import annotations

from pydantic import ValidationError

from core.events.services import caused_by_rule
from core.hookspecs.actions import ActionContext, ActionSpec, GiveUp, NotDone, RetryLater
from core.media.clock import Clock
from core.pluginhost import UnknownName, host
from core.pluginhost.guard import describe
from core.rules.context import PictureAt, context_of, template_values
from core.rules.deliveries import ATTEMPTS, Ending, failed, succeeded
from core.rules.models import Delivery
from core.rules.templates import rendered_settings
from core.system.secrets import SecretsError, unseal
from core.system.site import site
from core.wording import first_said

UNKNOWN_TIMEOUT_S = 1.0


def attempt(delivery: Delivery, clock: Clock, picture_at: PictureAt) -> Ending:
    """Do the action of a delivery that was claimed. Blocks on it and on the database; raises DatabaseError."""
    spec, plugin = _action(delivery.action)
    if delivery.attempts > ATTEMPTS:
        why = f"The worker ended {ATTEMPTS} times while it did this; its log says why."
        return failed(delivery, why, clock.wall_ms(), for_good=True)
    if spec is None:
        return failed(delivery, plugin, clock.wall_ms(), for_good=True)
    try:
        around = site()
        context = context_of(delivery, around, clock.wall_ms(), picture_at)
        settings = rendered_settings(unseal(spec.settings, delivery.settings), template_values(context, around))
    except (ValidationError, SecretsError) as error:
        reason = first_said(error) if isinstance(error, ValidationError) else str(error)
        why = f"The settings of this action cannot be used any more: {reason}"
        return failed(delivery, why, clock.wall_ms(), for_good=True)
    return _done(delivery, spec, plugin, settings, context, clock)


def timeout_of(name: str) -> float:
    """Seconds that an action may take."""
    spec, _ = _action(name)
    return spec.timeout if spec is not None else UNKNOWN_TIMEOUT_S


def _done(
    delivery: Delivery, spec: ActionSpec, plugin: str, settings: object, context: ActionContext, clock: Clock
) -> Ending:
    with caused_by_rule(delivery.chain):
        outcome = host().run(plugin, f"action {spec.name}", _answer, spec, settings, context)
    now, answer = clock.wall_ms(), outcome.value
    if outcome.error is not None:
        return failed(delivery, describe(outcome.error), now)
    if isinstance(answer, GiveUp):
        return failed(delivery, str(answer), now, for_good=True)
    if isinstance(answer, NotDone):
        wait = int(answer.seconds * 1000) if isinstance(answer, RetryLater) else None
        return failed(delivery, str(answer), now, wait_ms=wait)
    return succeeded(delivery, str(answer or ""), now)


def _action(name: str) -> tuple[ActionSpec | None, str]:
    """The action and its plugin, or none and why."""
    try:
        entry = host().registry.entry(ActionSpec, name)
    except UnknownName:
        return None, f"No plugin offers the action {name!r} now; switch its plugin on, then send it again."
    return entry.spec, entry.plugin


def _answer(spec: ActionSpec, settings: object, context: ActionContext) -> str | GiveUp | NotDone:
    """What came of it. That it did not work is an answer of the action's, no failure of its plugin."""
    try:
        return spec.run(settings, context)
    except (GiveUp, NotDone) as answer:
        return answer
