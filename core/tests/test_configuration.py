"""Settings: one sentence for each mistake."""

from pathlib import Path

import pytest

from core.configuration import ConfigurationError, load


def test_the_environment_goes_before_the_file_and_the_file_before_defaults(tmp_path: Path) -> None:
    (tmp_path / "eyrie.toml").write_text('port = 8701\nhost = "10.0.0.9"\n')
    found = load({"EYRIE_DATA": str(tmp_path), "EYRIE_PORT": "8702"})
    assert (found.port, found.host, found.recorders) == (8702, "10.0.0.9", 1)


def test_lists_are_comma_separated(tmp_path: Path) -> None:
    found = load({"EYRIE_DATA": str(tmp_path), "EYRIE_PLUGINS": "rtsp, simulator,"})
    assert found.plugins == ["rtsp", "simulator"]


def test_the_data_directory_becomes_absolute(tmp_path: Path) -> None:
    assert load({"EYRIE_DATA": "somewhere"}).data == Path.cwd() / "somewhere"  # no file is made


@pytest.mark.parametrize(
    ("environ", "toml", "sentence"),
    [
        ({"EYRIE_PROT": "1"}, "", r"^EYRIE_PROT: unknown setting; did you mean EYRIE_PORT\?$"),
        ({}, "prot = 1", r"eyrie\.toml: prot: unknown setting; did you mean port\?$"),
        ({}, "port 1", r"eyrie\.toml: is no valid TOML \(.*line 1.*\); mend that line\.$"),
        ({"EYRIE_PORT": "70000"}, "", r"^EYRIE_PORT: .*65535.*70000.*$"),
        ({"EYRIE_PORT": "http"}, "", r"^EYRIE_PORT: is no whole number; give one, such as 5 \(got 'http'\)\.$"),
        ({}, "port = 0", r"eyrie\.toml: port: .*$"),
        ({"EYRIE_TIME_ZONE": "Mars/Base"}, "", r"^EYRIE_TIME_ZONE: .*is no IANA time zone.*'Mars/Base'.*$"),
        ({"EYRIE_CONFIG": "/nowhere.toml"}, "", r"^EYRIE_CONFIG: /nowhere\.toml does not exist"),
    ],
)
def test_a_mistake_is_one_sentence(environ: dict[str, str], toml: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "eyrie.toml").write_text(toml)
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        load({"EYRIE_DATA": str(tmp_path)} | environ)
    assert "\n" not in str(caught.value)


def test_a_secret_never_shows(tmp_path: Path) -> None:
    found = load({"EYRIE_DATA": str(tmp_path), "EYRIE_ADMIN_PASSWORD": "hunter2"})
    assert "hunter2" not in repr(found)
