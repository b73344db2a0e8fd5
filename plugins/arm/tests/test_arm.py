"""Arming, for real in the database."""

import pytest
from pydantic import BaseModel

from core.api import ActionContext, GiveUp
from core.api.services import arm as arm_site
from core.api.services import arm_mode
from core.testing.actions import ActionContract
from plugins.arm.action import arm
from plugins.arm.hooks import register_actions
from plugins.arm.settings import ArmSettings

CONTEXT = ActionContext("delivery-7", 1, None, rule="Everybody left")


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _database(self, db: None) -> None:
        pass

    def working(self) -> BaseModel:
        return ArmSettings(mode="away")

    def broken(self) -> BaseModel:
        return ArmSettings(mode="gone")

    def deeds(self) -> int:
        return int(arm_mode() == "away")


def test_the_mode_changes_once(db: None) -> None:
    arm_site("home", actor="test")
    assert arm(ArmSettings(mode="away"), CONTEXT) == "Armed as away."
    assert arm(ArmSettings(mode="away"), CONTEXT) == "Was armed as away already."
    assert arm_mode() == "away"


def test_an_unknown_mode_is_given_up_with_the_known_ones(db: None) -> None:
    with pytest.raises(GiveUp, match=r"'gone' is no mode; there are disarmed, home, away\."):
        arm(ArmSettings(mode="gone"), CONTEXT)
