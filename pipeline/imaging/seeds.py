"""How one job's random seed becomes the random seed of each of its variants."""

from __future__ import annotations

import hashlib

MAX_RANDOM_SEED = 2**63 - 1

_DOMAIN = b"seedframe variant seed v1\x00"


def variant_seed(job_seed: int, index: int) -> int:
    """Return the random seed of variant ``index`` (0, 1, 2, …) of a job.

    The seed depends on nothing but the two numbers, so variant 2 is the same picture
    in a batch of four and in a batch of ten, and can be made again on its own. Index 0
    is hashed like any other: a variant's seed is never the job's own.

    Args:
        job_seed: the job's random seed, 0 … 2**63-1.
        index: position of the variant in the job, 0 … 2**32-1.

    Returns:
        An integer in 0 … 2**63-1.

    Raises:
        ValueError: a number is outside its range.
    """
    if not 0 <= job_seed <= MAX_RANDOM_SEED:
        raise ValueError(f"job_seed must lie in 0 … 2**63-1, got {job_seed}")
    if not 0 <= index < 2**32:
        raise ValueError(f"index must lie in 0 … 2**32-1, got {index}")
    message = _DOMAIN + job_seed.to_bytes(8, "big") + index.to_bytes(4, "big")
    return int.from_bytes(hashlib.sha256(message).digest()[:8], "big") >> 1
