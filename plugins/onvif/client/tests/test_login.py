"""How a device is told who asks: in both dialects of 401, with every challenge, and never too often."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.api import SystemClock
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.patience import FIRST_PAUSE_S, SharedPatience
from plugins.onvif.client.tests.faulty import INFORMATION, clock, digest_wanted, fault, soap, token_wanted

WRONG = "other"
KNOWN = {"GetDeviceInformation": soap(INFORMATION)}


class Hands:
    """The right time, and a clock for pauses that a test moves."""

    def __init__(self):
        self.now = 1000.0

    def wall_ms(self):
        return int(time.time() * 1000)

    def monotonic(self):
        return self.now


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",), ("MD5", "SHA-256"), ("SHA-256", "MD5")])
def test_digest_is_answered_also_when_two_challenges_have_different_nonces(faulty, device_at, algorithms):
    """Defects 9 and 10 of the note: requests' digest answers one challenge with the other's nonce."""
    peer = faulty(answers=KNOWN, before=digest_wanted(*algorithms))
    device = device_at(peer)
    assert device.call("device", "GetDeviceInformation").Model == "C1"
    assert device.call("device", "GetDeviceInformation").Model == "C1"
    assert [bool(one.authorization) for one in peer.asked] == [False, True, True]
    assert all(one.token is None for one in peer.asked), "HTTP and WS credentials together"


def test_a_nonce_that_ran_out_is_no_wrong_password(faulty, device_at):
    peer = faulty(answers=KNOWN, before=digest_wanted("MD5", stale_after=2))
    device = device_at(peer)
    for _ in range(6):
        assert device.call("device", "GetDeviceInformation").Model == "C1"


@pytest.mark.parametrize("status", [400, 401, 500])
@pytest.mark.parametrize("offset_s", [0.0, -3 * 365 * 86400.0, 3600.0])
def test_a_user_name_token_is_dated_by_the_devices_clock(faulty, device_at, status, offset_s):
    """Defect 12: the clock is asked without credentials, which a device with a wrong clock would refuse."""
    answers = KNOWN | {"GetSystemDateAndTime": clock(offset_s)}
    peer = faulty(answers=answers, before=token_wanted(offset_s=offset_s, status=status))
    device = device_at(peer)
    assert device.call("device", "GetDeviceInformation").Model == "C1"
    assert peer.operations() == ["GetDeviceInformation", "GetSystemDateAndTime", "GetDeviceInformation"]
    assert peer.asked[1].token is None
    assert abs(device.now_ms() - device._clock.wall_ms() - offset_s * 1000) < 3000


def test_a_clock_that_moved_is_read_again(faulty, device_at):
    offset = {"s": 0.0}
    peer = faulty(
        answers=KNOWN | {"GetSystemDateAndTime": lambda _: (200, clock(offset["s"]))},
        before=lambda one: token_wanted(offset_s=offset["s"])(one),
    )
    device = device_at(peer)
    device.call("device", "GetDeviceInformation")
    offset["s"] = 7200.0
    assert device.call("device", "GetDeviceInformation").Model == "C1"


@pytest.mark.parametrize("wanted", [digest_wanted("SHA-256", "MD5"), token_wanted()])
def test_a_wrong_password_is_tried_once_and_then_not_for_a_minute(faulty, device_at, wanted):
    hands = Hands()
    peer = faulty(answers=KNOWN | {"GetSystemDateAndTime": clock()}, before=wanted)
    device = device_at(peer, clock=hands, password=WRONG)
    for _ in range(5):
        with pytest.raises(OnvifError) as refused:
            device.call("device", "GetDeviceInformation")
        assert refused.value.kind == "auth"
    tries = [one for one in peer.asked if one.authorization or one.token is not None]
    assert len(tries) == 1, "devices lock a user after three"
    hands.now += FIRST_PAUSE_S + 1
    with pytest.raises(OnvifError):
        device.call("device", "GetDeviceInformation")
    assert len([one for one in peer.asked if one.authorization or one.token is not None]) == 2


def test_a_locked_user_is_told_as_such(faulty, device_at):
    body = b"<ResponseStatus><lockStatus>lock</lockStatus><unlockTime>600</unlockTime></ResponseStatus>"

    def locked(one):
        return (401, body, [("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5')])

    with pytest.raises(OnvifError) as refused:
        device_at(faulty(before=locked)).call("device", "GetDeviceInformation")
    assert refused.value.kind == "locked"
    assert "unlock" in str(refused.value)


def test_what_the_user_may_not_do_does_not_count_as_a_wrong_password(faulty, device_at):
    """An operator's account is not shut out because a button of an administrator was pressed."""
    peer = faulty(
        answers=KNOWN | {"SystemReboot": (lambda _: (400, fault("NotAuthorized"))), "GetSystemDateAndTime": clock()},
        before=token_wanted(),
    )
    device = device_at(peer)
    device.call("device", "GetDeviceInformation")
    with pytest.raises(OnvifError, match="may not do this"):
        device.call("device", "SystemReboot")
    assert device.call("device", "GetDeviceInformation").Model == "C1"


def test_no_user_is_asked_for_one(faulty, device_at):
    with pytest.raises(OnvifError, match="asks for a user name"):
        device_at(faulty(before=digest_wanted("MD5")), user="", password="").call("device", "GetDeviceInformation")


def tries(peer):
    return len([one for one in peer.asked if one.authorization or one.token is not None])


def test_a_changed_password_costs_one_try_whichever_process_asks(faulty, device_at, tmp_path):
    """Two of each object stand for two processes: they share nothing but the file."""
    hands, wanted = Hands(), {"right": True}
    knows = digest_wanted("MD5")

    def before(one):
        if wanted["right"]:
            return knows(one)
        return 401, b"", [("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5')]

    peer = faulty(answers=KNOWN, before=before)
    web, worker = (
        device_at(peer, clock=hands, patience=SharedPatience(hands, tmp_path / "run" / "a", "tag")) for _ in "ab"
    )
    for device in (web, worker):
        device.call("device", "GetDeviceInformation")
    wanted["right"] = False
    before_change = tries(peer)
    with pytest.raises(OnvifError):
        web.call("device", "GetDeviceInformation")
    cost = tries(peer) - before_change
    assert cost <= 3, "the old nonce, a new one, and whether the user is known at all"
    for device in (worker, web, worker):
        with pytest.raises(OnvifError, match="waits 60 s"):
            device.call("device", "GetDeviceInformation")
        with pytest.raises(OnvifError, match="waits 60 s"):
            device.fetch(f"http://{peer.address}/snapshot")
    assert tries(peer) - before_change == cost
    hands.now += FIRST_PAUSE_S + 1
    for device in (worker, web):
        with pytest.raises(OnvifError):
            device.call("device", "GetDeviceInformation")
    assert tries(peer) - before_change == cost + 1
    wanted["right"] = True
    hands.now += 2 * FIRST_PAUSE_S + 1
    for device in (web, worker):
        assert device.call("device", "GetDeviceInformation").Model == "C1"
    assert [one.name for one in (tmp_path / "run").iterdir()] == ["a.lock"]


def test_another_password_does_not_wait(tmp_path):
    hands = Hands()
    old, new = (SharedPatience(hands, tmp_path / "a", tag) for tag in ("old", "new"))
    old.refused()
    assert (old.wait(), new.wait() > 0) == (FIRST_PAUSE_S, False)
    hands.now -= 10_000  # the machine was started again
    assert old.wait() <= 0


def test_processes_take_turns(tmp_path):
    """A real process holds its turn; the other one waits for it to end."""
    code = (
        "import sys; from pathlib import Path; from core.api import SystemClock;"
        "from plugins.onvif.client.patience import SharedPatience;"
        "patience = SharedPatience(SystemClock(), Path(sys.argv[1]), 'tag')\n"
        "with patience.turn():\n    print('mine', flush=True); sys.stdin.readline(); patience.refused()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "a")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "mine\n"
        with ThreadPoolExecutor(1) as pool:
            patience = SharedPatience(SystemClock(), tmp_path / "a", "tag")

            def look():
                with patience.turn():
                    return patience.wait()

            found = pool.submit(look)
            other.communicate("go\n")
            assert found.result(20) > FIRST_PAUSE_S - 20


def test_without_a_file_one_process_waits_at_least(tmp_path):
    hands = Hands()
    (tmp_path / "a").mkdir()  # no file can have this name
    patience = SharedPatience(hands, tmp_path / "a", "tag")
    with patience.turn():
        patience.refused()
    assert patience.wait() == FIRST_PAUSE_S
    below = SharedPatience(hands, tmp_path / "a.lock" / "b", "tag")
    with below.turn():
        below.refused()
    assert below.wait() == FIRST_PAUSE_S
