"""What providers tell, brought to those who wait for it; who can't use a paid provider."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from pipeline.jobs.models import ProviderRequest
from pipeline.jobs.wake import tell_news
from pipeline.operations import offers
from pipeline.operations.declaration import OfferSpec
from pipeline.providers.keys import missing_key
from pipeline.providers.models import Provider
from pipeline.providers.signals import webhook_received


@receiver(webhook_received, dispatch_uid="pipeline.engines.news")
def tell_waiting_run(sender: Any, provider: str, request_id: str, **kwargs: Any) -> None:
    """Wake the run that waits for a request of ours; a webhook about another one does nothing."""
    ours = ProviderRequest.objects.filter(
        request_id=request_id,
        attempt__ended_at=None,
        attempt__job__offer__model__provider_id=Provider.Code.by_code(provider).value,
    )
    if ours.exists():
        tell_news(request_id)


def without_key(offer: OfferSpec, user: Any) -> str:
    """Why a person can't use an offer of a paid provider: nobody has given a key for it."""
    return missing_key(offer.provider, user)


if without_key not in offers.USABLE:
    offers.USABLE.append(without_key)
