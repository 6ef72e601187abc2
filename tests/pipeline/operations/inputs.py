"""Input files for requests: pictures of any size and a recording, in the library."""

from __future__ import annotations

import io
import wave

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes
from studio.core.models import Project
from tests.assets.pictures import png


def image_version(project: Project, width_px: int = 512, height_px: int = 512) -> Version:
    """A picture of this size in the project."""
    return _version(project, png(width_px, height_px), "image/png", f"{width_px}×{height_px}.png")


def audio_version(project: Project) -> Version:
    """A second of silence in the project."""
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))
    return _version(project, content.getvalue(), "audio/wav", "voice.wav")


def _version(project: Project, content: bytes, media_type: str, name: str) -> Version:
    return add_asset(
        actor=project.owner,
        project=project,
        blob=ingest_bytes(content, media_type=media_type),
        title=name,
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SUPPORTING,
        file_name=name,
    )
