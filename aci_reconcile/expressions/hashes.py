"""The two functions of templates that make names out of texts, with the values that Azure gives them.

``guid`` is documented: a name-based UUID of version 5 (Bicep documentation, string functions). ``uniqueString`` is
documented as 13 characters from a 64-bit hash; Microsoft's own azapi provider computes the same value from a
MurmurHash of 64 bits (Azure/terraform-provider-azapi, ``unique_string``).
"""

from __future__ import annotations

import uuid
from typing import Final

_NAMESPACE: Final = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_LENGTH: Final = 13
_WORD: Final = 0xFFFFFFFF
_FIRST: Final = 0x239B961B
_SECOND: Final = 0xAB0E9789


def make_guid(*texts: str) -> str:
    """Return a GUID that is the same for the same texts."""
    return str(uuid.uuid5(_NAMESPACE, "-".join(texts)))


def make_unique_string(*texts: str) -> str:
    """Return 13 letters and digits that are the same for the same texts; their case matters."""
    number = _hash("-".join(texts).encode("utf-8", "replace"))
    return "".join(_LETTERS[number << 5 * place >> 59 & 31] for place in range(_LENGTH))


def _hash(data: bytes) -> int:
    high = low = 0
    whole = len(data) - len(data) % 8
    for at in range(0, whole, 8):
        low ^= _mix(int.from_bytes(data[at : at + 4], "little"), _FIRST, 15, _SECOND)
        low = (_turn(low, 19) + high) * 5 + 0x561CCD1B & _WORD
        high ^= _mix(int.from_bytes(data[at + 4 : at + 8], "little"), _SECOND, 17, _FIRST)
        high = (_turn(high, 13) + low) * 5 + 0x0BCAA747 & _WORD
    low ^= _mix(int.from_bytes(data[whole : whole + 4], "little"), _FIRST, 15, _SECOND)
    high ^= _mix(int.from_bytes(data[whole + 4 :], "little"), _SECOND, 17, _FIRST)
    low, high = low ^ len(data), high ^ len(data)
    low = low + high & _WORD
    high = high + low & _WORD
    low, high = _finish(low), _finish(high)
    low = low + high & _WORD
    high = high + low & _WORD
    return high << 32 | low


def _mix(number: int, first: int, turns: int, second: int) -> int:
    """Return a word of the data, spread over all bits; zero stays zero, so a missing word changes nothing."""
    return _turn(number * first & _WORD, turns) * second & _WORD


def _turn(number: int, places: int) -> int:
    return (number << places | number >> 32 - places) & _WORD


def _finish(number: int) -> int:
    number = (number ^ number >> 16) * 0x85EBCA6B & _WORD
    number = (number ^ number >> 13) * 0xC2B2AE35 & _WORD
    return number ^ number >> 16
