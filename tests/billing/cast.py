"""Who may use the addresses of billing: one's own wallet, the price list, giving credits."""

from __future__ import annotations

from tests.support.access import Rule, declare

SIGNED_IN, ADMIN = Rule.SIGNED_IN, Rule.ADMIN

declare("billing:wallet", GET=SIGNED_IN)
declare("billing:balance", GET=SIGNED_IN)
declare("billing:pulse", GET=SIGNED_IN)
declare("billing:statement", GET=SIGNED_IN)
declare("billing:prices", GET=SIGNED_IN)
declare("billing:grant", POST=ADMIN)
declare("billing-api:wallet", GET=SIGNED_IN)
declare("billing-api:statement", GET=SIGNED_IN)
declare("billing-api:prices", GET=SIGNED_IN)
declare("billing-api:plans", GET=SIGNED_IN)
declare("billing-api:grants", POST=ADMIN)
declare("billing-api:subscriptions", POST=ADMIN)
