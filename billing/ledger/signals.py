"""Signals by which the ledger speaks to the slices above it."""

from django.dispatch import Signal

#: A wallet lacks credits for a hold. Sent inside the hold's transaction, while the wallet is
#: locked; a receiver may put credits into it. Arguments: `user`, `shortage_microcredits`.
wallet_short = Signal()
