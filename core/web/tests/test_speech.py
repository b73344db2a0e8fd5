"""The server's sentences in the reader's language."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import websockets
from django.conf import settings
from django.utils import translation

from core.cameras.models import Camera
from core.recorder.protocol import CameraState, CameraStatus
from core.web.speech import Speech, language_of, said

ROOT = Path(__file__).resolve().parents[3]
NESTED = "x geht nicht: Speicher y ist voll. Nichts geändert."
SPEECH = Speech(
    {
        "No such camera.": "Diese Kamera gibt es nicht.",
        "Volume {} is full.": "Speicher {} ist voll.",
        "{} cannot be restored: {} Nothing was changed.": "{} geht nicht: {} Nichts geändert.",
        "{} of {}": "{} von {}",
        "is no whole number, such as 5": "ist keine ganze Zahl, wie 5",
        "give more than {} tiles": "geben Sie mehr als {} Kacheln an",
        "{}: {}": "{}: {}",
    }
)


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sentences", ROOT / "scripts" / "sentences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("No such camera.", "Diese Kamera gibt es nicht."),
        ("Volume 'a b' is full.", "Speicher 'a b' ist voll."),
        (
            "x cannot be restored: Volume y is full. Nothing was changed.",
            "x geht nicht: Speicher y ist voll. Nichts geändert.",
        ),
        ("Volume is full", "Volume is full"),
        ("is no whole number, such as 5", "ist keine ganze Zahl, wie 5"),
        ("settings.port: is no whole number, such as 5.", "settings.port: ist keine ganze Zahl, wie 5."),
        ("give more than 2.5 tiles.", "geben Sie mehr als 2.5 Kacheln an."),
        ("give more than 2.5 tiles", "geben Sie mehr als 2.5 Kacheln an"),
        ("", ""),
        ("Volume \n is full.", "Speicher \n ist voll."),
    ],
)
def test_a_sentence_is_recognised_and_said_anew(english: str, german: str) -> None:
    assert SPEECH.say(english) == german


def test_what_is_not_ours_or_too_long_stays() -> None:
    with translation.override("de"):
        assert said("Somebody else's words.") == "Somebody else's words."
        assert said("No such camera.") == "Diese Kamera gibt es nicht."
        assert said("Volume " + "x" * 2000 + " is full.").startswith("Volume")
    with translation.override("en"):
        assert said("No such camera.") == "No such camera."
    assert said("No such camera.", "fr") == "No such camera."
    assert said("No such camera.", "de-ch") == "Diese Kamera gibt es nicht."


def test_every_sentence_of_the_rooms_is_translated() -> None:
    sentences = tool()
    assert len(sentences.sentences()) > 60
    assert [path.name for path in sentences.languages()] == [code for code, _ in settings.LANGUAGES if code != "en"]
    for language in sentences.languages():
        assert sentences.missing(language) == {}, "add them to core/locale, then run python scripts/sentences.py"


def test_the_compiled_sentences_are_those_of_the_sources() -> None:
    sentences = tool()
    for language in sentences.languages():
        stored = (language / "LC_MESSAGES" / "sentences.mo").read_bytes()
        assert stored == sentences.compiled(language), "run python scripts/sentences.py"


def test_values_keep_their_number() -> None:
    sentences = tool()
    for language in sentences.languages():
        for message in sentences.catalogue(language):
            if message.id:
                assert message.id.count("{}") == message.string.count("{}"), message.id


def test_errors_speak_the_readers_language(db, person, client_of) -> None:
    client = client_of(person("ada", "administrator"))
    german = {"Accept-Language": "de-CH,en;q=0.5"}
    assert client.get("/api/v1/cameras/4711/").json() == {"detail": "No such camera."}
    assert client.get("/api/v1/cameras/4711/", headers=german).json() == {"detail": "Diese Kamera gibt es nicht."}
    wrong = client.get("/api/v1/events/", {"start": "soon"}, headers=german).json()
    assert wrong["start"][0].startswith("'soon' ist keine Zeit; geben Sie RFC 3339 mit Zone an")
    types = client.get("/api/v1/events/types/", headers=german).json()
    assert "Kamera nicht erreichbar" in {one["title"] for one in types}
    needed = client.post("/api/v1/cameras/", {"name": "x"}, format="json", headers=german).json()
    assert needed["driver"] == ["Dieses Feld ist zwingend erforderlich."]
    assert client.get("/api/v1/nowhere/", headers=german).json()["detail"].startswith("Unter dieser Adresse")


def test_a_cameras_state_speaks_the_readers_language(db, person, client_of, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera.objects.create(name="gate", driver="none")
    message = "10.0.0.5 refused the connection on port 554; check the port."
    status = CameraStatus(camera.pk, CameraState.BACKING_OFF, 0, message)
    monkeypatch.setattr("core.web.recorders.state", lambda camera_id: status)
    client = client_of(person("ada", "administrator"))
    german = client.get(f"/api/v1/cameras/{camera.pk}/status/", headers={"Accept-Language": "de"}).json()
    assert german["message"] == "10.0.0.5 hat die Verbindung auf Port 554 abgelehnt; prüfen Sie den Port."
    assert client.get(f"/api/v1/cameras/{camera.pk}/status/").json()["message"] == message


def test_a_websocket_knows_its_readers_language() -> None:
    def scope(**headers: str) -> dict[str, Any]:
        return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}

    assert language_of(scope(accept_language="de-AT,en;q=0.5")) == "de"
    assert language_of(scope(accept_language="de", cookie="django_language=en; x=y")) == "en"
    assert language_of({}) == "en"


@pytest.mark.django_db(transaction=True)
async def test_states_over_the_websocket_speak_the_readers_language(
    session_of, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await session_of("ada", "administrator")
    status = CameraStatus(7, CameraState.STALLED, 0, "The camera answers but sends no picture.")
    monkeypatch.setattr("core.web.recorders.states", lambda: {7: status})
    headers = {"Authorization": client.headers["Authorization"], "Accept-Language": "de"}
    async with websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as socket:
        await socket.send(json.dumps({"op": "subscribe", "topic": "cameras.status"}))
        while (answer := json.loads(await socket.recv()))["op"] != "message":
            pass
        assert answer["message"]["message"] == "Die Kamera antwortet, sendet aber kein Bild."
