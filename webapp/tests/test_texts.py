"""Every text of the portal can be read in every language it is offered in."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from django.conf import settings

from webapp.texts import catalogue

ROOT = Path(__file__).parents[2]
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_offered_language_has_its_texts() -> None:
    assert [path.name for path in tool().languages()] == [code for code, _ in settings.LANGUAGES if code != "en"]


def test_no_text_lacks_a_translation() -> None:
    messages = tool()
    assert len(messages.texts()) > 30
    for language in messages.languages():
        assert messages.missing(messages.merged(language)) == {}


def test_the_compiled_catalogue_is_that_of_the_sources() -> None:
    messages = tool()
    for language in messages.languages():
        stored = (language / "LC_MESSAGES" / "django.mo").read_bytes()
        assert stored == messages.compiled(messages.merged(language)), "run python scripts/messages.py"


def test_values_have_their_places_in_the_translation_as_well() -> None:
    messages = tool()
    for language in messages.languages():
        for message in messages.merged(language):
            if not message.id:
                continue
            texts = [message.string] if isinstance(message.string, str) else message.string
            ids = [message.id] if isinstance(message.id, str) else message.id
            for text in texts:
                assert set(PLACES.findall(text)) <= set(PLACES.findall(ids[-1])), message.id
                assert set(PLACES.findall(ids[0])) <= set(PLACES.findall(text)) | {"{count}", "%(count)s"}, message.id


def test_modules_get_the_catalogue(client, db) -> None:
    answer = client.get("/texts/de.json")
    assert answer.status_code == 200
    assert answer.json()["Sign out"] == "Abmelden"
    assert client.get("/texts/en.json").json() == {}
    assert client.get("/texts/zz-zz.json").status_code == 404
    assert catalogue("en") == {}


def test_pages_speak_the_readers_language(client, db) -> None:
    assert 'lang="en"' in client.get("/sign-in/").content.decode()
    german = client.get("/sign-in/", headers={"Accept-Language": "de-AT,en;q=0.5"}).content.decode()
    assert 'lang="de"' in german
    assert "Bei Eyrie anmelden" in german
    chosen = client.post("/language/", {"language": "de", "next": "/sign-in/"})
    assert chosen.headers["Location"] == "/sign-in/"
    assert "Bei Eyrie anmelden" in client.get("/sign-in/").content.decode()
    assert client.post("/language/", {"language": "de", "next": "https://evil.example/"}).headers["Location"] == "/"
