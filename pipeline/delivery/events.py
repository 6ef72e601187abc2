"""Kinds of event that deliveries record."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class DeliveryEvents(Codes):
    """What happens to deliveries."""

    DELIVERY_CREATED = 490, "delivery.created", "Delivery made"
    DELIVERY_PACKED = 491, "delivery.packed", "Delivery packed"
    DELIVERY_REPEATED = 492, "delivery.repeated", "Delivery packed again"
    DELIVERY_FAILED = 493, "delivery.failed", "Delivery not packed"
