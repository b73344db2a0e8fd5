"""Pages of the portal."""

from django.conf import settings
from django.urls import path

from webapp import administration, app, backup, detection, exports, gallery, live, recording, review, rules, views

urlpatterns = [
    path("", live.home, name="home"),
    path("playback/", review.playback, name="playback"),
    path("events/", review.events, name="events"),
    path("events/<int:event_id>/", review.event, name="event"),
    path("rules/", rules.listed, name="rules"),
    path("rules/new/", rules.new, name="rule-new"),
    path("rules/log/", rules.log, name="rules-log"),
    path("rules/modes/", rules.modes, name="rule-modes"),
    path("rules/kinds/", rules.kinds, name="rule-kinds"),
    path("rules/<int:rule_id>/", rules.one, name="rule"),
    path("exports/", exports.listed, name="exports"),
    path("exports/new/", exports.new, name="new-export"),
    path("exports/verify/", exports.verify, name="verify-export"),
    path("cameras/", administration.cameras, name="cameras"),
    path("cameras/new/", administration.new_camera, name="camera-new"),
    path("cameras/schedules/", recording.schedules, name="camera-schedules"),
    path("cameras/groups/", recording.groups, name="camera-groups"),
    path("cameras/<int:camera_id>/", administration.camera, name="camera"),
    path("cameras/<int:camera_id>/detection/", detection.camera, name="camera-detection"),
    path("cameras/<int:camera_id>/detection/<int:replay_id>/", detection.replay, name="camera-replay"),
    path("system/", administration.system, name="system"),
    path("system/settings/", administration.settings, name="system-settings"),
    path("system/backup/", backup.overview, name="backup"),
    path("system/backup/<int:target_id>/", backup.files, name="backup-files"),
    path("system/plugins/", administration.plugins, name="system-plugins"),
    path("system/users/", administration.users, name="system-users"),
    path("system/configuration/", administration.configuration, name="system-configuration"),
    path("system/log/", administration.log, name="system-log"),
    path("pages/<slug:plugin>/<slug:name>/", views.of_plugin, name="plugin-page"),
    path("first-steps/", administration.first_steps, name="first-steps"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("language/", views.choose_language, name="language"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("service-worker.js", app.service_worker, name="service-worker"),
    path("offline/", app.offline, name="offline"),
    path("texts/<slug:language>.json", views.texts, name="texts"),
]
if settings.DEBUG:
    urlpatterns.append(path("dev/components/", gallery.components, name="components"))
