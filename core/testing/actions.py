"""What every action must do."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from core.hookspecs.actions import ActionContext, ActionSpec
from core.hookspecs.events import Event
from core.testing.specs import check_descriptor


class ActionContract:
    """Subclass it as `Test…`; give `spec`, `working()`, `broken()` and `deeds()`."""

    spec: ActionSpec

    def working(self) -> BaseModel:
        """Settings with which the action succeeds in this test."""
        raise NotImplementedError

    def broken(self) -> BaseModel:
        """Settings with which it cannot succeed (a server that is not there)."""
        raise NotImplementedError

    def deeds(self) -> int:
        """How often the action has taken effect at its target so far."""
        raise NotImplementedError

    def context(self, attempt: int = 1, key: str = "delivery-1") -> ActionContext:
        """Why the action runs."""
        event = Event(1, "camera.offline", 1, 1_767_225_600_000, None, {"message": "no answer"})
        return ActionContext(key, attempt, event)

    def test_descriptor_is_valid(self) -> None:
        """The host accepts the descriptor."""
        check_descriptor(self.spec)

    def test_it_takes_effect_and_says_so(self) -> None:
        """One line for the delivery log, and the deed is done once."""
        before = self.deeds()
        line = self.spec.run(self.working(), self.context())
        assert line.strip()
        assert "\n" not in line
        assert self.deeds() == before + 1

    def test_it_runs_without_an_event(self) -> None:
        """A schedule or the test button has no event."""
        assert self.spec.run(self.working(), ActionContext("delivery-2", 1, None)).strip()

    def test_failure_raises(self) -> None:
        """What did not work is raised, so that it is tried again."""
        with pytest.raises(Exception) as caught:  # any exception means: try again
            self.spec.run(self.broken(), self.context())
        assert str(caught.value)
