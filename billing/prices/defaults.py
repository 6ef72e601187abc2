"""The price book that a new studio starts with. Pure data; an Admin's prices replace these.

Credits per unit; `usd` is what the provider asks, where that is known (public price lists, autumn
2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from billing.prices.models import Unit

IMAGE, CPU, GPU = Unit.Code.IMAGE, Unit.Code.CPU_SECOND, Unit.Code.GPU_SECOND
VIDEO, REQUEST = Unit.Code.SECOND_OF_VIDEO, Unit.Code.REQUEST


@dataclass(frozen=True)
class Line:
    """One line of the default price book.

    `factors` are permille by (parameter, value); `minimum` is in thousandths of the unit.
    """

    sku: str
    title: str
    credits: str
    usd: str | None = None
    unit: Unit.Code = IMAGE
    minimum: int = 0
    factors: Mapping[tuple[str, str], int] = field(default_factory=dict)


#: WAN and InfiniteTalk ask in proportion to the height of the picture.
_WAN = {("resolution", "720p"): 2000, ("resolution", "1080p"): 3000}
_TALK = {("resolution", "720p"): 2000}

LOCAL = (
    Line("create.image/local/sketch", "Local sketch", "0.1", unit=CPU),
    Line("transform.image_to_video/local/motion", "Local motion", "0.1", unit=CPU),
    Line("video.examine/local/measures", "Take measures", "0.1", unit=CPU),
    Line("video.measure_boundary/local/measures", "Boundary measures", "0.1", unit=CPU),
    Line("video.heal_boundary/local/bridge", "Local bridge", "0.1", unit=CPU),
    Line("video.render_cut/local/cuts", "Local renderer", "0.1", unit=CPU),
    Line("delivery.assemble/local/packer", "Local packer", "0.1", unit=CPU),
    Line("seed.forward/local/foundation", "Local foundation", "0.1", unit=CPU),
    Line("seed.reverse/local/portrait", "Local portrait", "0.1", unit=CPU),
    Line("seed.refine/local/refine", "Local refinement", "0.1", unit=CPU),
    Line("seed.crop/local/crop", "Local crop", "0.1", unit=CPU),
    Line("seed.merge/local/merge", "Local merge", "0.1", unit=CPU),
    Line("system.noop/local/noop", "No operation", "0"),
    Line("system.cache_hit/local/cache", "Result from the cache", "0", "0", unit=REQUEST),
)

COMFYUI = (
    Line("create.image/comfyui/workflow", "Own ComfyUI, image", "0.05", unit=GPU),
    Line("transform.image_to_video/comfyui/workflow", "Own ComfyUI, video", "0.05", unit=GPU),
    Line("comfyui.run/comfyui/workflow", "Own ComfyUI, any workflow", "0.05", unit=GPU),
)

# Stability's own credits are worth what ours are.
STABILITY = (
    Line("create.image/stability/ultra", "Stable Image Ultra", "8", "0.08"),
    Line("create.image/stability/core", "Stable Image Core", "3", "0.03"),
    Line("create.image/stability/sd3.5-large", "Stable Diffusion 3.5 Large", "6.5", "0.065"),
    Line("create.image/stability/sd3.5-large-turbo", "SD 3.5 Large Turbo", "4", "0.04"),
    Line("create.image/stability/sd3.5-medium", "Stable Diffusion 3.5 Medium", "3.5", "0.035"),
    Line("create.image/stability/sd3.5-flash", "Stable Diffusion 3.5 Flash", "2.5", "0.025"),
    Line("edit.erase/stability/stable-image", "Erase", "5", "0.05"),
    Line("edit.inpaint/stability/stable-image", "Inpaint", "5", "0.05"),
    Line("edit.outpaint/stability/stable-image", "Outpaint", "4", "0.04"),
    Line("edit.search_replace/stability/stable-image", "Search and replace", "5", "0.05"),
    Line("edit.search_recolor/stability/stable-image", "Search and recolour", "5", "0.05"),
    Line("edit.remove_background/stability/stable-image", "Remove background", "5", "0.05"),
    Line(
        "edit.replace_background/stability/stable-image",
        "Replace background and relight",
        "8",
        "0.08",
    ),
    Line("upscale.fast/stability/stable-image", "Fast upscale", "2", "0.02"),
    Line("upscale.conservative/stability/stable-image", "Conservative upscale", "40", "0.40"),
    Line("upscale.creative/stability/stable-image", "Creative upscale", "60", "0.60"),
    Line("control.sketch/stability/stable-image", "Sketch control", "5", "0.05"),
    Line("control.structure/stability/stable-image", "Structure control", "5", "0.05"),
    Line("control.style/stability/stable-image", "Style control", "5", "0.05"),
    Line("control.style_transfer/stability/stable-image", "Style transfer", "8", "0.08"),
    Line("transform.image_to_3d/stability/stable-fast-3d", "Stable Fast 3D", "10", "0.10"),
    Line("transform.image_to_3d/stability/stable-point-aware-3d", "Point Aware 3D", "4", "0.04"),
)

WAVESPEED = (
    Line("create.image/wavespeed/qwen-image", "Qwen Image", "3", "0.02"),
    Line("create.image/wavespeed/ideogram-v3-turbo", "Ideogram V3 Turbo", "5", "0.03"),
    Line("edit.prompt/wavespeed/qwen-image-edit", "Qwen Image Edit", "2", "0.02"),
    Line("edit.prompt/wavespeed/flux-kontext-pro", "FLUX Kontext Pro, edit", "4", "0.04"),
    Line("edit.prompt/wavespeed/seedream-v4.5", "Seedream 4.5, edit", "4", "0.04"),
    Line(
        "edit.prompt/wavespeed/nano-banana-pro-ultra",
        "Nano Banana Pro Ultra, edit",
        "15",
        "0.15",
        factors={("resolution", "8k"): 1200},
    ),
    Line(
        "transform.image_to_video/wavespeed/wan-2.5",
        "WAN 2.5, image to video",
        "5",
        "0.05",
        unit=VIDEO,
        factors=_WAN,
    ),
    Line(
        "transform.talking_avatar/wavespeed/infinitetalk",
        "InfiniteTalk",
        "3",
        "0.03",
        unit=VIDEO,
        minimum=5000,
        factors=_TALK,
    ),
)

HUGGINGFACE = (
    Line("create.image/huggingface/flux.1-schnell", "FLUX.1 schnell", "2"),
    Line("create.image/huggingface/flux.1-dev", "FLUX.1 dev", "3"),
    Line("create.image/huggingface/flux.1-krea-dev", "FLUX.1 Krea dev", "4"),
    Line("edit.prompt/huggingface/flux.2-klein-9b", "FLUX.2 klein 9B, edit", "3"),
)

GEMINI = (
    Line("create.image/gemini/nano-banana-2.1", "Gemini Nano Banana 2.1", "4", "0.0336"),
    Line("create.image/gemini/gemini-2.5-flash-image", "Gemini 2.5 Flash Image", "4", "0.039"),
    Line("create.image/gemini/imagen-4.0-fast", "Imagen 4 Fast", "4", "0.02"),
    Line("create.image/gemini/imagen-4.0", "Imagen 4", "5", "0.04"),
    Line("create.image/gemini/imagen-4.0-ultra", "Imagen 4 Ultra", "6", "0.06"),
    Line("edit.prompt/gemini/nano-banana-2.1", "Gemini Nano Banana 2.1, edit", "4", "0.0336"),
    Line(
        "transform.image_to_video/gemini/omni-1.1-flash",
        "Gemini Omni 1.1 Flash, image to video",
        "12",
        "0.10",
        unit=VIDEO,
    ),
)

# What Bria asks for its older edits is not on its public list.
BRIA = (
    Line("create.image/bria/fibo", "Bria FIBO", "4", "0.03"),
    Line("prompt.structure/bria/fibo", "Bria FIBO, structured prompt", "3", "0.02", unit=REQUEST),
    Line("edit.prompt/bria/fibo-edit", "Bria FIBO Edit", "4", "0.03"),
    Line("edit.remove_background/bria/rmbg", "Bria Background Remover", "2", "0.018"),
    Line("edit.erase/bria/eraser", "Bria Eraser", "4"),
    Line("edit.inpaint/bria/gen-fill", "Bria Generative Fill", "4"),
    Line("edit.outpaint/bria/expand", "Bria Expand", "4"),
    Line("edit.replace_background/bria/background", "Bria Background Replacement", "4"),
    Line("upscale.increase/bria/increase-resolution", "Bria Increase Resolution", "4"),
)

PRICE_BOOK: tuple[Line, ...] = (
    *LOCAL,
    *COMFYUI,
    *STABILITY,
    *WAVESPEED,
    *HUGGINGFACE,
    *GEMINI,
    *BRIA,
)
