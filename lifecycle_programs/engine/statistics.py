"""Which of several versions is better, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Below this many expected successes or failures the normal curve does not fit.
_LEAST_EXPECTED = 5


def two_proportion_z(first: tuple[int, int], second: tuple[int, int]) -> float:
    """How far apart two rates are, in standard errors of their difference.

    The test of two proportions with a pooled variance, as in the NIST/SEMATECH
    e-Handbook of Statistical Methods, section 7.3.3, "How can we determine whether two
    processes produce the same proportion of defectives?".

    :param first: successes and people
    :param second: successes and people
    :return: positive when the first rate is higher; 0 when there is nothing to compare
    """
    (hits_a, people_a), (hits_b, people_b) = first, second
    if not people_a or not people_b:
        return 0.0
    pooled = (hits_a + hits_b) / (people_a + people_b)
    variance = pooled * (1 - pooled) * (1 / people_a + 1 / people_b)
    if not variance:
        return 0.0
    return (hits_a / people_a - hits_b / people_b) / math.sqrt(variance)


def two_sided_p(z: float) -> float:
    """How often chance alone brings such a difference, in either direction."""
    return math.erfc(abs(z) / math.sqrt(2))


@dataclass(frozen=True)
class Verdict:
    """The best of several versions.

    :param best: its place in what was compared
    :param p: how often chance alone would have brought its lead
    """

    best: int
    p: float


def find_best(counts: Sequence[tuple[int, int]], alpha: float) -> Verdict | None:
    """The version that is better than every other one, if that is sure enough.

    :param counts: successes and people per version, at least two of them
    :param alpha: how often, at most, a winner may be named where there is none. It is
        divided by the number of comparisons (Bonferroni).
    """
    if len(counts) < 2 or not all(people for _hits, people in counts):
        return None
    best = max(
        range(len(counts)), key=lambda place: counts[place][0] / counts[place][1]
    )
    others = [count for place, count in enumerate(counts) if place != best]
    if not all(_is_large_enough(counts[best], other) for other in others):
        return None
    p = max(two_sided_p(two_proportion_z(counts[best], other)) for other in others)
    # Against every other one: the closest of them decides.
    p = min(1.0, p * len(others))
    return Verdict(best, p) if p <= alpha else None


def _is_large_enough(first, second):
    (hits_a, people_a), (hits_b, people_b) = first, second
    rate = (hits_a + hits_b) / (people_a + people_b)
    least = min(people_a, people_b) * min(rate, 1 - rate)
    return least >= _LEAST_EXPECTED
