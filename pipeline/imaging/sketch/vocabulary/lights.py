"""Times of day, weathers and worlds as colour scripts.

Every light is a table of colours chosen by eye. ``sky`` runs from the zenith to the
horizon; ``land`` from the farthest range to the foreground; ``illum`` multiplies the own
colour of whatever stands in the light and ``ambient`` of what stands in its shade.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.imaging.sketch.colour import Colour, from_hex


@dataclass(frozen=True)
class Light:
    """One colour script as given; ``script.build_script`` bends it to the prompt."""

    sky: tuple[Colour, Colour, Colour, Colour]
    sun: Colour
    glow: Colour
    haze: Colour
    land: tuple[Colour, Colour]
    leaf: Colour
    water: Colour
    illum: Colour
    ambient: Colour
    height: float  # of the light: 0 at the horizon … 1 high
    night: float = 0.0  # 0 day … 1 deep night: stars out, windows lit
    overcast: float = 0.0  # 0 hard sun … 1 no direct light
    mist: float = 0.25  # how strongly distance pales


def _light(
    sky: str,
    sun: str,
    glow: str,
    haze: str,
    land: str,
    leaf: str,
    water: str,
    illum: str,
    ambient: str,
    height: float,
    **more: float,
) -> Light:
    stops = [from_hex(code) for code in sky.split()]
    far, near = (from_hex(code) for code in land.split())
    return Light(
        (stops[0], stops[1], stops[2], stops[3]), from_hex(sun), from_hex(glow), from_hex(haze),
        (far, near), from_hex(leaf), from_hex(water), from_hex(illum), from_hex(ambient),
        height, **more,
    )  # fmt: skip


LIGHTS: dict[str, Light] = {
    "day": _light(
        "#3f86c6 #77b3df #b7dbec #e9f4ee", "#fffbe8", "#fff3cf", "#cfe4ea",
        "#93b4c6 #3d6a4c", "#5f9a4e", "#2e7fa6", "#fff8e8", "#a9bcd0", 0.75, mist=0.35),
    "golden": _light(
        "#4f8cc0 #93bcd0 #f2d5a6 #ffd88f", "#fff4d0", "#ffc766", "#f6d3a4",
        "#a99bb0 #4c5a34", "#86993f", "#6f96a8", "#ffe0a8", "#8b8fac", 0.24, mist=0.5),
    "sunset": _light(
        "#2f3b6e #7d5a92 #e57f6c #ffc27c", "#fff0c4", "#ff9d5c", "#f0a47e",
        "#9a6a87 #2b1c36", "#4e3a45", "#b4698a", "#ffb98a", "#6b5a86", 0.06, night=0.15, mist=0.5),
    "dawn": _light(
        "#5877ad #9fa4cf #f0bfb8 #ffe2bf", "#fff4dc", "#ffcfa6", "#ecc7c0",
        "#a79bb8 #47644f", "#78a06c", "#8d9fbd", "#ffdcc4", "#8b90b4", 0.1, night=0.05, mist=0.65),
    "dusk": _light(
        "#16214a #39417c #8a6a9e #e8a08a", "#ffe2c0", "#f08f7a", "#8f749c",
        "#5b5683 #14162d", "#2c3648", "#4a5486", "#c8a0b4", "#4b5080", 0.03, night=0.5, mist=0.45),
    "blue hour": _light(
        "#0e1d45 #23407c #5a7fb4 #c4b8c8", "#f0ecff", "#9db7e6", "#6f8cb8",
        "#48648f #0d1830", "#22384a", "#2b4c80", "#93a8d4", "#40558c", 0.15, night=0.6, mist=0.45),
    "night": _light(
        "#050a1f #0b1738 #182c5a #35507f", "#f2f4ff", "#9fb8ea", "#2c4470",
        "#263b63 #060b1c", "#14283a", "#16305a", "#7f95c8", "#26375f", 0.7, night=1.0, mist=0.35),
    "overcast": _light(
        "#8b9aa6 #a7b3bb #c4ccce #dcdfda", "#f2f2ec", "#e6e8e2", "#ccd2d2",
        "#98a5a9 #414d47", "#6c8062", "#7d939b", "#e2e5e4", "#a9b2b8", 0.7, overcast=0.9, mist=0.6),
    "storm": _light(
        "#1c2430 #364350 #5c6b75 #a7a892", "#e8ecd8", "#b6bda2", "#6d7a7e",
        "#566468 #161d20", "#39493c", "#33474f", "#a9b2aa", "#59666e", 0.5, night=0.3,
        overcast=1.0, mist=0.45),
    "fog": _light(
        "#aebbc0 #c0cacb #d3d9d6 #e4e5de", "#fbf8ee", "#f3efe2", "#d9dedb",
        "#bcc6c7 #55635f", "#7c8d7e", "#a3b2b5", "#eeeeea", "#b9c2c6", 0.35, overcast=0.7,
        mist=1.0),
    "winter": _light(
        "#6f96bd #a3c0d8 #d5e2ea #f4efe9", "#fffaf0", "#ffeeda", "#dde7ee",
        "#a6bccf #5f7488", "#5f7d78", "#6f97b4", "#fff6ec", "#a3b4d0", 0.3, mist=0.55),
    "desert": _light(
        "#3c84b4 #84b3c4 #ead7ac #f8e2b4", "#fffae6", "#ffe9b8", "#eed3a8",
        "#d3a582 #a3633a", "#8a8b4c", "#4f94a6", "#ffedc8", "#b08f8c", 0.5, mist=0.4),
    "neon": _light(
        "#0c0527 #2a0c58 #8b1f8e #ff5fae", "#ffd9a0", "#ff4fa3", "#7a2a94",
        "#4f2180 #0a0620", "#1e3a5c", "#2a1a70", "#d58adf", "#4a3fa0", 0.08, night=0.85, mist=0.35),
    "pastel": _light(
        "#a9c7ee #c9bfeb #f4c9dc #fdeacd", "#fffaf0", "#ffe9d4", "#eed5e2",
        "#c3bfe0 #8fa9b8", "#a6cdb4", "#a9cde0", "#fff6f0", "#c7c0dc", 0.35, mist=0.6),
    "noir": _light(
        "#101113 #2a2b2e #5b5c5f #a3a3a2", "#f4f4f2", "#c8c8c6", "#6a6b6d",
        "#4d4e51 #0d0e10", "#303234", "#3a3c3f", "#c9c9c8", "#4c4d50", 0.25, night=0.8, mist=0.5),
    "space": _light(
        "#03040d #070a1e #0d1232 #1a1a46", "#fff6e0", "#8fb4ff", "#1f2450",
        "#3a3560 #090a18", "#24485a", "#1b2f60", "#fff4e4", "#2c2f58", 0.5, night=1.0, mist=0.1),
    "underwater": _light(
        "#8fe0d8 #2fa6b4 #11698c #072c50", "#f2fff6", "#b6f5e6", "#1a7a98",
        "#155a7c #06203a", "#2f8f78", "#0d4a70", "#c8f2ea", "#1f5f86", 0.95, mist=0.9),
    "studio": _light(
        "#d9cfc2 #e4dbcf #ece4d9 #f1eae0", "#fffaf0", "#fff4e2", "#e9e0d4",
        "#cdbfae #a8917a", "#7f9270", "#9fb4ba", "#fff9f0", "#b3a8a6", 0.6, mist=0.2),
    "lunar": _light(
        "#020308 #04060e #080a16 #12141f", "#ffffff", "#dfe6f4", "#1c1f2c",
        "#6f7178 #55565c", "#5a5c62", "#2a3040", "#f4f4f2", "#34363f", 0.45, night=1.0, mist=0.06),
    "mars": _light(
        "#8a5a48 #b98062 #dcae85 #efd0a4", "#f4f6ff", "#cfe0f4", "#d8a47c",
        "#b0704f #4a2216", "#7a5030", "#8a5b4a", "#ffd9b4", "#8a6462", 0.3, mist=0.7),
}  # fmt: skip

# word or phrase → light, the later in the prompt the weaker its claim
LIGHT_WORDS: dict[str, str] = {
    "day": "day", "daytime": "day", "daylight": "day", "noon": "day", "midday": "day",
    "sunny": "day", "bright day": "day", "blue sky": "day", "summer": "day", "summery": "day",
    "afternoon": "golden", "morning": "dawn", "golden hour": "golden", "late afternoon": "golden",
    "golden light": "golden", "warm light": "golden", "autumn": "golden", "fall": "golden",
    "harvest": "golden", "sunlit": "golden", "sun-drenched": "golden", "backlit": "golden",
    "sunset": "sunset", "sundown": "sunset", "evening": "sunset", "sunrise": "dawn",
    "dawn": "dawn", "daybreak": "dawn", "early morning": "dawn", "spring": "dawn",
    "dusk": "dusk", "twilight": "dusk", "nightfall": "dusk", "blue hour": "blue hour",
    "night": "night", "midnight": "night", "nighttime": "night", "night-time": "night",
    "nocturnal": "night", "moonlit": "night", "moonlight": "night", "starry": "night",
    "starlit": "night", "starry night": "night", "overcast": "overcast", "cloudy": "overcast",
    "grey sky": "overcast", "gray sky": "overcast", "gloomy": "overcast", "rainy": "overcast",
    "storm": "storm", "stormy": "storm", "thunderstorm": "storm", "tempest": "storm",
    "hurricane": "storm", "thunder": "storm", "fog": "fog", "foggy": "fog", "mist": "fog",
    "misty": "fog", "haze": "fog", "hazy": "fog", "winter": "winter", "wintry": "winter",
    "snowy": "winter", "frozen": "winter", "arctic": "winter", "antarctic": "winter",
    "neon": "neon", "cyberpunk": "neon", "synthwave": "neon", "vaporwave": "neon",
    "retrowave": "neon", "outrun": "neon", "neon lights": "neon", "blade runner": "neon",
    "pastel": "pastel", "dreamy": "pastel", "dreamlike": "pastel", "whimsical": "pastel",
    "kawaii": "pastel", "soft colours": "pastel", "soft colors": "pastel",
    "noir": "noir", "film noir": "noir", "black and white": "noir", "monochrome": "noir",
    "space": "space", "outer space": "space", "cosmic": "space", "cosmos": "space",
    "underwater": "underwater", "undersea": "underwater", "deep sea": "underwater",
    "ocean floor": "underwater", "on the moon": "lunar", "lunar surface": "lunar",
    "moon surface": "lunar", "lunar landscape": "lunar", "moonscape": "lunar",
    "mars": "mars", "martian": "mars",
    "amanecer": "dawn", "atardecer": "sunset", "noche": "night", "nuit": "night",
    "nacht": "night", "crépuscule": "dusk", "sonnenuntergang": "sunset", "nebel": "fog",
    "coucher de soleil": "sunset", "niebla": "fog", "brume": "fog",
}  # fmt: skip

# weathers that add things to the picture besides their light
WEATHER_WORDS: dict[str, str] = {
    "rain": "rain", "rainy": "rain", "raining": "rain", "drizzle": "rain", "downpour": "rain",
    "monsoon": "rain", "storm": "rain", "stormy": "rain", "thunderstorm": "lightning",
    "thunder": "lightning", "lightning": "lightning", "snow": "snow", "snowing": "snow",
    "snowfall": "snow", "blizzard": "snow", "snowflake": "snow",
    "fog": "fog", "foggy": "fog", "mist": "fog", "misty": "fog", "hazy": "fog", "haze": "fog",
    "cloudy": "cloud", "overcast": "cloud", "cloud": "cloud", "cumulus": "cloud",
    "windy": "wind", "breeze": "wind", "breezy": "wind",
    "starry": "stars", "starlit": "stars", "moonlit": "moon", "moonlight": "moon",
    "sunny": "sun", "sunlit": "sun", "dust": "fog", "dusty": "fog", "smoke": "fog",
    "smoky": "fog", "god rays": "rays", "sunbeams": "rays", "light rays": "rays",
    "sunbeam": "rays", "sun rays": "rays", "volumetric": "rays", "fireflies": "fireflies",
    "firefly": "fireflies", "petals": "petals", "falling leaves": "leaves",
    "sparkles": "fireflies", "magical": "fireflies", "enchanted": "fireflies",
}  # fmt: skip

SEASON_WORDS: dict[str, str] = {
    "spring": "spring", "summer": "summer", "summery": "summer", "autumn": "autumn",
    "fall": "autumn", "autumnal": "autumn", "harvest": "autumn", "october": "autumn",
    "winter": "winter", "wintry": "winter", "snowy": "winter", "snow": "winter",
    "frozen": "winter", "arctic": "winter", "christmas": "winter", "blizzard": "winter",
    "snowfall": "winter", "snow-covered": "winter", "snowcapped": "winter",
}  # fmt: skip

# mood → (chroma factor, lightness shift, contrast factor, warm shift)
MOOD_WORDS: dict[str, tuple[float, float, float, float]] = {
    "vibrant": (1.3, 0.0, 1.05, 0.0), "vivid": (1.3, 0.0, 1.05, 0.0),
    "colorful": (1.3, 0.02, 1.0, 0.0), "colourful": (1.3, 0.02, 1.0, 0.0),
    "bold": (1.25, 0.0, 1.15, 0.0), "saturated": (1.4, 0.0, 1.0, 0.0),
    "muted": (0.6, 0.0, 0.9, 0.0), "desaturated": (0.4, 0.0, 0.95, 0.0),
    "faded": (0.65, 0.04, 0.85, 0.05), "vintage": (0.75, 0.0, 0.92, 0.2),
    "retro": (0.9, 0.0, 1.0, 0.2), "nostalgic": (0.8, 0.02, 0.92, 0.2),
    "dark": (0.9, -0.12, 1.15, -0.1), "moody": (0.75, -0.08, 1.1, -0.1),
    "dramatic": (1.05, -0.05, 1.2, 0.0), "epic": (1.1, -0.02, 1.15, 0.0),
    "gloomy": (0.5, -0.08, 1.0, -0.1), "melancholic": (0.6, -0.05, 0.95, -0.2),
    "melancholy": (0.6, -0.05, 0.95, -0.2), "sad": (0.6, -0.05, 0.95, -0.25),
    "lonely": (0.7, -0.05, 1.0, -0.2), "eerie": (0.6, -0.1, 1.1, -0.25),
    "spooky": (0.7, -0.12, 1.15, -0.1), "scary": (0.7, -0.15, 1.2, -0.1),
    "haunted": (0.6, -0.12, 1.15, -0.2), "mysterious": (0.8, -0.08, 1.05, -0.15),
    "happy": (1.15, 0.04, 1.0, 0.15), "joyful": (1.2, 0.04, 1.0, 0.15),
    "cheerful": (1.2, 0.04, 1.0, 0.15), "playful": (1.2, 0.04, 1.0, 0.1),
    "calm": (0.8, 0.03, 0.9, 0.0), "serene": (0.85, 0.03, 0.9, 0.0),
    "peaceful": (0.85, 0.03, 0.9, 0.05), "tranquil": (0.8, 0.03, 0.9, -0.05),
    "quiet": (0.8, 0.02, 0.92, 0.0), "soft": (0.85, 0.04, 0.85, 0.05),
    "gentle": (0.85, 0.04, 0.88, 0.05), "delicate": (0.8, 0.05, 0.88, 0.0),
    "cozy": (1.0, -0.02, 1.0, 0.35), "cosy": (1.0, -0.02, 1.0, 0.35),
    "warm": (1.05, 0.0, 1.0, 0.4), "romantic": (1.0, 0.0, 0.95, 0.3),
    "cold": (0.85, 0.0, 1.0, -0.4), "cool": (0.9, 0.0, 1.0, -0.3),
    "chilly": (0.8, 0.0, 1.0, -0.35), "bleak": (0.4, -0.03, 1.0, -0.2),
    "ethereal": (0.85, 0.06, 0.85, -0.05), "airy": (0.8, 0.07, 0.85, 0.0),
    "luxurious": (0.9, -0.06, 1.1, 0.15), "elegant": (0.75, 0.0, 1.0, 0.05),
    "minimal": (0.75, 0.03, 0.95, 0.0), "minimalist": (0.75, 0.03, 0.95, 0.0),
    "gritty": (0.6, -0.05, 1.2, 0.0), "apocalyptic": (0.8, -0.08, 1.2, 0.3),
}  # fmt: skip
