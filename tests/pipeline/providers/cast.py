"""Who may use the addresses of providers: the matrix, keys, webhooks."""

from __future__ import annotations

from typing import Any

from pipeline.providers.keys import put_key
from pipeline.providers.models import Provider, ProviderKey
from tests.support.access import Cast, Rule, declare, provide


@provide
def own_key(cast: Cast) -> ProviderKey:
    """A key of the creator's own."""
    return put_key(actor=cast.creator, provider=Provider.Code.BRIA, secret="cleo-secret-1234")


@provide
def studio_key(cast: Cast) -> ProviderKey:
    """A key of the studio's."""
    return put_key(
        actor=cast.admin, provider=Provider.Code.BRIA, secret="ours-secret-1234", for_studio=True
    )


def own(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(own_key).code}


def body(cast: Cast) -> dict[str, Any]:
    return {"provider": "stability", "secret": "sk-0123456789"}


declare("pipeline:providers", GET=Rule.SIGNED_IN)
declare("pipeline:provider-keys", GET=Rule.SIGNED_IN, POST=Rule.SIGNED_IN, bodies={"POST": body})
declare("pipeline:provider-key-check", own, POST=Rule.OWN)
declare("pipeline:provider-key-remove", own, POST=Rule.OWN)
declare("pipeline:webhook", lambda cast: {"provider": "bria"}, POST=Rule.SIGNATURE)
declare("api-capabilities", GET=Rule.SIGNED_IN)
declare("api-provider-keys", GET=Rule.SIGNED_IN, POST=Rule.SIGNED_IN, bodies={"POST": body})
declare("api-provider-key", own, GET=Rule.OWN, DELETE=Rule.OWN)
declare("api-provider-key-check", own, POST=Rule.OWN)
