"""The whole system on PostgreSQL: the same code, one setting."""

from pathlib import Path

from tests.rig.processes import eventually
from tests.rig.system import RunningSystem


def test_it_serves_on_postgresql_and_leaves_no_database_file(postgres_url: str, tmp_path: Path) -> None:
    system = RunningSystem(tmp_path / "data", {"EYRIE_DATABASE_URL": postgres_url}).start()
    try:
        eventually(lambda: system.members("recorder-0"), 20, "recorder")
        camera = system.add_camera("Nowhere", "rtsp://127.0.0.1:9/main")
        seen = eventually(lambda: system.status(camera)["fault"], 20, "the recorder's word on the camera")
        assert seen == "port"
    finally:
        system.stop()
    assert {path.name for path in system.data.glob("*.sqlite3")} == {"queue.sqlite3"}
