"""An RTSP server not of our making: GStreamer's. Run by the distribution's python3, which has its bindings.

    /usr/bin/python3 gst_server.py FILE.mp4 [--loop] [--user NAME --password WORD]

Serves an H.264 file with or without AAC at rtsp://127.0.0.1:PORT/clip and prints `ready PORT` on a free port. Without
--loop every client sees the file once, from its beginning; with it all clients share one endless loop.
Ends when its standard input is closed, so that it cannot outlive the test that started it.
"""

from __future__ import annotations

import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - the versions must be required before

VIDEO_CAPS = "video/x-h264,stream-format=byte-stream,alignment=au"
AUDIO_CAPS = "audio/mpeg,mpegversion=4,stream-format=raw"


def collect(path, launch):
    """Every buffer of one stream of the file: caps and [(bytes, pts, duration)]; nothing when it has no such stream."""
    pipeline = Gst.parse_launch(f'filesrc location="{path}" ! qtdemux name=d {launch} ! appsink name=out sync=false')
    sink = pipeline.get_by_name("out")
    pipeline.set_state(Gst.State.PLAYING)
    caps, buffers = None, []
    while True:
        sample = sink.emit("try-pull-sample", 3 * Gst.SECOND)
        if sample is None:
            break
        caps = sample.get_caps()
        buffer = sample.get_buffer()
        buffers.append((buffer.extract_dup(0, buffer.get_size()), buffer.pts, buffer.duration))
    pipeline.set_state(Gst.State.NULL)
    return caps, buffers


class Loop(GstRtspServer.RTSPMediaFactory):
    """Feeds the collected buffers for ever, with timestamps that only rise."""

    def __init__(self, path):
        super().__init__()
        self.streams = {"v": collect(path, f"d.video_0 ! queue ! h264parse ! {VIDEO_CAPS}")}
        audio = collect(path, f"d.audio_0 ! queue ! aacparse ! {AUDIO_CAPS}")
        if audio[1]:
            self.streams["a"] = audio
        buffers = self.streams["v"][1]
        self.duration = max(pts + duration for _, pts, duration in buffers)
        launch = "( appsrc name=v is-live=true format=time ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96"
        if audio[1]:
            launch += " appsrc name=a is-live=true format=time ! rtpmp4gpay name=pay1 pt=97"
        self.set_launch(launch + " )")
        self.set_shared(True)
        self.connect("media-configure", self.configure)

    def configure(self, _factory, media):
        for name, (caps, buffers) in self.streams.items():
            source = media.get_element().get_by_name(name)
            source.set_property("caps", caps)
            source.connect("need-data", self.feed, iter(self.endless(buffers)))

    def endless(self, buffers):
        turn = 0
        while True:
            for data, pts, duration in buffers:
                buffer = Gst.Buffer.new_wrapped(data)
                buffer.pts, buffer.duration = pts + turn * self.duration, duration
                yield buffer
            turn += 1

    @staticmethod
    def feed(source, _length, buffers):
        source.emit("push-buffer", next(buffers))


def once(path, audio):
    factory = GstRtspServer.RTSPMediaFactory()
    launch = f'( filesrc location="{path}" ! qtdemux name=d d.video_0 ! queue ! h264parse config-interval=-1'
    launch += " ! rtph264pay name=pay0 pt=96"
    if audio:
        launch += " d.audio_0 ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97"
    factory.set_launch(launch + " )")
    return factory


def protect(server, factory, user, password):
    """Digest authentication: the factory's role `viewer` may see it, nobody else."""
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    role = Gst.Structure.new_empty("viewer")
    role.set_value("media.factory.access", True)
    role.set_value("media.factory.construct", True)
    factory.add_role_from_structure(role)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--loop", action="store_true")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    Gst.init(None)
    if options.loop:
        factory = Loop(options.file)
    else:
        factory = once(options.file, bool(collect(options.file, "d.audio_0 ! queue ! aacparse")[1]))
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    server.get_mount_points().add_factory("/clip", factory)
    if options.user:
        protect(server, factory, options.user, options.password)
    server.attach(None)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP, lambda *_: loop.quit())
    sys.stdout.write(f"ready {server.get_bound_port()}\n")
    sys.stdout.flush()
    loop.run()


if __name__ == "__main__":
    main()
