"""The engine: rules, templates and what else needs neither Odoo nor a database."""

from .address import address_changed, normalise_address_part
from .errors import RuleError, TemplateError
from .explain import Clause, Explanation
from .fact import TYPES, Fact
from .mail import is_automatic_reply
from .names import first_name, shared_address
from .phone import can_receive_sms, country_of, normalise_phone
from .rule import Rule, parse
from .template import Template, compile_template
from .token import sign, verify
from .values import normalise, normalise_sql

__all__ = [
    "TYPES",
    "Clause",
    "Explanation",
    "Fact",
    "Rule",
    "RuleError",
    "Template",
    "TemplateError",
    "address_changed",
    "can_receive_sms",
    "compile_template",
    "country_of",
    "first_name",
    "is_automatic_reply",
    "normalise",
    "normalise_address_part",
    "normalise_phone",
    "normalise_sql",
    "parse",
    "shared_address",
    "sign",
    "verify",
]
