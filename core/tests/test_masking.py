"""No secret in what people read."""

import json

import pytest

from core.masking import mask, mask_values


@pytest.mark.parametrize(
    ("line", "secret", "kept"),
    [
        ("cannot reach rtsp://viewer:hunter2@10.0.0.5:554/main", "hunter2", "rtsp://viewer:***@10.0.0.5:554/main"),
        ("rtsp://viewer:p@ss:w0rd@10.0.0.5/main", "p@ss:w0rd", "@10.0.0.5/main"),
        ("Authorization: Token 0123456789abcdef", "0123456789abcdef", "Token ***"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz", "Basic ***"),
        ('{"password": "hunter2", "host": "a"}', "hunter2", '"host": "a"'),
        ("admin_password=hunter2 port=1", "hunter2", "port=1"),
        ("api_key: hunter2", "hunter2", "api_key: ***"),
    ],
)
def test_a_secret_is_masked_and_the_rest_is_kept(line: str, secret: str, kept: str) -> None:
    assert secret not in mask(line)
    assert kept in mask(line)


@pytest.mark.parametrize("line", ["camera 3 is offline", "rtsp://10.0.0.5:554/main?x=1", "the password is wrong"])
def test_a_line_without_secrets_is_untouched(line: str) -> None:
    assert mask(line) == line


def test_values_are_masked_one_by_one_so_that_json_stays_json() -> None:
    record = {"message": 'password=hunter2"', "extra": {"api_key": "hunter2", "urls": ["rtsp://u:hunter2@h/"]}, "n": 1}
    text = json.dumps(mask_values(record))
    assert "hunter2" not in text
    assert json.loads(text)["n"] == 1
    assert mask_values({"password": ""}) == {"password": ""}
