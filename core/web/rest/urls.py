"""URLs of REST v1. Every view declares its permission (core.access.declared), and a test goes through them all."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from core.hookspecs.web import RouteSpec
from core.pluginhost import host
from core.web.rest import (
    auth,
    backup,
    backup_files,
    bookmarks,
    cameras,
    drivers,
    events,
    exports,
    groups,
    history,
    log,
    media,
    motion,
    plugins,
    schedules,
    schema,
    site,
    system,
    timeline,
    users,
    volumes,
    walls,
)


def _plugin_routes() -> list[URLPattern | URLResolver]:
    """Each plugin's routes below `plugins/<name>/`; a module that does not import is accounted to its plugin."""
    routes: list[URLPattern | URLResolver] = []
    for entry in host().registry.entries(RouteSpec):
        outcome = host().run(entry.plugin, "routes", import_module, entry.spec.urls)
        if outcome.value is not None:
            routes.append(path(f"plugins/{entry.plugin}/", include(outcome.value)))
    return routes


urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/login/", auth.SignIn.as_view()),
    path("auth/logout/", auth.SignOut.as_view()),
    path("auth/me/", auth.WhoAmI.as_view()),
    path("auth/password/", users.OwnPassword.as_view()),
    path("auth/ticket/", auth.Tickets.as_view()),
    path("cameras/", cameras.Cameras.as_view()),
    path("cameras/order/", cameras.Order.as_view()),
    path("cameras/several/", groups.Several.as_view()),
    path("cameras/status/", cameras.Statuses.as_view()),
    path("cameras/probe/", cameras.Probe.as_view()),
    path("cameras/<int:camera_id>/", cameras.OneCamera.as_view()),
    path("cameras/<int:camera_id>/probe/", cameras.StoredProbe.as_view()),
    path("cameras/<int:camera_id>/status/", cameras.Status.as_view()),
    path("cameras/<int:camera_id>/snapshot.jpg", media.Snapshot.as_view()),
    path("cameras/<int:camera_id>/frame.jpg", media.FrameAt.as_view()),
    path("cameras/<int:camera_id>/history/", history.CameraHistory.as_view()),
    path("cameras/<int:camera_id>/video.mp4", media.Video.as_view()),
    path("cameras/<int:camera_id>/stretch.mp4", media.StretchOf.as_view()),
    path("cameras/<int:camera_id>/record/", schedules.RecordNow.as_view()),
    path("groups/", groups.Groups.as_view()),
    path("groups/<int:group_id>/", groups.OneGroup.as_view()),
    path("schedules/", schedules.Schedules.as_view()),
    path("schedules/<int:schedule_id>/", schedules.OneSchedule.as_view()),
    path("holidays/", schedules.Holidays.as_view()),
    path("holidays/<int:holiday_id>/", schedules.OneHoliday.as_view()),
    path("drivers/", drivers.Drivers.as_view()),
    path("motion/activity/", motion.Activity.as_view()),
    path("motion/search/", motion.MotionSearch.as_view()),
    path("recordings/", timeline.Recordings.as_view()),
    path("segments/", timeline.Segments.as_view()),
    path("events/", events.Events.as_view()),
    path("events/types/", events.EventTypes.as_view()),
    path("bookmarks/", bookmarks.Bookmarks.as_view()),
    path("bookmarks/<int:bookmark_id>/", bookmarks.OneBookmark.as_view()),
    path("views/", walls.Views.as_view()),
    path("views/<int:view_id>/", walls.OneView.as_view()),
    path("backup/kinds/", backup.Kinds.as_view()),
    path("backup/targets/", backup.Targets.as_view()),
    path("backup/targets/probe/", backup.Probe.as_view()),
    path("backup/targets/<int:target_id>/", backup.OneTarget.as_view()),
    path("backup/targets/<int:target_id>/files/", backup_files.Files.as_view()),
    path("backup/targets/<int:target_id>/file/", backup_files.OneFile.as_view()),
    path("backup/plans/", backup.Plans.as_view()),
    path("backup/plans/<int:plan_id>/", backup.OnePlan.as_view()),
    path("backup/copies/", backup.Copies.as_view()),
    path("backup/restores/", backup_files.Restores.as_view()),
    path("exports/", exports.Exports.as_view()),
    path("exports/key/", exports.SigningKey.as_view()),
    path("exports/verify.py", exports.Verifier.as_view()),
    path("exports/<int:export_id>/", exports.OneExport.as_view()),
    path("exports/<int:export_id>/cancel/", exports.Cancel.as_view()),
    path("exports/<int:export_id>/export.zip", exports.Archive.as_view()),
    path("exports/<int:export_id>/files/<int:number>.mp4", exports.OneFile.as_view()),
    path("plugins/", plugins.Plugins.as_view()),
    path("plugins/<slug:name>/", plugins.OnePlugin.as_view()),
    path("plugins/<slug:name>/settings/", plugins.PluginSettings.as_view()),
    path("site/", site.OneSite.as_view()),
    path("users/", users.Users.as_view()),
    path("users/<int:user_id>/", users.OneUser.as_view()),
    path("users/<int:user_id>/grants/", users.Grants.as_view()),
    path("roles/", users.Roles.as_view()),
    path("volumes/", volumes.Volumes.as_view()),
    path("volumes/probe/", volumes.Probe.as_view()),
    path("volumes/<int:volume_id>/", volumes.OneVolume.as_view()),
    path("health/", system.Health.as_view()),
    path("health/<str:check>/fix/", system.HealthFix.as_view()),
    path("system/status/", system.SystemStatus.as_view()),
    path("system/history/", history.SystemHistory.as_view()),
    path("system/log/", log.Log.as_view()),
    path("system/log/eyrie-log.jsonl", log.LogFile.as_view()),
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("docs/", schema.Docs.as_view()),
    *_plugin_routes(),
]
