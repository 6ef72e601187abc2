"""`delivery.assemble` on this machine: files and documents become one ZIP, always the same one."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.providers.base import Cancelled, Produced, RunRequest
from pipeline.providers.local.making import Effort, refuse

#: The list that `sha256sum -c` reads.
CHECKSUMS = "SHA256SUMS"
#: The biggest package that is made: it is handed over in memory.
MAX_PACKAGE_BYTES = 1024**3
_CHUNK_BYTES = 1 << 20
#: The earliest moment that ZIP can state; a package says nothing of when it was packed.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(
    request: RunRequest,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Pack the inputs and documents, and a list of checksums that `sha256sum -c` reads.

    Entries are sorted by path, stored without compression and without a date, so the bytes follow
    from the content alone. The notes list path, SHA-256 and size of every file.

    Raises:
        ProviderError: an input is missing, or the package would be too big.
        Cancelled: it was asked to stop.
    """
    effort = Effort()
    files: list[dict[str, Any]] = []
    sources = _sources(request)
    with tempfile.TemporaryDirectory(prefix="seedframe-package-") as folder:
        target = Path(folder) / "package.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
            for number, (path, source) in enumerate(sorted(sources.items())):
                if cancelled():
                    raise Cancelled
                files.append(_add(package, path, source))
                report((number + 1) / (len(sources) + 1))
            listed = "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in files)
            _add(package, CHECKSUMS, listed.encode())
        content = target.read_bytes()
    return effort.produced(
        position=position,
        content=content,
        media_type="application/zip",
        random_seed=random_seed,
        notes={"files": files},
    )


def _sources(request: RunRequest) -> dict[str, Path | bytes]:
    """What lies where: a file on disk, or a text."""
    found: dict[str, Path | bytes] = {
        document["path"]: document["text"].encode() for document in request.parameters["documents"]
    }
    size = sum(len(text) for text in found.values() if isinstance(text, bytes))
    for media in request.parameters["media"]:
        if media["input"] >= len(request.inputs):
            raise refuse(f"The package names file {media['input'] + 1} of {len(request.inputs)}.")
        found[media["path"]] = request.inputs[media["input"]].path
        size += request.inputs[media["input"]].path.stat().st_size
    if size > MAX_PACKAGE_BYTES:
        raise refuse(
            f"The package would have {size / 1024**3:.1f} GiB; at most"
            f" {MAX_PACKAGE_BYTES / 1024**3:.0f} GiB are packed at once. Deliver fewer cuts."
        )
    return found


def _add(package: zipfile.ZipFile, path: str, source: Path | bytes) -> dict[str, Any]:
    """Write an entry while its checksum is taken."""
    entry = zipfile.ZipInfo(path, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # the same wherever it is packed
    digest, size = hashlib.sha256(), 0
    if isinstance(source, bytes):
        digest.update(source)
        size = len(source)
        package.writestr(entry, source)
    else:
        entry.file_size = source.stat().st_size
        with source.open("rb") as reader, package.open(entry, "w") as writer:
            while chunk := reader.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                writer.write(chunk)
    return {"path": path, "sha256": digest.hexdigest(), "size_bytes": size}
