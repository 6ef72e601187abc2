"""Every model at WaveSpeed that the studio uses, and how a request becomes its JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.imaging.sizes import SizeRange, plan_size
from pipeline.providers.base import ErrorClass, InputFile, ProviderError, RunRequest
from pipeline.providers.facts import (
    GEMINI_ASPECTS,
    IDEOGRAM_ASPECTS,
    QWEN_SIZES,
    aspect_for,
    wan_seconds,
)
from pipeline.providers.films import Wanted, sound_of_length, sound_seconds, start_picture
from pipeline.providers.pictures import (
    Picture,
    PictureRule,
    inputs_of,
    prepare_mask,
    prepare_picture,
)

Size = tuple[int, int]
Body = dict[str, Any]

#: Largest files: of pictures, of InfiniteTalk's portraits, of WAN's recordings, of any recording.
PICTURE, PORTRAIT = PictureRule(max_bytes=20_000_000), PictureRule(max_bytes=10_000_000)
MOST_WAN_SOUND_BYTES, MOST_SOUND_BYTES = 15_000_000, 50_000_000
#: WAN takes recordings of these lengths, seconds.
WAN_SOUND_SECONDS = (3, 30)
SEEDREAM_SIZES = SizeRange(1024, 4096)
#: What Nano Banana Pro takes: those of Gemini that its first generations knew.
NANO_ASPECTS = dict(list(GEMINI_ASPECTS.items())[:10])
#: Random seeds lie between 0 and this.
MOST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Upload:
    """A file that is sent before the request, which then names its address."""

    content: bytes
    media_type: str
    file_name: str


@dataclass(frozen=True)
class Call:
    """All of a request but its seed and the addresses of its files.

    Attributes:
        body: the JSON document.
        files: what takes the place of an address in a field, or of a list of addresses.
        wanted: exact size of the picture, pixels; None as it comes.
        take: what the film is brought to; None: it is kept as it comes.
        media: "image" or "video".
        is_seeded: whether it takes a random seed.
        quantity_milli: what is charged, thousandths of the price's unit.
        limit_s: seconds that it may take; None as usual.
    """

    body: Body
    files: Mapping[str, Upload | Sequence[Upload]] = field(default_factory=dict)
    wanted: Size | None = None
    take: Wanted | None = None
    media: str = "image"
    is_seeded: bool = True
    quantity_milli: int = 1000
    limit_s: float | None = None


def provider_seed(random_seed: int) -> int:
    """A seed of ours in the range that is sent, 0 … 2147483647."""
    return random_seed % (MOST_SEED + 1)


def call_for(request: RunRequest) -> Call:
    """The call that runs a request.

    Raises:
        ProviderError: there is none for it, or an input is outside the model's limits.
    """
    build = CALLS.get((request.operation, request.model))
    if build is None:
        raise _refuse("WaveSpeed can't run this operation with this model. Choose another one.")
    call = build(request)
    for name in [name for name, value in call.body.items() if value in (None, "")]:
        del call.body[name]
    return call


def qwen_image(request: RunRequest) -> Call:
    """Qwen Image: any size between 256 and 1536 a side."""
    wanted = request.parameters["width_px"], request.parameters["height_px"]
    body = {"prompt": _words(request), "size": _size(QWEN_SIZES, wanted), "output_format": "png"}
    return Call(body, wanted=wanted)


def ideogram(request: RunRequest) -> Call:
    """Ideogram V3: an aspect ratio; it takes no seed."""
    wanted = request.parameters["width_px"], request.parameters["height_px"]
    aspect, _ = aspect_for(IDEOGRAM_ASPECTS, *wanted)
    body = {"prompt": _words(request), "aspect_ratio": aspect, "style": "Auto"}
    return Call(body, wanted=wanted, is_seeded=False)


def qwen_edit(request: RunRequest) -> Call:
    """Qwen Image Edit, in the picture's own size as far as it can."""
    base = _base(request)
    body = {
        "prompt": request.parameters["instruction"],
        "size": _size(QWEN_SIZES, _sides(base)),
        "output_format": "png",
    }
    return Call(body, {"image": _upload(base)}, wanted=_sides(base))


def kontext(request: RunRequest) -> Call:
    """FLUX Kontext Pro; without an aspect ratio it keeps the picture's."""
    base = _base(request)
    body = {
        "prompt": request.parameters["instruction"],
        "guidance_scale": request.parameters.get("guidance"),
    }
    return Call(body, {"image": _upload(base)}, wanted=_sides(base), is_seeded=False)


def seedream(request: RunRequest) -> Call:
    """Seedream 4.5: the picture and what its instruction speaks of, up to ten in all."""
    base, pictures = _with_references(request)
    body = {
        "prompt": request.parameters["instruction"],
        "size": _size(SEEDREAM_SIZES, _sides(base)),
    }
    return Call(body, {"images": pictures}, wanted=_sides(base), is_seeded=False)


def nano_banana(request: RunRequest) -> Call:
    """Nano Banana Pro Ultra: very large, so that it is kept in the size that comes."""
    base, pictures = _with_references(request)
    body = {
        "prompt": request.parameters["instruction"],
        "aspect_ratio": aspect_for(NANO_ASPECTS, *_sides(base))[0],
        "resolution": request.parameters.get("resolution") or "4k",
    }
    return Call(body, {"images": pictures}, is_seeded=False)


def wan(request: RunRequest) -> Call:
    """WAN 2.5: the shortest film that holds the take."""
    given = request.parameters
    frames = inputs_of(request.inputs, "start-frame")
    if not frames:
        raise _refuse("WAN 2.5 needs a start frame.")
    take = Wanted.of(given)
    files = {"image": _upload(start_picture(frames[0], take, PICTURE))}
    if recordings := inputs_of(request.inputs, "audio"):
        files["audio"] = _recording(recordings[0])
    length = wan_seconds(given["frames"], given["fps_num"], given["fps_den"])
    body = {
        "prompt": given["prompt"],
        "negative_prompt": given.get("negative_prompt"),
        "resolution": given.get("resolution") or "720p",
        "duration": length,
        "enable_prompt_expansion": bool(given.get("expand_prompt")),
    }
    return Call(body, files, take=take, media="video", quantity_milli=1000 * length)


def infinitetalk(request: RunRequest) -> Call:
    """InfiniteTalk: as long as the recording, which is brought to the length that was ordered."""
    given = request.parameters
    pictures = inputs_of(request.inputs, "base")
    recordings = inputs_of(request.inputs, "audio")
    if not pictures or not recordings:
        raise _refuse("This needs a portrait and a recording.")
    portrait = prepare_picture(pictures[0], PORTRAIT)
    seconds = int(given["seconds"])
    sound = sound_of_length(recordings[0], seconds)
    if len(sound) > MOST_SOUND_BYTES:
        raise _refuse("The recording is larger than the 50 MB that WaveSpeed takes. Shorten it.")
    files = {"image": _upload(portrait), "audio": Upload(sound, "audio/flac", "recording.flac")}
    if masks := inputs_of(request.inputs, "mask"):
        files["mask_image"] = _upload(prepare_mask(masks[0], *_sides(portrait)))
    body = {"prompt": given.get("prompt"), "resolution": given.get("resolution") or "480p"}
    # 10 to 30 seconds of work for each second of the film.
    limit_s = max(3600.0, 40.0 * seconds)
    return Call(body, files, media="video", quantity_milli=1000 * seconds, limit_s=limit_s)


CALLS: Mapping[tuple[str, str], Callable[[RunRequest], Call]] = {
    ("create.image", "qwen-image"): qwen_image,
    ("create.image", "ideogram-v3-turbo"): ideogram,
    ("edit.prompt", "qwen-image-edit"): qwen_edit,
    ("edit.prompt", "flux-kontext-pro"): kontext,
    ("edit.prompt", "seedream-v4.5"): seedream,
    ("edit.prompt", "nano-banana-pro-ultra"): nano_banana,
    ("transform.image_to_video", "wan-2.5"): wan,
    ("transform.talking_avatar", "infinitetalk"): infinitetalk,
}


def _words(request: RunRequest) -> str:
    parts = (request.parameters.get("prompt"), request.parameters.get("style_prompt"))
    return ", ".join(str(part) for part in parts if part)


def _size(support: SizeRange, wanted: Size) -> str:
    plan = plan_size(support, *wanted)
    return f"{plan.request_width_px}*{plan.request_height_px}"


def _base(request: RunRequest) -> Picture:
    given = inputs_of(request.inputs, "base")
    if not given:
        raise _refuse("This needs a picture.")
    return prepare_picture(given[0], PICTURE)


def _with_references(request: RunRequest) -> tuple[Picture, list[Upload]]:
    base = _base(request)
    more = [prepare_picture(file, PICTURE) for file in inputs_of(request.inputs, "reference")]
    return base, [_upload(picture) for picture in (base, *more)]


def _recording(file: InputFile) -> Upload:
    """WAN's recording, as it is."""
    least, most = WAN_SOUND_SECONDS
    if not least <= sound_seconds(file) <= most:
        raise _refuse(f"WAN 2.5 takes recordings of {least} to {most} seconds.")
    content = file.path.read_bytes()
    if len(content) > MOST_WAN_SOUND_BYTES:
        raise _refuse("The recording is larger than the 15 MB that WAN 2.5 takes. Shorten it.")
    ending = "mp3" if file.media_type == "audio/mpeg" else "wav"
    return Upload(content, file.media_type, f"recording.{ending}")


def _upload(picture: Picture) -> Upload:
    return Upload(picture.content, picture.media_type, picture.file_name)


def _sides(picture: Picture) -> Size:
    return picture.width_px, picture.height_px


def _refuse(message: str) -> ProviderError:
    return ProviderError(message, error_class=ErrorClass.INPUT)
