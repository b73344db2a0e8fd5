"""An ONVIF recorder not of our making: GStreamer's RTSP server with its ONVIF extensions. Run by the distribution's
python3, which has its bindings.

    /usr/bin/python3 gst_onvif_server.py FILE.mp4 --start SECONDS --times N --heard FILE.raw

Serves an H.264 file without sound at two paths of 127.0.0.1 and prints `ready PORT`:

- /replay: an archive that begins at SECONDS since 1970 and holds the file N times without a gap, then a minute of
  nothing, then N times more; `Require: onvif-replay`, clock ranges, times in the extension 0xABAC.
- /live: the file in an endless loop, with a backchannel of PCMU; what is said is written to --heard, as signed 16 bits
  at 8000 Hz, little-endian.

Ends when its standard input is closed.
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise

from gst_server import VIDEO_CAPS, Loop, collect

from gi.repository import GLib, Gst, GstRtspServer  # isort: skip  # gst_server has required the versions

SINCE_1900 = 2_208_988_800 * Gst.SECOND
GAP = 60 * Gst.SECOND
HEARD = (
    '( capsfilter caps="application/x-rtp, media=audio, payload=0, clock-rate=8000, encoding-name=PCMU"'
    " name=depay_backchannel ! rtppcmudepay ! mulawdec ! audio/x-raw,format=S16LE,rate=8000,channels=1"
    ' ! filesink location="{}" async=false sync=false buffer-mode=unbuffered )'
)


class Archive(GstRtspServer.RTSPOnvifMediaFactory):
    """Times of buffers are nanoseconds since 1900, so that a clock range is a seek."""

    def __init__(self, path, start, times):
        super().__init__()
        self.caps, self.buffers = collect(path, f"d.video_0 ! queue ! h264parse ! {VIDEO_CAPS}")
        self.keys = [not number % self.group() for number in range(len(self.buffers))]
        length = max(pts + duration for _, pts, duration in self.buffers)
        begin = start * Gst.SECOND + SINCE_1900
        second = begin + times * length + GAP
        self.turns = [first + turn * length for first in (begin, second) for turn in range(times)]
        self.end = self.turns[-1] + length
        self.places = {}
        self.set_media_gtype(GstRtspServer.RTSPOnvifMedia)
        self.set_replay_support(True)

    def group(self):
        """Pictures from keyframe to keyframe: of our clips two seconds at 25 a second."""
        return 50

    def do_create_element(self, _url):
        whole, paying = Gst.Bin.new(None), Gst.Bin.new("pay0")
        source = Gst.ElementFactory.make("appsrc")
        source.set_property("caps", self.caps)
        source.set_property("format", Gst.Format.TIME)
        source.set_property("stream-type", 1)  # seekable
        source.set_property("duration", self.end)
        names = ("queue", "h264parse", "rtph264pay", "rtponviftimestamp", "queue")
        chain = [Gst.ElementFactory.make(name) for name in names]
        for element in chain:
            paying.add(element)
        for before, after in pairwise(chain):
            before.link(after)
        chain[1].set_property("config-interval", -1)
        chain[2].set_property("pt", 96)
        for name, value in (
            ("set-t-bit", True),
            ("set-e-bit", True),
            ("ntp-offset", 0),
            ("drop-out-of-segment", False),
        ):
            chain[3].set_property(name, value)
        paying.add_pad(Gst.GhostPad.new("sink", chain[0].get_static_pad("sink")))
        paying.add_pad(Gst.GhostPad.new("src", chain[-1].get_static_pad("src")))
        whole.add(source)
        whole.add(paying)
        source.link(paying)
        self.places[source] = (0, 0)
        source.connect("need-data", self.feed)
        source.connect("seek-data", self.seek)
        return whole

    def seek(self, source, time):
        """To the keyframe at or before a time, or to what comes first after it."""
        place = (0, 0)
        for turn, begin in enumerate(self.turns):
            for number, (_, pts, _) in enumerate(self.buffers):
                if self.keys[number] and begin + pts <= time:
                    place = (turn, number)
        self.places[source] = place
        return True

    def feed(self, source, _length):
        turn, number = self.places[source]
        if turn == len(self.turns):
            source.emit("end-of-stream")
            return
        data, pts, duration = self.buffers[number]
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts, buffer.duration = self.turns[turn] + pts, duration
        self.places[source] = (turn, number + 1) if number + 1 < len(self.buffers) else (turn + 1, 0)
        source.emit("push-buffer", buffer)


class Talkative(GstRtspServer.RTSPOnvifMediaFactory):
    """The loop of gst_server, with a backchannel."""

    configure, endless, feed = Loop.configure, Loop.endless, staticmethod(Loop.feed)

    def __init__(self, path, heard):
        super().__init__()
        self.streams = {"v": collect(path, f"d.video_0 ! queue ! h264parse ! {VIDEO_CAPS}")}
        self.duration = max(pts + duration for _, pts, duration in self.streams["v"][1])
        self.set_launch(
            "( appsrc name=v is-live=true format=time ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )"
        )
        self.set_media_gtype(GstRtspServer.RTSPOnvifMedia)
        self.set_backchannel_launch(HEARD.format(heard))
        self.set_backchannel_bandwidth(8000)
        self.connect("media-configure", self.configure)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--start", type=int, required=True)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--heard", required=True)
    options = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPOnvifServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    mounts = server.get_mount_points()
    mounts.add_factory("/replay", Archive(options.file, options.start, options.times))
    mounts.add_factory("/live", Talkative(options.file, options.heard))
    server.attach(None)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP, lambda *_: loop.quit())
    sys.stdout.write(f"ready {server.get_bound_port()}\n")
    sys.stdout.flush()
    loop.run()


if __name__ == "__main__":
    main()
