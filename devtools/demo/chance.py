"""Chance that is the same on every run.

Every decision is drawn from its own keys (who, what, when) and the run's seed, so it
does not depend on the order of other decisions or on the numbers a database gave.
"""

import hashlib


class Chance:
    """Draws for one run.

    :param seed: another seed gives another run.
    """

    def __init__(self, seed: str):
        self.seed = seed

    def number(self, *keys) -> float:
        """A number from 0 up to 1 for these keys."""
        text = "\x1f".join((self.seed, *map(str, keys)))
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def happens(self, rate: float, *keys) -> bool:
        """Whether something that happens at this rate happens here."""
        return self.number(*keys) < rate

    def between(self, low: int, high: int, *keys) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.number(*keys) * (high - low + 1))

    def one_of(self, choices, *keys):
        """One of the choices, each as likely."""
        return choices[int(self.number(*keys) * len(choices))]

    def weighted(self, weights: dict, *keys):
        """One of the keys of ``weights``, as likely as its weight."""
        point = self.number(*keys) * sum(weights.values())
        for choice, weight in weights.items():
            point -= weight
            if point < 0:
                return choice
        return choice
