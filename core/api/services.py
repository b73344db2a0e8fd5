"""Services of the running system for plugins. Needs Django to be set up; see `core.api`."""

from core.access.declared import PUBLIC, SIGNED_IN, Declared, Required
from core.access.pages import page
from core.access.queries import cameras_with
from core.access.rights import Rights, rights_for, rights_of
from core.access.services import user_of
from core.access.user_groups import user_group_of
from core.analyser.telling import Voice as SightVoice
from core.bookmarks.services import add_once as add_bookmark_once
from core.cameras.control import goto_preset, set_output
from core.cameras.discovery import own_interfaces
from core.cameras.drivers import CameraError
from core.cameras.patrols import start_named as start_patrol
from core.cameras.patrols import stop_named as stop_patrol
from core.cameras.queries import CameraConfig, camera_configs, camera_id_of, camera_names, cameras_of_driver, masks_on
from core.cameras.services import add_camera, change_camera
from core.configuration import data_directory
from core.detection.tallies import Count, add_counts, add_heat, counts_between, heat_between
from core.directories.backend import let_in
from core.directories.queries import directory_settings, entrances
from core.events.about import events_about, forget_events_about
from core.events.following import ended_among, events_after, newest_event_id, newest_of_cameras
from core.events.publishing import publish
from core.events.services import EventError, attach_picture
from core.events.services import close as close_event
from core.events.services import record as record_event
from core.exports.footage import Item as ExportItem
from core.exports.services import request_export
from core.exports.services import was_requested as export_was_requested
from core.keys import make_key_file, put_key_file
from core.recording.motion import MotionGrid
from core.recording.motion_store import store_motion
from core.recording.services import trigger as trigger_recording
from core.replays.services import forget_finds
from core.rules.arming import ModeError, arm
from core.rules.arming import mode as arm_mode
from core.rules.arming import modes as arm_modes
from core.signin.doorstep import doorstep
from core.signin.flow import LockedError, finish_sign_in
from core.signin.fresh import fresh_sign_in
from core.signin.middleware import despite_duties
from core.signin.sessions import duties_of as session_duties
from core.system.audit import record as record_audit
from core.system.keyring import SecretsError, seal_bytes, unseal_bytes
from core.system.plugin_settings import load as plugin_settings
from core.system.site import SiteSettings, site
from core.system.trail import (
    AuditSearch,
    audit_actors,
    audit_entries,
    audit_ids,
    audit_titles,
    forget_audit,
    newest_audit_id,
    search_audit,
)
from core.talk.announcements import play_announcement
from core.tasks import every_minute, task
from core.web.panels import Panel, PluginPage, panels, plugin_page, plugin_pages
from core.web.speech import said

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "AuditSearch",
    "CameraConfig",
    "CameraError",
    "Count",
    "Declared",
    "EventError",
    "ExportItem",
    "LockedError",
    "ModeError",
    "MotionGrid",
    "Panel",
    "PluginPage",
    "Required",
    "Rights",
    "SecretsError",
    "SightVoice",
    "SiteSettings",
    "add_bookmark_once",
    "add_camera",
    "add_counts",
    "add_heat",
    "arm",
    "arm_mode",
    "arm_modes",
    "attach_picture",
    "audit_actors",
    "audit_entries",
    "audit_ids",
    "audit_titles",
    "camera_configs",
    "camera_id_of",
    "camera_names",
    "cameras_of_driver",
    "cameras_with",
    "change_camera",
    "close_event",
    "counts_between",
    "data_directory",
    "despite_duties",
    "directory_settings",
    "doorstep",
    "ended_among",
    "entrances",
    "events_about",
    "events_after",
    "every_minute",
    "export_was_requested",
    "finish_sign_in",
    "forget_audit",
    "forget_events_about",
    "forget_finds",
    "fresh_sign_in",
    "goto_preset",
    "heat_between",
    "let_in",
    "make_key_file",
    "masks_on",
    "newest_audit_id",
    "newest_event_id",
    "newest_of_cameras",
    "own_interfaces",
    "page",
    "panels",
    "play_announcement",
    "plugin_page",
    "plugin_pages",
    "plugin_settings",
    "publish",
    "put_key_file",
    "record_audit",
    "record_event",
    "request_export",
    "rights_for",
    "rights_of",
    "said",
    "seal_bytes",
    "search_audit",
    "session_duties",
    "set_output",
    "site",
    "start_patrol",
    "stop_patrol",
    "store_motion",
    "task",
    "trigger_recording",
    "unseal_bytes",
    "user_group_of",
    "user_of",
]
