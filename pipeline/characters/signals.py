"""How characters speak to the slices above them."""

from __future__ import annotations

from django.dispatch import Signal

#: A character was made; arguments `character`, `actor`. Sent in the transaction that makes it, so
#: what a receiver writes is there if and only if the character is.
character_created = Signal()
