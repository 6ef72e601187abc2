"""How jobs speak to the slices above them."""

from __future__ import annotations

from django.dispatch import Signal

#: A job has come to an end, whichever; argument `job`. Sent in the transaction that ends it, so
#: what a receiver writes is there if and only if the end is. Receivers must be quick: they write
#: rows or enqueue tasks, nothing else.
job_ended = Signal()

#: A failed job has got a successor at another provider; arguments `job` and `by`. Sent in the same
#: transaction as `job_ended`, after it: who follows the one goes on with the other.
job_replaced = Signal()
