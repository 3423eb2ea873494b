"""Rules: one facade over grammar, check, SQL, Python and explanation."""

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any

from .change import Change, smallest_change
from .check import Checker
from .closures import Env, compile_python
from .errors import Problem
from .explain import Explanation, describe, explain
from .fact import Fact
from .grammar import read
from .macros import Macro, Macros
from .sql import compile_sql
from .tree import Literal, Name, walk

#: By the name of a fact, what people call its texts, by text.
Words = Mapping[str, Mapping[str, str]]


def parse(
    text: str,
    facts: Mapping[str, Fact],
    macros: Mapping[str, Macro] | None = None,
) -> "Rule":
    """Read and check a rule.

    :param text: an expression; an empty one is always true
    :param facts: the facts it may name, by name
    :param macros: the saved rules it may name, by name
    :raises RuleError: with the position, what was found and what to write instead
    """
    return Rule(text or "", facts, macros)


class Rule:
    """A checked rule. Make one with :func:`parse`.

    :ivar text: as written
    :ivar facts: names of all facts used, also by the saved rules it names
    :ivar texts: all texts that stand in it, also in the saved rules it names
    :ivar macros: names of the saved rules it names, directly or through others
    :ivar warnings: what it says and its writer may not mean
    """

    def __init__(
        self,
        text: str,
        facts: Mapping[str, Fact],
        macros: Mapping[str, Macro] | None = None,
    ):
        self.text = text
        saved = Macros(macros or {})
        checker = Checker(text, facts, saved)
        self._tree = checker.check(read(text)) if text.strip() else None
        self.macros: frozenset[str] = saved.used
        self.warnings: list[Problem] = checker.warnings
        nodes = list(walk(self._tree)) if self._tree else []
        self.facts = frozenset(node.name for node in nodes if isinstance(node, Name))
        self.texts = frozenset(
            node.value
            for node in nodes
            if isinstance(node, Literal) and node.type == "text"
        )
        self._known = {name: facts[name] for name in self.facts}
        self._matches = compile_python(self._tree) if self._tree else lambda env: True

    def sql(
        self,
        column: Callable[[str], Any],
        now: datetime,
        tz: str = "UTC",
    ) -> tuple[str, list]:
        """A boolean SQL expression, never NULL, in psycopg2 style, and its parameters.

        :param column: from a fact's name to the SQL of a snapshot column (in the normal
            form of :func:`normalise_sql`), or to ``(sql, parameters)`` of a constant
        :param now: naive UTC
        :param tz: zone of ``$today``, days and clock times; an unknown one is UTC
        """
        if self._tree is None:
            return "TRUE", []
        return compile_sql(self._tree, column, now, tz)

    def matches(
        self, values: Mapping[str, Any], now: datetime, tz: str = "UTC"
    ) -> bool:
        """Whether a contact with these values matches; a missing name is missing."""
        return self._matches(Env(values, now, tz))

    def explain(
        self,
        values: Mapping[str, Any],
        now: datetime,
        tz: str = "UTC",
        facts: Mapping[str, Fact] | None = None,
        words: Words | None = None,
    ) -> Explanation:
        """Why a contact with these values matches or not, clause by clause.

        :param facts: facts with other labels, for example translated ones
        :param words: how people call the texts that are codes, by the fact's name
        """
        labels = {**self._known, **(facts or {})}
        return explain(self._tree, Env(values, now, tz), labels, words)

    def smallest_change(
        self,
        values: Mapping[str, Any],
        now: datetime,
        tz: str = "UTC",
        facts: Mapping[str, Fact] | None = None,
        words: Words | None = None,
        steady: Container[str] = (),
    ) -> list[Change]:
        """The fewest clauses whose answers must turn so that the rule's answer turns,
        in the order of the rule; none when nothing about the contact can turn it.

        Clauses are judged one by one: whether a contact could meet all of them at the
        same time is left to the reader.

        :param facts: facts with other labels, for example translated ones
        :param words: how people call the texts that are codes, by the fact's name
        :param steady: names of facts that do not change; nothing is asked of them
        """
        env, labels = Env(values, now, tz), {**self._known, **(facts or {})}
        return smallest_change(self._tree, env, labels, words, steady)

    def describe(self, words: Words | None = None) -> str:
        """The rule as a sentence in plain words.

        :param words: how people call the texts that are codes, by the fact's name
        """
        return describe(self._tree, self._known, words)

    @property
    def description(self) -> str:
        """The rule as a sentence, its codes as they are."""
        return self.describe()

    def __repr__(self):
        return f"Rule({self.text!r})"
