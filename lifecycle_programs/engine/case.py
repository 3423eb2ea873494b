"""What a row in the table of operators is made of.

A case is *strict* unless it is ``lazy``: with a missing argument its result is missing,
and for a test (a case that gives a boolean) it is false. The compilers add that: its
template and its function only see present values. A lazy case sees missing ones: its
template must deal with NULL, and its function gets one closure per argument and returns
the closure of the result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .values import EXACT, limit, limit_sql, round6, shift, zone

# Numbered places can change their order.
# pylint: disable=translation-positional-used
from .words import _lt


@dataclass(frozen=True)
class Case:
    """One way to use an operator.

    :param takes: types of the arguments; of every argument, in a chain
    :param gives: type of the result
    :param sql: template with {0}, {1}, ... for the arguments; {all} in a chain
    :param python: function of the values (of the closures, when lazy)
    :param words: of a test, what is wanted of its subject: "at least {1}"; of a value,
        how it is said: "{0} plus {1}"
    :param total: whether the result can never be missing
    :param chain: what stands between the arguments of a case that takes any number
    :param subject: number of the argument that a test is about
    :param turned: of a test whose first argument is a constant, what is wanted of the
        second: "less than {0}"
    """

    takes: tuple
    gives: str
    sql: str
    python: Callable
    words: str
    lazy: bool = False
    total: bool = False
    chain: str = ""
    subject: int = 0
    turned: str = ""


@dataclass(frozen=True)
class Operator:
    """How an operator is found, how it is written, and its cases.

    :param help: what it gives, for those who write rules; empty for what nobody writes
    :param takes: of a function, its arguments as they are written: "x, low, high"
    :param inverse: of a test, key of the operator that says the opposite of a value
        that is there
    """

    key: str
    text: str
    cases: tuple
    help: str = ""
    takes: str = ""
    inverse: str = ""


def row(key, text, *cases, **options):
    """A row of the table; functions and attributes are written as their key."""
    return Operator(key, text or key, cases, **options)


def test(takes, sql, python, words, **options):
    """A case that says yes or no about present values."""
    return Case(takes, "boolean", sql, python, words, total=True, **options)


def plain(takes, gives, sql, python, words):
    """A case that gives a value within the limits of its type."""
    return Case(takes, gives, sql, python, words)


def unary(types, gives, sql, python, words):
    """Plain cases of one argument, the same for each of some types."""
    return (plain((type_,), gives, sql, python, words) for type_ in types)


def value(takes, gives, sql, python, words):
    """A case whose value may leave the limits of its type: then it is missing."""

    def limited(*args):
        return limit(gives, python(*args))

    return Case(takes, gives, limit_sql(gives, sql), limited, words)


def lazy(takes, gives, sql, build, words, **options):
    """A case that sees missing values."""
    return Case(takes, gives, sql, build, words, lazy=True, **options)


# Arithmetic -------------------------------------------------------------------------

DAY = Decimal(86400)
#: 30 decimals show on which side of a half the exact quotient lies: two numbers with 6
#: decimals up to 1e12 never come nearer to one than 5e-25.
QUOTIENT = "round(round({0}, 30) / NULLIF({1}, 0), 6)"
PRODUCT = "round({0} * {1}, 6)"
#: Beyond 500,000 days every moment is out of range, and PostgreSQL would raise.
_WHOLE_DAYS = "LEAST(GREATEST(div({1}, 86400), -500000), 500000)::int"
#: Days and seconds apart, because only small numbers are exact as float8.
INTERVAL = f"make_interval(days => {_WHOLE_DAYS}, secs => mod({{1}}, 86400)::float8)"


def times(a, b):
    return round6(EXACT.multiply(a, b))


def divided(a, b):
    return round6(EXACT.divide(a, b)) if b else None


def whole(a, b):
    return EXACT.divide_int(a, b) if b else None


def rest(a, b):
    return EXACT.remainder(a, b) if b else None


def floor_days(duration):
    return EXACT.divide(duration, DAY).to_integral_value("ROUND_FLOOR")


def shifts(kind, sign):
    """A moment moved by a duration; a date moves by whole days and stays a date."""
    if kind == "datetime":
        sql = f"({{0}} {sign} {INTERVAL})"
    else:
        sql = f"({{0}} {sign} {_WHOLE_DAYS})"
    factor = 1 if sign == "+" else -1

    def move(moment, duration):
        if kind == "date":
            duration = int(EXACT.divide_int(duration, DAY)) * DAY
        return shift(moment, factor * duration)

    words = _lt("{1} after {0}") if sign == "+" else _lt("{1} before {0}")
    return value((kind, "duration"), kind, sql, move, words)


# Builders of lazy cases -------------------------------------------------------------


def build_and(*parts):
    def evaluate(env):
        for part in parts:
            if not part(env):
                return False
        return True

    return evaluate


def build_or(*parts):
    def evaluate(env):
        for part in parts:
            if part(env):
                return True
        return False

    return evaluate


def build_not(part):
    return lambda env: not part(env)


def build_missing(part, _null):
    return lambda env: part(env) is None


def build_present(part, _null):
    return lambda env: part(env) is not None


def build_coalesce(first, second):
    def evaluate(env):
        result = first(env)
        return second(env) if result is None else result

    return evaluate


def build_choice(condition, yes, no):
    return lambda env: yes(env) if condition(env) else no(env)


def build_zone(name, default):
    def evaluate(env):
        own = name(env)
        return default(env) if own is None else zone(own)

    return evaluate


def build_list(*parts):
    def evaluate(env):
        return tuple(item for part in parts if (item := part(env)) is not None)

    return evaluate


def build_each(decide):
    """Builder of a quantifier: ``decide`` gets the verdicts over a list, or None."""

    def build(items, condition):
        def verdicts(env, values):
            for env.item in values:
                yield condition(env)

        def evaluate(env):
            values = items(env)
            return decide(None if values is None else verdicts(env, values))

        return evaluate

    return build
