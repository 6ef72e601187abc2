"""Frame numbers burned into pictures: a barcode that survives encoding, scaling and small shifts.

    frame = burn(picture, take * 1000 + number)
    assert read_burned(decoded) == take * 1000 + number

The code lies in the top rows: 20 bits of the number and a 4-bit check, each a black or white cell.
"""

from __future__ import annotations

import numpy as np

BITS, CHECK_BITS = 20, 4
CELLS = BITS + CHECK_BITS


def _check(number: int) -> int:
    """A check of four bits that also tells an all-black and an all-white strip from a code."""
    folded = 0b1010
    while number:
        folded = (folded * 3 + (number & 0xF) + 1) & 0xF
        number >>= 4
    return folded


def _strip(shape: tuple[int, ...]) -> tuple[int, np.ndarray]:
    height = max(8, shape[0] // 8)
    return height, np.linspace(0, shape[1], CELLS + 1).round().astype(int)


def burn(frame: np.ndarray, number: int) -> np.ndarray:
    """Return a copy of the frame with the number, 0 … 2**20 - 1, in its top rows."""
    if not 0 <= number < 2**BITS:
        raise ValueError(f"{number} does not fit into {BITS} bits")
    out = frame.copy()
    height, edges = _strip(frame.shape)
    code = number << CHECK_BITS | _check(number)
    for cell in range(CELLS):
        is_set = code >> (CELLS - 1 - cell) & 1
        out[:height, edges[cell] : edges[cell + 1]] = 235 if is_set else 20
    return out


def read_burned(frame: np.ndarray) -> int:
    """The number burned into a frame.

    Raises:
        ValueError: there is no readable code.
    """
    height, edges = _strip(frame.shape)
    rows = slice(height // 4, height - height // 4)
    code = 0
    for cell in range(CELLS):
        left, right = int(edges[cell]), int(edges[cell + 1])
        inset = (right - left) // 4
        value = float(frame[rows, left + inset : right - inset].mean())
        if 90 < value < 165:
            raise ValueError(f"cell {cell} is neither black nor white: {value:.0f}")
        code = code << 1 | int(value > 127)
    number, check = code >> CHECK_BITS, code & (2**CHECK_BITS - 1)
    if check != _check(number):
        raise ValueError(f"the code {code:0{CELLS}b} has a wrong check")
    return number
