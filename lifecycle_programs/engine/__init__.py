"""The engine: rules, templates and what else needs neither Odoo nor a database."""

from .errors import RuleError, TemplateError
from .explain import Clause, Explanation
from .fact import TYPES, Fact
from .rule import Rule, parse
from .values import normalise, normalise_sql

__all__ = [
    "TYPES",
    "Clause",
    "Explanation",
    "Fact",
    "Rule",
    "RuleError",
    "TemplateError",
    "normalise",
    "normalise_sql",
    "parse",
]
