"""What this slice tells those above it."""

from django.dispatch import Signal

#: A provider says, by a webhook whose signature is good, that there is news of a request. Sent in
#: a transaction, with `provider` (its code) and `request_id`. Only a hint to ask the provider: the
#: webhook's content is not passed on.
webhook_received = Signal()
