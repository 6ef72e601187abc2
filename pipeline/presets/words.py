"""Words that tell where a picture goes, what shape suits it and which look it leans to."""

from __future__ import annotations

import re

from pipeline.presets.models import Look, Platform


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that name a platform or place.
PLATFORM_WORDS: dict[Platform.Code, frozenset[str]] = {
    Platform.Code.INSTAGRAM: frozenset({"instagram", "insta", "ig", "reel"}),
    Platform.Code.FACEBOOK: frozenset({"facebook", "fb"}),
    Platform.Code.X: frozenset({"x", "twitter", "tweet"}),
    Platform.Code.LINKEDIN: frozenset({"linkedin"}),
    Platform.Code.YOUTUBE: frozenset({"youtube", "yt", "vlog"}),
    Platform.Code.PINTEREST: frozenset({"pinterest", "pin"}),
    Platform.Code.TIKTOK: frozenset({"tiktok"}),
    Platform.Code.BLOG: frozenset({"blog", "article", "essay"}),
    Platform.Code.EMAIL: frozenset({"email", "mail", "newsletter", "mailing"}),
    Platform.Code.WEB: frozenset({"web", "website", "homepage", "landing", "webshop"}),
    Platform.Code.PRINT: frozenset({"print", "printed", "poster", "flyer", "brochure", "a4"}),
}

#: Words of a prompt that mean a tall, a wide or a square picture.
TALL, WIDE, SQUARE = "tall", "wide", "square"
SHAPE_WORDS: dict[str, frozenset[str]] = {
    TALL: _set(
        "portrait vertical tall upright person woman man girl boy dancer fashion lighthouse tower "
        "skyscraper tree waterfall giraffe statue cactus bottle rocket sunflower candle "
        "astronaut samurai wizard phone"
    ),
    WIDE: _set(
        "landscape horizontal wide panorama panoramic skyline cityscape horizon sea ocean beach "
        "mountain desert dune valley meadow road train car coast harbour bridge lake river sky "
        "galaxy plain prairie field canyon"
    ),
    SQUARE: _set(
        "square product packshot logo icon cup mug perfume shoe watch ring cake jewellery jewelry "
        "food dish plate flower cat dog still"
    ),
}

#: Words of a prompt that lean to a look.
LOOK_WORDS: dict[Look.Code, frozenset[str]] = {
    Look.Code.PHOTOGRAPHIC: _set(
        "photo photograph photographic portrait macro product lens realistic candid"
    ),
    Look.Code.DIGITAL_ART: _set(
        "illustration illustrated drawing painting watercolour watercolor anime comic vector art "
        "poster flat graphic pixel"
    ),
    Look.Code.CINEMATIC: _set("cinematic film movie trailer noir dramatic epic still scene"),
}

#: Words too common to tell anything.
EMPTY_WORDS = _set(
    "a an and as at by can for from in is it its my of on one or our that the this to with your "
    "picture image page shown make full first across every work"
)


def words_of(text: str) -> list[str]:
    """The words of a text in order: lower case, without plural s, `e-mail` as one."""
    plain = text.lower().replace("e-mail", "email").replace("tik tok", "tiktok")
    return [_singular(word) for word in re.findall(r"[\w]+", plain)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
