"""Deliveries: claimed, tried, tried again, given up; each attempt as the deliverer makes it."""

import pytest
from django.db.models import F

from core.cameras.models import Camera
from core.events.models import StoredEvent
from core.events.services import attach_picture, record
from core.hookspecs.actions import GiveUp, NotDone, RetryLater
from core.pluginhost import host
from core.pluginhost.records import PluginState
from core.rules import deliveries, services
from core.rules.attempts import attempt
from core.rules.deciding import Decider
from core.rules.deliveries import ATTEMPTS, LEASE_MS, back_off_ms, claim
from core.rules.models import Delivery, State
from core.system.site import change_site
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8 a picture \xff\xd9"


class Works:
    """Events that fire one rule, and deliveries done by hand."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.camera = Camera.objects.create(name="door", driver="none")
        self.asked: list[tuple[int, int]] = []

    def picture_at(self, camera_id: int, at_ms: int) -> bytes:
        self.asked.append((camera_id, at_ms))
        return b"live"

    def fire(self, *texts: str, action: str = "say") -> int:
        actions = [{"name": action, "settings": {"text": text, "password": "sesame"}} for text in texts or ("hello",)]
        services.add_rule("one", {"types": ["test.reading"], "actions": actions}, actor="jo")
        event = record("test.reading", self.camera.pk, self.clock.wall_ms(), attributes={"plate": "ZH 1"})
        assert Decider(self.clock).decide().fired == 1
        return event.id

    def turn(self, owner: str = "me") -> int:
        """Claim what is due, and try it."""
        taken = claim(owner, self.clock.wall_ms(), 10)
        for one in taken:
            deliveries.write([attempt(one, self.clock, self.picture_at)], self.clock.wall_ms())
        return len(taken)


@pytest.fixture
def works(mouth, fake_clock) -> Works:
    return Works(fake_clock)


def states() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("position").values_list("state", "attempts"))


def fail() -> str:
    raise ConnectionError("no answer")


def test_an_action_is_done_once_and_knows_why(works, mouth) -> None:
    change_site({"name": "Mill", "address": "https://eyrie.example/", "time_zone": "Europe/Zurich"}, actor="jo")
    event = works.fire("{{ event.attributes.plate }} at {{ camera }}, {{ site }}, {{ event.start }}: {{ link }}")
    assert (works.turn(), works.turn()) == (1, 0)
    settings, context = mouth.said[0]
    link = f"https://eyrie.example/events/{event}/"
    assert settings.text == f"ZH 1 at door, Mill, 2026-01-01 01:00:00: {link}"
    assert settings.password.get_secret_value() == "sesame"
    assert (context.attempt, context.rule, context.camera, context.site) == (1, "one", "door", "Mill")
    assert context.event.id == event
    row = Delivery.objects.get()
    assert (row.state, row.key, row.finished_ms) == (State.DONE, context.key, works.clock.wall_ms())
    assert row.line.startswith("said ZH 1")


def test_the_picture_is_the_events_own_or_the_recordings(works, mouth) -> None:
    event = works.fire()
    works.turn()
    picture = mouth.said[0][1].picture
    assert picture() == b"live"
    assert works.asked == [(works.camera.pk, works.clock.wall_ms())]
    attach_picture(event, JPEG)
    Delivery.objects.update(state=State.QUEUED)
    works.turn()
    assert mouth.said[1][1].picture() == JPEG


def test_what_fails_is_tried_again_later_each_time_with_one_key(works, mouth) -> None:
    works.fire()
    mouth.answers = [fail, fail]
    works.turn()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.line) == (State.QUEUED, 1, "ConnectionError: no answer")
    assert 4_000 <= row.next_ms - works.clock.wall_ms() <= 6_000
    assert works.turn() == 0
    works.clock.advance(6.001)
    works.turn()
    assert 12_000 <= Delivery.objects.get().next_ms - works.clock.wall_ms() <= 18_000
    works.clock.advance(18.001)
    works.turn()
    assert states() == [("done", 3)]
    assert len({context.key for _, context in mouth.said}) == 1
    assert [context.attempt for _, context in mouth.said] == [1, 2, 3]


def test_back_off_grows_to_an_hour() -> None:
    for attempts, seconds in ((1, 5), (2, 15), (4, 135), (9, 3600), (50, 3600)):
        assert 0.8 * seconds * 1000 <= back_off_ms(attempts) <= 1.2 * seconds * 1000


def test_the_last_attempt_gives_up_and_a_person_sends_again(works, mouth) -> None:
    works.fire()
    mouth.answers = [fail]
    Delivery.objects.update(attempts=ATTEMPTS - 1)
    works.turn()
    assert states() == [("dead", ATTEMPTS)]
    works.clock.advance(86_400)
    assert works.turn() == 0
    row = Delivery.objects.get()
    assert services.send_again([row.pk], actor="jo", clock=works.clock) == 1
    works.turn()
    assert states() == [("done", 1)]


def test_an_action_may_say_that_it_is_of_no_use_or_when_to_come_back(works, mouth) -> None:
    def give_up() -> str:
        raise GiveUp("The address is no address.")

    def later() -> str:
        raise RetryLater(600, "Too many.")

    works.fire()
    mouth.answers = [later, give_up]
    works.turn()
    row = Delivery.objects.get()
    assert row.next_ms - works.clock.wall_ms() >= 600_000
    works.clock.advance(601)
    works.turn()
    row.refresh_from_db()
    assert (row.state, row.line, row.attempts) == (State.DEAD, "The address is no address.", 2)


def test_a_server_that_is_away_is_no_failure_of_the_plugin_and_a_mistake_in_it_is(works, mouth) -> None:
    class MailError(NotDone):
        """As plugins derive theirs."""

    def away() -> str:
        raise MailError("mail.example:25 cannot be reached.")

    works.fire()
    mouth.answers = [away, fail]
    works.turn()
    row = Delivery.objects.get()
    assert (row.state, row.line) == (State.QUEUED, "mail.example:25 cannot be reached.")
    assert 4_000 <= row.next_ms - works.clock.wall_ms() <= 6_000
    assert host().plugins["mouth"].state is PluginState.LOADED
    works.clock.advance(6.001)
    works.turn()
    assert host().plugins["mouth"].state is PluginState.DEGRADED


def test_actions_begin_in_their_order_and_a_failure_stops_none(works, mouth) -> None:
    works.fire("first", "second", "third")
    mouth.answers = [fail]
    assert works.turn() == 1
    assert states() == [("queued", 1), ("queued", 0), ("waiting", 0)]
    assert (works.turn(), works.turn()) == (1, 1)
    assert [settings.text for settings, _ in mouth.said] == ["first", "second", "third"]
    assert states() == [("queued", 1), ("done", 1), ("done", 1)]


def test_what_a_killed_process_left_is_done_by_another(works, mouth) -> None:
    works.fire()
    taken = claim("killed", works.clock.wall_ms(), 10)
    works.clock.advance(LEASE_MS / 1000)
    assert claim("other", works.clock.wall_ms(), 10) == []
    deliveries.renew("killed", [taken[0].pk], works.clock.wall_ms())
    works.clock.advance(LEASE_MS / 1000)
    assert claim("other", works.clock.wall_ms(), 10) == []
    works.clock.advance(0.001)
    assert works.turn("other") == 1
    assert states() == [("done", 2)]
    deliveries.write([deliveries.failed(taken[0], "too late to say", works.clock.wall_ms())], works.clock.wall_ms())
    assert states() == [("done", 2)]


def test_an_action_that_ends_its_process_each_time_is_given_up(works, mouth) -> None:
    works.fire()
    for _ in range(ATTEMPTS):
        assert claim("killed", works.clock.wall_ms(), 10)
        works.clock.advance(LEASE_MS / 1000 + 1)
    works.turn()
    assert states() == [("dead", ATTEMPTS + 1)]
    assert "The worker ended 10 times" in Delivery.objects.get().line
    assert mouth.said == []


def test_an_action_whose_plugin_is_gone_says_so_and_can_be_sent_again(works, mouth) -> None:
    works.fire()
    Delivery.objects.update(action="vanished")
    works.turn()
    assert states() == [("dead", 1)]
    assert "No plugin offers the action 'vanished' now" in Delivery.objects.get().line


def test_settings_that_no_longer_fit_are_told(works, mouth) -> None:
    works.fire()
    Delivery.objects.update(settings={"colour": "red"})
    works.turn()
    assert states() == [("dead", 1)]
    assert "cannot be used any more" in Delivery.objects.get().line


def test_events_that_an_action_causes_know_it(works, mouth) -> None:
    def cause() -> str:
        record("test.badge", None, works.clock.wall_ms())
        return "caused"

    works.fire()
    mouth.answers = [cause]
    works.turn()
    assert StoredEvent.objects.get(type="test.badge").chain == 1
    record("test.badge", None, works.clock.wall_ms())
    assert StoredEvent.objects.filter(type="test.badge", chain=0).count() == 1


def test_a_process_that_ends_gives_back_what_it_had_begun(works, mouth) -> None:
    works.fire()
    taken = claim("leaving", works.clock.wall_ms(), 10)
    deliveries.give_back("leaving", [one.pk for one in taken])
    assert states() == [("queued", 0)]
    assert works.turn() == 1
    assert Delivery.objects.filter(beat_ms__gt=F("created_ms") - 1).count() == 1
