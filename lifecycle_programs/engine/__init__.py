"""The engine: rules, templates and what else needs neither Odoo nor a database."""

from .address import address_changed, normalise_address_part
from .automatic import is_automatic_click, is_automatic_open
from .chance import draw, pick
from .change import Change
from .diagnose import diagnose
from .errors import Problem, RuleError, TemplateError
from .explain import Clause, Explanation
from .fact import TYPES, Fact
from .grammar import plain_names
from .macros import Macro, is_macro_name
from .mail import is_automatic_reply
from .names import first_name, shared_address
from .phone import can_receive_sms, country_of, normalise_phone
from .row_table import row_operators
from .rows import from_rows, to_rows
from .rule import Rule, parse
from .statistics import Verdict, find_best, two_proportion_z, two_sided_p
from .stop_word import is_stop_word
from .template import Template, compile_template
from .template_condition import to_condition
from .token import sign, verify
from .values import normalise, normalise_sql
from .vocabulary import vocabulary
from .words import speaking
from .window import at_hour, next_opening, next_window, spread
from .zone import contact_zone

__all__ = [
    "TYPES",
    "Change",
    "Clause",
    "Explanation",
    "Fact",
    "Macro",
    "Problem",
    "Rule",
    "RuleError",
    "Template",
    "TemplateError",
    "Verdict",
    "address_changed",
    "at_hour",
    "can_receive_sms",
    "compile_template",
    "contact_zone",
    "diagnose",
    "country_of",
    "draw",
    "find_best",
    "first_name",
    "from_rows",
    "is_automatic_click",
    "is_automatic_open",
    "is_automatic_reply",
    "is_macro_name",
    "is_stop_word",
    "next_opening",
    "next_window",
    "normalise",
    "normalise_address_part",
    "normalise_phone",
    "normalise_sql",
    "parse",
    "pick",
    "plain_names",
    "shared_address",
    "sign",
    "speaking",
    "spread",
    "to_condition",
    "to_rows",
    "two_proportion_z",
    "two_sided_p",
    "verify",
    "vocabulary",
]
