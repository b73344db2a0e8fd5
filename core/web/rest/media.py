"""Pictures and recordings of a camera: snapshot.jpg, frame.jpg, video.mp4."""

from __future__ import annotations

import logging

from asgiref.sync import async_to_sync
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.configuration import configuration
from core.hookspecs.storage import StorageError
from core.media.masks import Masks
from core.media.mp4.assemble import VirtualMp4
from core.media.pictures import PictureError
from core.media.transcoder import CODEC
from core.recorder.waiting import WatchEnded
from core.recording.reading import Place
from core.web import playback, recorders, stretches
from core.web.covered import masks_for
from core.web.pictures import TooBusy, pictures
from core.web.plans import Continuing
from core.web.ranges import range_response
from core.web.rest.cameras import found_camera
from core.web.rest.conventions import RecorderSilent
from core.web.rest.describing import extend_schema
from core.web.rest.timeline import TIMES, stream_of
from core.web.rest.times import required_range, required_time
from core.web.transcoding.recorded import converted
from core.web.watched import note_live, note_playback

log = logging.getLogger("eyrie.web")
LONGEST_VIDEO_MS = 24 * 3_600_000
LONGEST_STRETCH_MS = 600_000
MAX_WIDTH = 7680
LISTEN = "camera.listen"
WIDTH = OpenApiParameter("width", int, description="Most pixels wide; as recorded without it.")
STREAM = TIMES[2]
JPEG = {(200, "image/jpeg"): OpenApiTypes.BINARY}


class Unreadable(APIException):
    """A volume or a decoder cannot do its part now."""

    status_code = 503
    default_code = "unreadable"

    @classmethod
    def volume(cls, error: StorageError) -> Unreadable:
        """Where a volume lies on the machine is for its log, not for who watches."""
        log.warning("a recording cannot be read: %s", error)
        return cls("The volume of this recording cannot be read now; the pages of System say what is wrong with it.")


class ConvertsNothing(APIException):
    """This server is set not to convert video."""

    status_code = 501
    default_detail = "This server converts no video: EYRIE_TRANSCODES is 0."
    default_code = "converts_nothing"


class Snapshot(APIView):
    """What the camera sees now."""

    required: Required = {"GET": "camera.live"}

    @extend_schema(parameters=[WIDTH, STREAM], responses=JPEG)
    def get(self, request: Request, camera_id: int) -> HttpResponseBase:
        """The newest keyframe as a JPEG; 503 when there is none."""
        found_camera(camera_id)
        width, stream = _width(request), stream_of(request).label
        try:
            file = async_to_sync(recorders.keyframe)(camera_id, stream)
        except WatchEnded as end:
            raise RecorderSilent(str(end)) from end
        note_live(request, camera_id)
        return _jpeg(file, 0, width, masks_for(rights_for(request), camera_id, None), "no-store")


class FrameAt(APIView):
    """What the camera saw then."""

    required: Required = {"GET": "camera.playback"}

    @extend_schema(
        parameters=[
            OpenApiParameter("at", str, required=True, description="RFC 3339."),
            OpenApiParameter("keyframe", bool, description="The keyframe at or before it will do: a preview, quickly."),
            WIDTH,
            STREAM,
        ],
        responses=JPEG,
    )
    def get(self, request: Request, camera_id: int) -> HttpResponseBase:
        """The picture that was shown at a time, to the frame, as a JPEG."""
        found_camera(camera_id)
        return picture_of_moment(camera_id, required_time(request.query_params, "at"), request)


class Video(APIView):
    """What the camera recorded."""

    required: Required = {"GET": "camera.playback"}

    @extend_schema(
        parameters=[*TIMES, OpenApiParameter("download", bool, description="Offer to save it as a file.")],
        responses={(200, "video/mp4"): OpenApiTypes.BINARY, (206, "video/mp4"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, camera_id: int) -> HttpResponseBase:
        """A range as one MP4 file with HTTP byte ranges; it begins at the keyframe before `start` and skips gaps.

        A range that is still being recorded is another file, of another ETag, each time it is asked for from the
        beginning. Byte ranges of one player belong to one file: to that of its If-Range tag, or without one to the
        file that was last asked for within a minute. When that file is gone, If-Range gets the new one from its start.

        Who may not see what lies under the camera's privacy masks gets it made anew in H.264, without byte ranges.
        Who may not listen gets it without sound.
        """
        camera = found_camera(camera_id)
        start, end = required_range(request.query_params, LONGEST_VIDEO_MS)
        try:
            plan = playback.playback(
                camera_id, start, end, stream_of(request), _continuing(request), silent=is_silent(request, camera_id)
            )
        except playback.NothingRecorded as error:
            raise NotFound(str(error)) from error
        except StorageError as error:
            raise Unreadable.volume(error) from error
        masks = masks_for(rights_for(request), camera_id, start)
        note_playback(request, camera_id, start, end)
        if masks:
            return _covered(plan.file, masks)
        response = range_response(
            request._request,
            playback.source(plan.file),
            content_type="video/mp4",
            etag=plan.etag,
            filename=f"{camera.name} {request.query_params['start']}.mp4".replace(":", "-").replace("/", "-"),
            download=_said(request, "download"),
        )
        response.headers["Cache-Control"] = "private, no-cache"
        return response


class StretchOf(APIView):
    """What a camera recorded, for players that keep time themselves."""

    required: Required = {"GET": "camera.playback"}

    @extend_schema(
        parameters=[
            *TIMES,
            OpenApiParameter(
                "following", bool, description="Begin at `start` without a keyframe: the player has what comes before."
            ),
            OpenApiParameter("as", str, enum=["h264"], description="For players that cannot play what was recorded."),
        ],
        responses={(200, "video/mp4"): OpenApiTypes.BINARY, 204: None},
    )
    def get(self, request: Request, camera_id: int) -> HttpResponseBase:
        """At most ten minutes as one initialization segment and fragments whose media time is UTC since 1970.

        It ends where the format changes; Content-Type names the codecs. 204 when nothing is recorded in the range:
        players ask in gaps too.
        """
        found_camera(camera_id)
        start, end = required_range(request.query_params, LONGEST_STRETCH_MS)
        masks = masks_for(rights_for(request), camera_id, start)
        convert, following = _converted(request, masks), _said(request, "following")
        silent = is_silent(request, camera_id)
        try:
            found = stretches.stretch(
                camera_id, start, end, stream_of(request), following=following and not convert, silent=silent
            )
            found.probe()
        except playback.NothingRecorded:
            return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
        except StorageError as error:
            raise Unreadable.volume(error) from error
        note_playback(request, camera_id, start, end)
        source = found.source()
        if convert:
            chunks = converted(source.chunks(0, source.size), start if following else 0, masks)
            response = StreamingHttpResponse(chunks, content_type=found.content_type_as(CODEC))
        else:
            response = StreamingHttpResponse(source.chunks(0, source.size), content_type=found.content_type)
            response.headers["Content-Length"] = str(source.size)
        keeps = found.settled and not masks and not silent
        response.headers["Cache-Control"] = "private, max-age=3600" if keeps else "no-store"
        return response


def is_silent(request: Request, camera_id: int) -> bool:
    """Whether who asks gets this camera's recordings without their sound."""
    return not rights_for(request).holds(LISTEN, camera_id)


def picture_of_moment(camera_id: int, at_ms: int, request: Request) -> HttpResponseBase:
    """What was recorded at a time as a JPEG, as `width`, `stream` and `keyframe` ask. Raises NotFound, Unreadable."""
    width = _width(request)
    try:
        file = playback.frame_file(camera_id, at_ms, stream_of(request), keyframe=_said(request, "keyframe"))
    except playback.NothingRecorded as error:
        raise NotFound(str(error)) from error
    except StorageError as error:
        raise Unreadable.volume(error) from error
    cache = "private, max-age=86400, immutable" if file.settled else "private, max-age=1"
    masks = masks_for(rights_for(request), camera_id, file.at_ms)
    note_playback(request, camera_id, at_ms, at_ms)
    if masks:  # they may be changed
        cache = "private, max-age=1"
    return _jpeg(file.data, file.at_ms, width, masks, cache)


def _covered(file: VirtualMp4[Place], masks: Masks) -> HttpResponseBase:
    if not configuration().transcodes:
        raise ConvertsNothing
    chunks = converted(playback.source(file).chunks(0, file.size), 0, masks)
    headers = {"Accept-Ranges": "none", "Cache-Control": "no-store"}
    return StreamingHttpResponse(chunks, content_type="video/mp4", headers=headers)


def _said(request: Request, name: str) -> bool:
    return request.query_params.get(name, "") in ("1", "true")


def _converted(request: Request, masks: Masks) -> bool:
    """Whether H.264 is asked for, or made so that something is covered.

    Raises ValidationError, and ConvertsNothing where the server may not.
    """
    codec = request.query_params.get("as", "")
    if codec not in ("", "h264"):
        raise ValidationError(
            {"as": [f"{codec!r} is not made here; give h264, or leave it out for what was recorded."]}
        )
    wanted = bool(codec or masks)
    if wanted and not configuration().transcodes:
        raise ConvertsNothing
    return wanted


def _continuing(request: Request) -> Continuing | None:
    """What a request for a byte range says of the file it belongs to; None when the whole is asked for."""
    if "Range" not in request.headers:
        return None
    return Continuing(request.headers.get("If-Range", "").strip().strip('"'))


def _width(request: Request) -> int:
    text = request.query_params.get("width", "")
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or not 16 <= int(text[:6]) <= MAX_WIDTH:
        raise ValidationError({"width": [f"{text!r} is no width; give 16 to {MAX_WIDTH} pixels."]})
    return int(text)


def _jpeg(file: bytes, at_ms: int, width: int, masks: Masks, cache: str) -> HttpResponse:
    try:
        picture = async_to_sync(pictures.jpeg)(file, at_ms, width, masks)
    except TooBusy as error:
        raise Unreadable("Too many pictures are asked for at once; try again shortly.") from error
    except PictureError as error:
        raise Unreadable(str(error)) from error
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": cache})
