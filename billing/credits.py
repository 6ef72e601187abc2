"""Credits as people read them; inside, money is a whole number of microcredits.

1 credit = 1,000,000 microcredits = 0.01 USD.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from studio.core.errors import Invalid

MICROCREDITS = 1_000_000
#: What a credit is worth, in millionths of a US dollar.
MICRO_USD_PER_CREDIT = 10_000
#: What one grant or price may be at most; far above any real one, far below the column's limit.
MOST_CREDITS = 1_000_000_000


def credits_text(microcredits: int, *, signed: bool = False) -> str:
    """The exact number of credits: `12,500`, `0.1`, `−3.25`; `signed` also writes a plus."""
    whole, rest = divmod(abs(microcredits), MICROCREDITS)
    text = f"{whole:,}" + (f".{rest:06d}".rstrip("0") if rest else "")
    if microcredits < 0:
        return f"−{text}"
    return f"+{text}" if signed and microcredits else text


def credits_number(microcredits: int) -> str:
    """The exact number of credits for machines (CSV, API): `-3.25`, no grouping."""
    return credits_text(microcredits).replace(",", "").replace("−", "-")


def parse_credits(value: str | Decimal, *, field: str = "credits") -> int:
    """Microcredits from a number of credits that a person gave.

    Raises:
        Invalid: not a number of 0 to 1,000,000,000 with at most six decimals.
    """
    try:
        number = Decimal(str(value).strip())
        exact = number * MICROCREDITS
        if not number.is_finite() or not 0 <= number <= MOST_CREDITS or exact != int(exact):
            raise InvalidOperation
    except InvalidOperation as error:
        message = "Give a number of credits, 0 to 1,000,000,000, with at most six decimals."
        raise Invalid(message, fields={field: [message]}) from error
    return int(exact)
