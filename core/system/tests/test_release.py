"""The version that a checkout and an installation tell."""

from pathlib import Path

from core.system.release import ROOT, release, release_of

COMMIT = "4f9a208" + "0" * 33


def checkout(root: Path, head: str) -> Path:
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text(head + "\n")
    (root / "pyproject.toml").write_text('[project]\nname = "eyrie"\nversion = "1.2.3"\n')
    return root


def test_a_branch(tmp_path: Path) -> None:
    root = checkout(tmp_path, "ref: refs/heads/main")
    (root / ".git" / "refs" / "heads").mkdir(parents=True)
    (root / ".git" / "refs" / "heads" / "main").write_text(COMMIT + "\n")
    assert release_of(root) == "1.2.3+4f9a208"


def test_a_packed_branch(tmp_path: Path) -> None:
    root = checkout(tmp_path, "ref: refs/heads/main")
    (root / ".git" / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert release_of(root) == "1.2.3+4f9a208"


def test_a_commit(tmp_path: Path) -> None:
    assert release_of(checkout(tmp_path, COMMIT)) == "1.2.3+4f9a208"


def test_a_branch_without_commit_or_nonsense_leaves_the_version(tmp_path: Path) -> None:
    assert release_of(checkout(tmp_path, "ref: refs/heads/main")) == "1.2.3"


def test_this_one_is_told() -> None:
    assert release() == release_of(ROOT)
    assert release()[0].isdigit()
