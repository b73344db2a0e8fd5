"""What the configuration's file holds: every table, and every column of it, or a reason why not."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model

from core.hookspecs.configuration import ConfigurationPart
from core.pluginhost import host

HAPPENED = "what happened, not how something is set"
STANDS = "where work stands; it begins anew"
UNUSED = "Django's or a library's, not used"
HERE = "of this machine and its browsers"

LEFT_OUT = {
    "access.ApiToken": "only hashes of tokens are known; they are made anew, knowingly",
    "account.EmailAddress": UNUSED,
    "account.EmailConfirmation": UNUSED,
    "auth.Group": UNUSED,
    "auth.Permission": UNUSED,
    "axes.AccessAttempt": HAPPENED,
    "axes.AccessAttemptExpiration": HAPPENED,
    "axes.AccessFailureLog": HAPPENED,
    "axes.AccessLog": HAPPENED,
    "backup.Copy": HAPPENED,
    "backup.Restore": HAPPENED,
    "bookmarks.Bookmark": "about recordings, which stay behind",
    "contenttypes.ContentType": "made by Django of what is installed",
    "detection.HourCount": HAPPENED,
    "detection.HourHeat": HAPPENED,
    "detection.OpenEpisode": STANDS,
    "edge.Fill": HAPPENED,
    "events.StoredEvent": HAPPENED,
    "exports.Export": HAPPENED,
    "knox.AuthToken": "as access.ApiToken",
    "plugin_audit": "the log stays with the installation it tells of",
    "plugin_bookmark.Lock": "about recordings, which stay behind",
    "plugin_faces.Sighting": HAPPENED,
    "plugin_lpr.Read": HAPPENED,
    "plugin_onvif.HeardTopic": HAPPENED,
    "plugin_onvif.Round": HAPPENED,
    "plugin_onvif.Standing": STANDS,
    "plugin_onvif.Step": HAPPENED,
    "plugin_onvif.Subscription": STANDS,
    "plugin_webpush.Subscription": HERE,
    "recording.Format": "about recordings, which stay behind",
    "recording.Gap": HAPPENED,
    "recording.LoudMinute": HAPPENED,
    "recording.MotionMinute": HAPPENED,
    "recording.ObjectMinute": HAPPENED,
    "recording.Piece": "about recordings, which stay behind",
    "recording.Removal": HAPPENED,
    "recording.Segment": "about recordings, which stay behind",
    "recording.Trigger": HAPPENED,
    "recording.Volume": "disks of this machine, with recordings on them",
    "replays.Replay": HAPPENED,
    "rules.Delivery": HAPPENED,
    "rules.Firing": HAPPENED,
    "rules.LastFired": STANDS,
    "sessions.Session": HERE,
    "signin.KnownPlace": HERE,
    "signin.OldPassword": "hashes of passwords that are used no more",
    "system.AuditRow": "the log stays with the installation it tells of",
    "talk.Floor": STANDS,
    "usersessions.UserSession": HERE,
    "viewings.Viewing": HAPPENED,
}
COLUMNS = {
    "access.Role": ("builtin", "plugin"),  # those of core and plugins are made by them
    "access.User": ("last_login", "is_superuser", "is_staff", "date_joined", "groups", "user_permissions"),
    "backup.Plan": ("kept", "kept_bytes", "lagging", "files", "bytes", "counted_ms"),
    "backup.Target": ("trouble", "error", "since_ms", "failures", "retry_ms", "told", "owner", "beat_ms"),
    "backup.SettingsCopies": (
        *("mark", "tried_ms", "done_ms", "name", "size", "error", "retry_ms", "claimed_ms"),  # of this installation
    ),
    "cameras.Camera": (
        *("masks_pushed", "masks_at_camera", "masks_since_ms", "masks_trouble"),  # what the device was last told
        *("revision", "created_at"),
    ),
    "cameras.Steering": (
        *("user_id", "name", "first", "until_ms", "locked", "event_id", "moved_ms"),  # who moves it now
        *("patrol", "patrol_next", "patrol_due_ms", "patrol_trouble"),  # where it goes now; nothing moves by a restore
    ),
    "detection.CameraDetector": ("revision",),
    "directories.Directory": ("synced_ms", "tried_ms", "claimed_ms", "error", "held", "report"),
    "directories.Identity": ("remembered", "remembered_ms"),
    "mfa.Authenticator": ("created_at", "last_used_at"),
    "rules.Engine": ("revision", "mode", "owner"),
    "system.Site": ("to_set_up",),
}


def kept() -> dict[type[Model], set[str]]:
    found: dict[type[Model], set[str]] = {}
    for part in host().registry.all(ConfigurationPart):
        found.setdefault(part.model, set()).update(part.fields)
    return found


@pytest.mark.parametrize("model", [pytest.param(one, id=one._meta.label) for one in apps.get_models()])
def test_each_table_is_kept_or_left_out_for_a_reason(model: type[Model]) -> None:
    label = model._meta.label
    if model not in kept():
        assert LEFT_OUT.get(label) or LEFT_OUT.get(model._meta.app_label), (
            f"{label} is in no configuration part: offer it by register_configuration, or say here why not."
        )
        return
    assert label not in LEFT_OUT
    columns = {one.name for one in model._meta.get_fields() if getattr(one, "concrete", False) and not one.primary_key}
    left = columns - kept()[model] - set(COLUMNS.get(label, ()))
    assert not left, (
        f"{label} has columns that its configuration part does not name: {sorted(left)}; or list them here."
    )


def test_the_lists_name_what_there_is() -> None:
    labels = {one._meta.label for one in apps.get_models()} | {one.label for one in apps.get_app_configs()}
    absent = {label for label in [*LEFT_OUT, *COLUMNS] if label not in labels and not label.startswith("plugin_")}
    assert not absent, "take these off the lists"
