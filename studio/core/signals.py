"""Signals by which the ground speaks upward."""

from django.dispatch import Signal

#: A person was added; sent inside the transaction. Arguments: `user`.
user_created = Signal()
