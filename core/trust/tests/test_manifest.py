"""Manifests come from strangers: what they may say, and what is refused."""

import json
from typing import Any

import pytest

from core.trust.manifest import LARGEST, PLUGIN, Contents, FileEntry, Manifest, ManifestError, decoded

ENTRY = FileEntry(3, "a" * 64)


def manifest(**files: FileEntry) -> Manifest:
    return Manifest(PLUGIN, "eyrie_x", "1.0", {"x": Contents("1.0", ">=1.0,<2")}, files)


def altered(**changes: Any) -> bytes:
    values = json.loads(manifest().encoded()) | changes
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_what_is_encoded_is_decoded() -> None:
    one = Manifest(PLUGIN, "eyrie_x", "1.0", {"x": Contents("1.0", ">=1")}, {"ä/b.py": ENTRY, "a.py": ENTRY})
    assert decoded(one.encoded()) == one


def test_equal_contents_have_equal_bytes() -> None:
    one = Manifest(PLUGIN, "x", "1", {}, {"a": ENTRY, "b": ENTRY})
    other = Manifest(PLUGIN, "x", "1", {}, {"b": ENTRY, "a": ENTRY})
    assert one.encoded() == other.encoded()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up.py",
        "a/../../up.py",
        "a//b.py",
        "./a.py",
        "a/",
        "..",
        "a\\b.py",
        "c:a.py",
        "a\nb.py",
        "a\x00.py",
        "e\u0301.py",  # not composed
        "\ud800.py",
        "__pycache__/a.cpython-311.pyc",
        "a/__pycache__/b.py",
        "a.pyc",
        "x" * 501,
    ],
)
def test_a_path_that_is_none_is_refused(path: str) -> None:
    values = json.loads(manifest().encoded()) | {"files": {path: {"size": 3, "sha256": "a" * 64}}}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with pytest.raises(ManifestError):
        decoded(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ManifestError):
        Manifest(PLUGIN, "x", "1", {}, {path: ENTRY}).encoded()


def test_names_that_differ_only_in_case_are_refused() -> None:
    with pytest.raises(ManifestError, match="twice"):
        Manifest(PLUGIN, "x", "1", {}, {"A.py": ENTRY, "a.py": ENTRY}).encoded()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":"eyrie-export"}',
        b"[" * 100_000,
        b"9" * 10_000,
        b"{" + b" " * LARGEST + b"}",
        altered(format_version=2),
        altered(kind="operating system"),
        altered(name=3),
        altered(version="v" * 300),
        altered(files=[]),
        altered(plugins={"x": 1}),
        altered(files={"a": 1}),
        altered(files={"a": {"size": -1, "sha256": "a" * 64}}),
        altered(files={"a": {"size": True, "sha256": "a" * 64}}),
        altered(files={"a": {"size": 2**50, "sha256": "a" * 64}}),
        altered(files={"a": {"size": 1, "sha256": "A" * 64}}),
        altered(files={f"f{number}": {"size": 0, "sha256": "a" * 64} for number in range(20_001)}),
        json.dumps(json.loads(manifest().encoded()), indent=1).encode(),  # the same content in other bytes
        manifest().encoded().replace(b'"kind":"plugin"', b'"kind":"update","kind":"plugin"'),
    ],
)
def test_what_is_no_manifest_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(ManifestError) as caught:
        decoded(data)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 400
