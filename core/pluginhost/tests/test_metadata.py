"""What a plugin says about itself is checked when it says it."""

import pytest

from core.pluginhost.metadata import PluginConfig, PluginMeta


def test_label_and_title_follow_from_meta() -> None:
    class Config(PluginConfig):
        meta = PluginMeta(name="acme", title="Acme cameras", version="1.2")

    assert Config.label == "plugin_acme"
    assert Config.verbose_name == "Acme cameras"
    assert Config.name == __name__.rpartition(".")[0]


def test_config_without_meta_is_refused() -> None:
    with pytest.raises(TypeError, match="needs `meta = PluginMeta"):

        class Config(PluginConfig):
            pass


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Acme"}, "lower-case"),
        ({"name": ""}, "lower-case"),
        ({"name": "a" * 41}, "lower-case"),
        ({"title": " "}, "title"),
        ({"version": "one"}, "version"),
        ({"requires_api": "about 1"}, "requires_api"),
        ({"requires_plugins": ("rtsp>>1",)}, "requires_plugins"),
    ],
)
def test_malformed_values_are_named(changes: dict[str, object], sentence: str) -> None:
    values: dict[str, object] = {"name": "acme", "title": "Acme", "version": "1.0"} | changes
    with pytest.raises(ValueError, match=sentence):
        PluginMeta(**values)  # type: ignore[arg-type]
