"""Threads are refused while Eyrie loads, and only then."""

import importlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.pluginhost.loading import ThreadRefused, without_threads
from core.pluginhost.records import PluginRecord
from core.pluginhost.tests.packages import write_plugin


def test_no_thread_begins_by_whatever_means() -> None:
    before = threading.active_count()
    with without_threads(), pytest.raises(ThreadRefused, match="while Eyrie loads"):
        ThreadPoolExecutor(1).submit(print)
    assert threading.active_count() == before
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(int).result() == 0


def test_a_thread_of_a_plugin_is_refused_where_one_of_a_library_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(1).submit(print)\n"
    package = write_plugin(tmp_path, "pool", package="pool_at_import", views=views)
    monkeypatch.syspath_prepend(tmp_path)
    record = PluginRecord("pool", package, "", folder=tmp_path / package)
    with without_threads([record]):
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(int).result() == 0
        with pytest.raises(ThreadRefused):
            importlib.import_module(f"{package}.views")
