"""What paid models take, as their documentation says: sizes by aspect ratio, passes by quality.

Where a provider is asked for an aspect ratio and not for pixels, the size beside it is what it was
seen to answer with. A picture of another size does no harm: it is fitted to what was wanted.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.imaging.sizes import SizePlan, SizeRange, plan_size

Aspects = Mapping[str, tuple[int, int]]

#: Stable Image Ultra and Stable Diffusion 3.5: one megapixel.
STABILITY_ASPECTS: Aspects = {
    "1:1": (1024, 1024),
    "5:4": (1088, 896),
    "4:5": (896, 1088),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
    "21:9": (1536, 640),
    "9:21": (640, 1536),
}
#: Stable Image Core answers with half as much again on each side.
STABILITY_CORE_ASPECTS: Aspects = {
    name: (width * 3 // 2, height * 3 // 2) for name, (width, height) in STABILITY_ASPECTS.items()
}
IDEOGRAM_ASPECTS: Aspects = {
    "1:1": (1024, 1024),
    "16:9": (1312, 736),
    "9:16": (736, 1312),
    "4:3": (1152, 864),
    "3:4": (864, 1152),
}
#: Nano Banana at an image size of 1K.
GEMINI_ASPECTS: Aspects = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
    "1:4": (512, 2064),
    "4:1": (2064, 512),
    "1:8": (352, 2928),
    "8:1": (2928, 352),
}
IMAGEN_ASPECTS: Aspects = {
    "1:1": (1024, 1024),
    "3:4": (896, 1280),
    "4:3": (1280, 896),
    "9:16": (768, 1408),
    "16:9": (1408, 768),
}
#: Bria FIBO at a resolution of one megapixel; the ratios that both of its generations take.
FIBO_ASPECTS: Aspects = {
    "1:1": (1024, 1024),
    "2:3": (832, 1216),
    "3:2": (1216, 832),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
}
QWEN_SIZES = SizeRange(256, 1536)
FLUX_SIZES = SizeRange(256, 1440, multiple_px=16)

#: Passes that FIBO makes for each quality; it takes 35 to 50.
FIBO_STEPS: Mapping[str, int] = {"draft": 35, "standard": 42, "premium": 50}

#: WAN 2.5 makes films of these lengths, seconds, and of these heights (short sides), px.
WAN_SECONDS = (5, 10)
WAN_RESOLUTIONS: Mapping[str, int] = {"480p": 480, "720p": 720, "1080p": 1080}
#: Gemini Omni makes films of whole seconds between these.
OMNI_LEAST_SECONDS, OMNI_MOST_SECONDS = 3, 10


def aspect_for(aspects: Aspects, width_px: int, height_px: int) -> tuple[str, SizePlan]:
    """The aspect ratio to ask for when a size is wanted, and how its answer is fitted."""
    plan = plan_size(list(aspects.values()), width_px, height_px)
    request = (plan.request_width_px, plan.request_height_px)
    return next(name for name, size in aspects.items() if size == request), plan


def seconds_of(frames: int, fps_num: int, fps_den: int) -> int:
    """Whole seconds that hold so many frames at a rate, rounded up."""
    return -(-frames * fps_den // fps_num)


def wan_seconds(frames: int, fps_num: int, fps_den: int) -> int:
    """The shortest length that WAN offers and that holds so many frames, seconds.

    The film that comes is brought to the wanted rate, size and number of frames: what is beyond
    its last wanted frame is cut away. Beyond the longest, the longest.
    """
    wanted = seconds_of(frames, fps_num, fps_den)
    return next((length for length in WAN_SECONDS if length >= wanted), WAN_SECONDS[-1])


def omni_seconds(frames: int, fps_num: int, fps_den: int) -> int:
    """The length to ask Gemini Omni for, seconds; likewise."""
    wanted = seconds_of(frames, fps_num, fps_den)
    return min(OMNI_MOST_SECONDS, max(OMNI_LEAST_SECONDS, wanted))


def resolution_for(width_px: int, height_px: int) -> str:
    """The smallest of WAN's resolutions whose short side covers a size; beyond, the largest."""
    short = min(width_px, height_px)
    return next((name for name, side in WAN_RESOLUTIONS.items() if side >= short), "1080p")
