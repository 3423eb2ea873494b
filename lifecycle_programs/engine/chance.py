"""Chance that can be asked twice: the same names always draw the same number."""

import hashlib


def draw(*names: object) -> float:
    """A number from 0 to below 1, evenly spread over all names.

    A retry draws the same number again; another name draws another one, independent of
    the first.
    """
    text = "\x1f".join(str(name) for name in names)
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:7], "big") / (1 << 56)


def pick(number: float, shares: list[float]) -> int | None:
    """Which of the shares, in percent and one after the other, a number falls into.

    :param number: from 0 to below 1
    :return: the place of the share, None for what they leave over
    """
    end = 0.0
    for place, share in enumerate(shares):
        end += share
        if number * 100 < end:
            return place
    return None
