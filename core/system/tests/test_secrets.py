"""Secrets at rest: encrypted, found out when altered, masked for people."""

import json
import stat
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr

from core.system.keyring import Keyring, SecretsError
from core.system.secrets import MASK, keep_secrets, masked, seal, unseal


class Account(BaseModel):
    user: str = ""
    password: SecretStr = SecretStr("")


class Camera(BaseModel):
    url: str
    path: Path = Path("/x")
    account: Account = Account()
    others: list[Account] = Field(default_factory=list)


CAMERA = Camera(
    url="rtsp://a/b",
    account=Account(user="u", password=SecretStr("geheim-1")),
    others=[Account(password=SecretStr("geheim-2"))],
)


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "secrets.key")


def test_sealed_holds_no_secret_and_opens_again(keys: Keyring) -> None:
    sealed = seal(CAMERA, keys)
    assert "geheim" not in json.dumps(sealed)
    assert sealed["url"] == "rtsp://a/b"
    assert unseal(Camera, json.loads(json.dumps(sealed)), keys) == CAMERA


def test_same_secret_is_never_sealed_alike(keys: Keyring) -> None:
    assert seal(CAMERA, keys)["account"] != seal(CAMERA, keys)["account"]


def test_key_file_is_for_its_owner_only(keys: Keyring, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "secrets.key").stat().st_mode) == 0o600


def test_another_process_reads_what_this_one_sealed(keys: Keyring, tmp_path: Path) -> None:
    assert unseal(Camera, seal(CAMERA, keys), Keyring(tmp_path / "secrets.key")) == CAMERA


def test_altered_secret_is_found_out(keys: Keyring) -> None:
    sealed = seal(CAMERA, keys)
    token = sealed["account"]["password"]["$sealed"]
    swapped = "A" if token[-6] != "A" else "B"
    sealed["account"]["password"]["$sealed"] = token[:-6] + swapped + token[-5:]
    with pytest.raises(SecretsError, match="altered"):
        unseal(Camera, sealed, keys)


def test_lost_key_is_named_with_the_remedy(keys: Keyring, tmp_path: Path) -> None:
    sealed = seal(CAMERA, keys)
    with pytest.raises(SecretsError, match="restore"):
        unseal(Camera, sealed, Keyring(tmp_path / "other.key"))


def test_new_key_seals_and_old_secrets_stay_readable(keys: Keyring, tmp_path: Path) -> None:
    other_process = Keyring(tmp_path / "secrets.key")
    before = seal(CAMERA, keys)
    name = keys.add_key(now_ms=1)
    after = seal(CAMERA, keys)
    assert after["account"]["password"]["$sealed"].startswith(f"{name}:")
    for sealed in (before, after):
        assert unseal(Camera, sealed, keys) == CAMERA
        assert unseal(Camera, sealed, other_process) == CAMERA


@pytest.mark.parametrize("content", ["", "id:short\n", "nonsense"])
def test_damaged_key_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.key"
    path.write_text(content)
    with pytest.raises(SecretsError, match=r"secrets\.key"):
        Keyring(path)


def test_masked_shows_which_secrets_are_set() -> None:
    shown = masked(CAMERA)
    assert shown["account"] == {"user": "u", "password": MASK}
    assert masked(Camera(url="x"))["account"]["password"] == ""
    json.dumps(shown)


def test_mask_sent_back_keeps_the_stored_secret() -> None:
    given = {"url": "rtsp://new/", "account": {"user": "v", "password": MASK}, "others": [{"password": "new"}]}
    kept = Camera.model_validate(keep_secrets(CAMERA, given))
    assert kept.account.password.get_secret_value() == "geheim-1"
    assert kept.account.user == "v"
    assert kept.others[0].password.get_secret_value() == "new"
    assert kept.url == "rtsp://new/"
