"""The public face for plugins: all that a plugin may import of Eyrie, typed and documented, promised for good.

This module is light and may be imported anywhere, also in `apps.py` before Django is set up. What needs Django's models
is in `core.api.services`; what loads native media libraries (PyAV) is in `core.api.media`: import both inside functions
or in modules that `apps.py` and `hooks.py` do not import at their top, so that the supervisor stays small.
"""

from core.hookspecs.access import PermissionSpec, RoleSpec, Scope
from core.hookspecs.actions import ActionContext, ActionSpec, GiveUp, NotDone, RetryLater
from core.hookspecs.audit import AuditActionSpec, AuditEntry
from core.hookspecs.backup import BackupError, BackupTarget, BackupTargetSpec, BackupTrouble, FarEntry
from core.hookspecs.cameras import CameraDriverSpec, ControlError, FoundCamera, ProbeReport, StreamReport
from core.hookspecs.configuration import ConfigurationFiles, ConfigurationPart
from core.hookspecs.detectors import (
    NOTHING,
    AudioRequest,
    Detector,
    DetectorSpec,
    Frame,
    FrameRequest,
    Naming,
    Occurrence,
    Sight,
    Sound,
    TrackedObject,
    TrackPoint,
    TrackRequest,
    Tracks,
)
from core.hookspecs.directories import (
    DirectoryError,
    DirectorySpec,
    DirectoryTrouble,
    PeopleGroup,
    Person,
    Refusal,
    Step,
    Trial,
)
from core.hookspecs.edge import Edge, EdgeStretch
from core.hookspecs.events import Event, EventTypeSpec, NoAttributes, SeenObject
from core.hookspecs.happenings import (
    BY_CAMERA,
    DOORBELL,
    HAPPENINGS,
    HARDWARE_FAILED,
    INPUT_ACTIVE,
    INTRUSION,
    LINE_CROSSED,
    LOITERING,
    MOTION_DETECTED,
    OBJECT_LEFT,
    OBJECT_REMOVED,
    OBJECT_SEEN,
    OUTPUT_ACTIVE,
    SOUND_HEARD,
    STORAGE_FAILED,
    TAMPER_DETECTED,
    AtLine,
    InZone,
)
from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, HealthCheckSpec, HealthFix, Level, WorkerContext, WorkerSpec
from core.hookspecs.ptz import Preset, Ptz, PtzAbilities, PtzPosition, Tour, TourAct
from core.hookspecs.redaction import Redactor, RedactorSpec
from core.hookspecs.settings import CameraId, SettingsSpec
from core.hookspecs.shapes import Line, Zone
from core.hookspecs.storage import ObjectWriter, Storage, StorageBackendSpec, StorageError, VolumeSpace
from core.hookspecs.talk import Loudspeaker
from core.hookspecs.version import API_VERSION
from core.hookspecs.web import PanelSpec, RouteSpec, Slot, TopicSpec
from core.media.clock import Clock, SystemClock
from core.media.masks import Masks
from core.media.source import Fault, PacedSource, PacketSink, PacketSource, SourceError
from core.media.units import AccessUnit, Codec, StreamInfo, Track
from core.pluginhost.metadata import PluginConfig, PluginMeta
from core.wording import first_said, wrong_fields

__all__ = [
    "API_VERSION",
    "BY_CAMERA",
    "DOORBELL",
    "HAPPENINGS",
    "HARDWARE_FAILED",
    "INPUT_ACTIVE",
    "INTRUSION",
    "LINE_CROSSED",
    "LOITERING",
    "MOTION_DETECTED",
    "NOTHING",
    "OBJECT_LEFT",
    "OBJECT_REMOVED",
    "OBJECT_SEEN",
    "OUTPUT_ACTIVE",
    "SOUND_HEARD",
    "STORAGE_FAILED",
    "TAMPER_DETECTED",
    "AccessUnit",
    "ActionContext",
    "ActionSpec",
    "AtLine",
    "AudioRequest",
    "AuditActionSpec",
    "AuditEntry",
    "BackupError",
    "BackupTarget",
    "BackupTargetSpec",
    "BackupTrouble",
    "CameraDriverSpec",
    "CameraId",
    "Clock",
    "Codec",
    "ConfigurationFiles",
    "ConfigurationPart",
    "ControlError",
    "Detector",
    "DetectorSpec",
    "DirectoryError",
    "DirectorySpec",
    "DirectoryTrouble",
    "Edge",
    "EdgeStretch",
    "Event",
    "EventTypeSpec",
    "FarEntry",
    "Fault",
    "FoundCamera",
    "Frame",
    "FrameRequest",
    "GiveUp",
    "Health",
    "HealthCheckSpec",
    "HealthFix",
    "InZone",
    "Level",
    "Line",
    "Loudspeaker",
    "Masks",
    "Naming",
    "NoAttributes",
    "NotDone",
    "ObjectWriter",
    "Occurrence",
    "PacedSource",
    "PacketSink",
    "PacketSource",
    "PanelSpec",
    "PeopleGroup",
    "PermissionSpec",
    "Person",
    "PluginConfig",
    "PluginMeta",
    "Preset",
    "ProbeReport",
    "Ptz",
    "PtzAbilities",
    "PtzPosition",
    "Redactor",
    "RedactorSpec",
    "Refusal",
    "RetryLater",
    "RoleSpec",
    "RouteSpec",
    "Scope",
    "SeenObject",
    "SettingsSpec",
    "Sight",
    "Slot",
    "Sound",
    "SourceError",
    "Step",
    "Storage",
    "StorageBackendSpec",
    "StorageError",
    "StreamInfo",
    "StreamReport",
    "SystemClock",
    "TopicSpec",
    "Tour",
    "TourAct",
    "Track",
    "TrackPoint",
    "TrackRequest",
    "TrackedObject",
    "Tracks",
    "Trial",
    "VolumeSpace",
    "WorkerContext",
    "WorkerSpec",
    "Zone",
    "first_said",
    "hookimpl",
    "wrong_fields",
]
