"""From style words to pens and finishes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipeline.imaging.sketch.finish import Grade
from pipeline.imaging.sketch.pens import blocks, designed, drawn, faceted, lens, painterly
from pipeline.imaging.sketch.pens.common import Pen

_PLAIN = Grade()
_PRINT = Grade(bloom=0.0, toning=0.02, fade=0.0, vignette=0.05, grain=0.004)
_PAPER = Grade(bloom=0.0, toning=0.0, fade=0.0, vignette=0.07, grain=0.005)
_FILM = Grade(bloom=0.3, toning=0.12, fade=0.02, vignette=0.22, grain=0.013)
_PHOTO = Grade(bloom=0.26, toning=0.08, fade=0.012, vignette=0.2, grain=0.007, contrast=1.06)
_VIVID = Grade(
    bloom=0.3, toning=0.06, fade=0.0, vignette=0.12, grain=0.006, saturation=1.18, contrast=1.08
)


_BEFORE = Grade(vignette=0.0, grain=0.0, toning=0.05)


@dataclass(frozen=True)
class Manner:
    """A way of rendering.

    Attributes:
        name: how it is called.
        pen: redraws the painted planes, or None.
        grade: the finish after the pen.
        before: the finish before the pen (light and contrast the pen then draws).
    """

    name: str
    pen: Pen | None = None
    grade: Grade = _PLAIN
    before: Grade | None = _BEFORE


_MANNERS: dict[str, Manner] = {
    manner.name: manner
    for manner in (
        Manner("plain", None, _PLAIN, None),
        Manner("photographic", None, _PHOTO, None),
        Manner("digital art", None, _VIVID, None),
        Manner("minimal", None, replace(_PLAIN, bloom=0.1, vignette=0.05, grain=0.006), None),
        Manner("soft", None, replace(_PLAIN, bloom=0.5, contrast=0.86, fade=0.05, vignette=0.08,
        saturation=0.94), None),
        Manner("fashion", None, replace(_PHOTO, fade=0.05, saturation=0.86, contrast=1.12,
        grain=0.01), None),
        Manner("street", None, replace(_FILM, saturation=0.78, contrast=1.14, grain=0.018), None),
        Manner("hdr", lens.enhance, _VIVID),
        Manner("enhance", lens.enhance, replace(_PHOTO, saturation=1.08)),
        Manner("cinematic", lens.cinematic, _FILM),
        Manner("analog film", lens.analog, replace(_FILM, grain=0.02, toning=0.04)),
        Manner("film noir", lens.noir, replace(_FILM, toning=0.0, grain=0.02, saturation=0.0)),
        Manner("black and white", None, replace(_FILM, saturation=0.0, toning=0.0, contrast=1.16),
        None),
        Manner("sepia", None, replace(_FILM, saturation=0.12, toning=0.34, shadows=(0.24, 0.15,
        0.08), highlights=(1.0, 0.9, 0.72)), None),
        Manner("infrared", lens.infrared, _FILM),
        Manner("tilt-shift", lens.tilt_shift, replace(_PHOTO, bloom=0.1)),
        Manner("long exposure", lens.long_exposure, _PHOTO),
        Manner("double exposure", lens.double_exposure, replace(_FILM, bloom=0.15)),
        Manner("neon", lens.neon, replace(_VIVID, bloom=0.35, toning=0.0)),
        Manner("vaporwave", lens.vaporwave, replace(_VIVID, toning=0.0)),
        Manner("glitch", lens.glitch, replace(_VIVID, grain=0.02)),
        Manner("anime", lens.anime, replace(_VIVID, bloom=0.2, toning=0.02, vignette=0.04,
        grain=0.003)),
        Manner("fantasy art", lens.fantasy, replace(_VIVID, toning=0.04)),
        Manner("3d render", lens.render_3d, replace(_VIVID, bloom=0.18, grain=0.003)),
        Manner("concept art", lens.underdrawn, replace(_PLAIN, vignette=0.14)),
        Manner("matte painting", painterly.oil, replace(_FILM, bloom=0.34, grain=0.006)),
        Manner("watercolour", painterly.watercolour, _PAPER),
        Manner("oil", painterly.oil, replace(_PRINT, contrast=1.05)),
        Manner("gouache", painterly.gouache, _PAPER),
        Manner("impressionist", painterly.impressionist, _PRINT),
        Manner("pastel", painterly.pastel_chalk, _PAPER),
        Manner("fresco", painterly.fresco, _PAPER),
        Manner("pencil", drawn.pencil, _PAPER),
        Manner("coloured pencil", drawn.coloured_pencil, _PAPER),
        Manner("charcoal", drawn.charcoal, _PAPER),
        Manner("ink wash", drawn.ink_wash, _PAPER),
        Manner("line art", drawn.line_art, replace(_PAPER, vignette=0.0, grain=0.002)),
        Manner("ballpoint", drawn.scribble, _PAPER),
        Manner("engraving", drawn.engraving, _PAPER),
        Manner("woodcut", drawn.woodcut, _PAPER),
        Manner("blueprint", drawn.blueprint, replace(_PAPER, vignette=0.16)),
        Manner("comic", drawn.comic, replace(_PRINT, vignette=0.0)),
        Manner("risograph", drawn.halftone_print, replace(_PAPER, vignette=0.0)),
        Manner("pop art", lens.pop_art, replace(_PRINT, vignette=0.0)),
        Manner("low poly", faceted.low_poly, replace(_VIVID, bloom=0.12, grain=0.002)),
        Manner("origami", faceted.origami, replace(_PAPER, vignette=0.12)),
        Manner("stained glass", faceted.stained_glass, replace(_VIVID, bloom=0.2)),
        Manner("mosaic", faceted.mosaic, replace(_PRINT, vignette=0.12)),
        Manner("paper cut", faceted.paper_cut, replace(_PAPER, vignette=0.12)),
        Manner("pixel art", blocks.pixel_art, Grade(bloom=0, contrast=0.76, toning=0, fade=0,
        vignette=0, grain=0)),
        Manner("isometric", blocks.isometric, replace(_PRINT, vignette=0.08)),
        Manner("tile texture", blocks.tile_texture, replace(_PRINT, vignette=0.04)),
        Manner("cross stitch", blocks.cross_stitch, _PRINT),
        Manner("clay", faceted.clay, replace(_VIVID, bloom=0.12, grain=0.004)),
        Manner("art deco", designed.art_deco, _PRINT),
        Manner("art nouveau", designed.art_nouveau, _PRINT),
        Manner("bauhaus", designed.bauhaus, replace(_PRINT, vignette=0.02)),
        Manner("brutalist", designed.brutalist, replace(_PRINT, contrast=1.1, grain=0.02)),
    )
}  # fmt: skip

# Words that mean a manner as a style but a light or a thing in a prompt.
_STYLE_WORDS: dict[str, str] = {
    "neon": "neon", "plain": "plain", "none": "plain", "3d": "3d render", "sketch": "pencil",
    "soft": "soft", "black & white": "black and white", "ink": "ink wash", "marker": "comic",
}  # fmt: skip

_WORDS: dict[str, str] = {
    "watercolour": "watercolour|watercolor|water-colour|water-color|aquarelle|aquarell|acuarela",
    "oil": "oil painting|oil-painting|oil paint|oil on canvas|oil|impasto|renaissance|baroque|"
    "rembrandt|acrylic|painterly|classical painting|palette knife",
    "gouache": "gouache|tempera|storybook|children's book|flat illustration|poster paint",
    "impressionist": "impressionist|impressionism|monet|van gogh|pointillism|pointillist|"
    "post-impressionist|expressionist|renoir|brush strokes",
    "pastel": "pastel drawing|soft pastel|chalk pastel|oil pastel|chalk|pastel|crayon",
    "fresco": "fresco|mural|ancient painting|egyptian painting",
    "pencil": "pencil|pencil sketch|pencil drawing|graphite|sketch|hand-drawn sketch",
    "coloured pencil": "coloured pencil|colored pencil|colour pencil|color pencil",
    "charcoal": "charcoal|conté|conte crayon",
    "ink wash": "ink wash|ink-wash|sumi-e|sumi e|chinese ink|japanese ink|brush ink|ink painting",
    "line art": "line art|line-art|lineart|line drawing|ink drawing|pen and ink|outline|coloring "
    "page|"
    "colouring page|continuous line",
    "ballpoint": "ballpoint|biro|scribble|doodle",
    "engraving": "engraving|etching|engraved|copperplate|banknote|crosshatch|cross-hatching|"
    "lithograph",
    "woodcut": "woodcut|linocut|woodblock|wood block|block print|ukiyo-e|ukiyo e|hokusai|screen "
    "print",
    "blueprint": "blueprint|technical drawing|schematic|cyanotype|architectural drawing",
    "comic": "comic book|comic-book|comic|graphic novel|manga panel|cartoon|superhero comic",
    "risograph": "risograph|riso|halftone|screenprint|zine|print-making",
    "pop art": "pop art|pop-art|warhol|lichtenstein",
    "low poly": "low poly|low-poly|lowpoly|polygonal",
    "origami": "origami|folded paper",
    "stained glass": "stained glass|stained-glass|leaded glass|cathedral glass",
    "mosaic": "mosaic|tesserae|byzantine|roman mosaic",
    "paper cut": "paper cut|papercut|paper-cut|paper cutout|cut paper|layered paper|paper craft|"
    "papercraft|kirigami",
    "pixel art": "pixel art|pixel-art|pixelart|8-bit|8 bit|16-bit|16 bit|retro game",
    "isometric": "isometric|voxel|minecraft|diorama",
    "tile texture": "tile texture|tile-texture|seamless|seamless pattern|azulejo|tileable",
    "cross stitch": "cross stitch|cross-stitch|embroidery|embroidered|tapestry|knitted|needlepoint",
    "clay": "modeling compound|modeling-compound|modelling compound|claymation|clay|plasticine|"
    "play-doh",
    "art deco": "art deco|art-deco|gatsby|1920s poster",
    "art nouveau": "art nouveau|art-nouveau|mucha|jugendstil",
    "bauhaus": "bauhaus|constructivist|de stijl|swiss design",
    "brutalist": "brutalist|brutalism|concrete",
    "anime": "anime|manga|ghibli|cel shaded|cel-shaded|cel shading|makoto shinkai",
    "fantasy art": "fantasy art|fantasy-art|fantasy|fairy tale|fairytale|magical realism",
    "3d render": "3d model|3d-model|3d render|3d|octane render|blender render|cgi|pixar",
    "concept art": "concept art|concept-art|concept sketch|storyboard",
    "matte painting": "matte painting|matte-painting",
    "neon": "neon punk|neon-punk|neonpunk|neon glow|cyberpunk|neon noir|neon lights style|tron",
    "vaporwave": "vaporwave|synthwave|retrowave|outrun|80s retro",
    "glitch": "glitch|glitch art|datamosh|vhs",
    "film noir": "film noir|film-noir|noir|low-key black and white",
    "black and white": "black and white|black-and-white|monochrome|b&w|ansel adams",
    "sepia": "sepia|daguerreotype|tintype|victorian photograph",
    "cinematic": "cinematic|movie still|film still|anamorphic|blockbuster|teal and orange|epic "
    "film",
    "analog film": "analog film|analog-film|analogue film|35mm film|kodak|portra|polaroid|film "
    "grain|vintage photo|lomography",
    "infrared": "infrared|false colour|false color|aerochrome",
    "tilt-shift": "tilt-shift|tilt shift|miniature effect",
    "long exposure": "long exposure|long-exposure|light trails",
    "double exposure": "double exposure|double-exposure|multiple exposure",
    "hdr": "hdr|high dynamic range|hyperreal|hyperrealistic|hyper-realistic",
    "enhance": "enhance|enhanced|crisp detail",
    "digital art": "digital art|digital-art|digital painting|artstation|trending art|vector art|"
    "vector illustration",
    "photographic": "photographic|photography|photo|photograph|photorealistic|realistic|dslr|"
    "studio portrait|product photography|product on white|macro|aerial|drone|bokeh|studio lighting",
    "fashion": "editorial fashion|fashion editorial|editorial|vogue|fashion photography",
    "street": "street photography|street style|documentary|photojournalism|street",
    "minimal": "minimalist|minimalism|minimal|flat design|flat",
    "soft": "dreamy|soft focus|ethereal|soft light|airy|pastel colours|pastel colors",
}  # fmt: skip

_TABLE: list[tuple[re.Pattern[str], str, int]] = sorted(
    (
        (re.compile(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])"), name, len(word))
        for name, words in _WORDS.items()
        for word in words.split("|")
    ),
    key=lambda entry: -entry[2],
)

# Words too common in prompts to mean a manner unless they stand in the style.
_STYLE_ONLY = frozenset(
    {"photographic", "digital art", "street", "minimal", "soft", "enhance", "hdr", "fashion"}
)
_WEAK = frozenset({"oil", "sketch", "concrete", "clay", "outline", "flat", "3d", "pastel", "chalk",
                   "seamless", "fantasy", "street", "photo", "macro", "aerial", "drone", "bokeh",
                   "noir", "cyberpunk", "comic", "glitch", "mural", "mosaic", "crayon",
                   "pencil"})  # fmt: skip

MANNER_NAMES: tuple[str, ...] = tuple(_MANNERS)


def choose_manner(prompt: str, style_words: str) -> Manner:
    """Return the manner that the style's words ask for, else the prompt's, else plain.

    Args:
        prompt: read for unmistakable style phrases only ("watercolour of …").
        style_words: the style's name or fragment; its longest known phrase wins, and
            special manners win over merely photographic ones.
    """
    style = " ".join(style_words.lower().replace("_", " ").split())
    if style in _MANNERS:
        return _MANNERS[style]
    found = _matches(style)
    if not found:
        found = [
            name
            for word, name in _STYLE_WORDS.items()
            if re.search(rf"\b{re.escape(word)}\b", style)
        ]
    for name in found:
        if name not in _STYLE_ONLY:
            return _MANNERS[name]
    if found:
        return _MANNERS[found[0]]
    text = " ".join(prompt.lower().split())[:4000]
    for pattern, name, _ in _TABLE:
        if name not in _STYLE_ONLY:
            match = pattern.search(text)
            if match and (match.group() not in _WEAK or _framed(text, match)):
                return _MANNERS[name]
    return _MANNERS["plain"]


def _matches(text: str) -> list[str]:
    found: list[str] = []
    for pattern, name, _ in _TABLE:
        if name not in found and pattern.search(text):
            found.append(name)
    return found


def _framed(text: str, match: re.Match[str]) -> bool:
    """Whether a weak word is used as a manner: "in oil", "pencil drawing", "comic style"."""
    after = text[match.end() : match.end() + 14].lstrip()
    before = text[: match.start()].rstrip()
    craft = (
        "style",
        "drawing",
        "sketch",
        "painting",
        "art",
        "illustration",
        "photograph",
        "portrait of",
        "of ",
    )
    return after.startswith(craft) or before.endswith((" in", ","))
