"""Emoji, spelled out in words the tables know."""

from __future__ import annotations

EMOJI: dict[str, str] = {
    "🌅": "sunrise sea", "🌄": "sunrise mountain", "🌇": "sunset city", "🌆": "dusk city",
    "🌃": "night city", "🌌": "milky way night", "🌉": "bridge night", "☀": "sun", "🌞": "sun",
    "🌙": "moon night", "🌕": "full moon", "⭐": "stars", "✨": "stars", "🌟": "stars",
    "☁": "cloud", "🌧": "rain", "⛈": "thunderstorm", "❄": "snow", "☃": "snow", "🌈": "rainbow",
    "⚡": "lightning", "🔥": "campfire", "🌊": "wave", "🏔": "mountain snowy", "⛰": "mountain",
    "🗻": "fuji", "🌋": "volcano", "🏜": "desert", "🏝": "island palm", "🏖": "beach",
    "🌲": "conifer", "🌳": "tree", "🌴": "palm", "🌵": "cactus", "🌷": "tulip", "🌸": "blossom",
    "🌹": "red rose", "🌺": "flower", "🌻": "sunflower", "🌼": "daisy", "🍀": "meadow",
    "🍁": "autumn leaf", "🍂": "autumn leaf", "🍄": "mushroom", "🐱": "cat", "🐈": "cat",
    "🐶": "dog", "🐕": "dog", "🦊": "fox", "🐺": "wolf", "🐻": "bear", "🦁": "lion",
    "🐯": "tiger", "🐴": "horse", "🐎": "horse", "🦌": "deer", "🐘": "elephant", "🐰": "rabbit",
    "🦉": "owl", "🦋": "butterfly", "🐝": "bee", "🐟": "fish", "🐠": "fish", "🐳": "whale",
    "🐋": "whale", "🐬": "dolphin", "🦈": "shark", "🐙": "octopus", "🐢": "turtle",
    "🐦": "bird", "🦅": "eagle", "🦢": "swan", "🦆": "duck", "🐧": "penguin", "🐉": "dragon",
    "🚗": "car", "🚌": "bus", "🚲": "bicycle", "🚂": "train", "⛵": "sailboat", "🚢": "ship",
    "✈": "plane", "🚀": "rocket", "🛸": "ufo", "🎈": "balloon", "🏙": "city", "🏠": "house",
    "🏰": "castle", "⛪": "church", "🗼": "tower", "⛺": "tent", "☕": "coffee cup",
    "🍷": "wine glass", "🍎": "apple", "🍋": "lemons", "🍰": "cake", "🎂": "birthday cake",
    "📷": "camera", "📱": "phone", "📚": "books", "🎸": "guitar", "🕯": "candle", "❤": "heart",
    "💎": "crystal", "🤖": "robot", "👩": "woman", "👨": "man", "🧑": "portrait",
    "🪐": "planet", "🌍": "earth", "🧑‍🚀": "astronaut", "🎆": "fireworks", "👤": "person",
}  # fmt: skip
