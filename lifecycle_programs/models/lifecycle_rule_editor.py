"""What the rule field of the web client asks while a rule is written."""

from dataclasses import asdict, dataclass, replace
from functools import partial

from odoo import Command, api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ..engine import (
    Rule,
    RuleError,
    diagnose,
    from_rows,
    parse,
    row_operators,
    to_rows,
    vocabulary,
)
from .speaking import in_user_language

COMPLETIONS = 30
MAX_NUMBERS = 100


@dataclass(frozen=True)
class Place:
    """Where a rule stands: what it may name, and for which company it is read.

    :ivar facts: facts by name, the event's values included; the program's numbers have
        their values for labels, which read better in a sentence
    :ivar macros: saved rules by name
    :ivar numbers: the program's numbers by their names (``param.days``), as facts
    :ivar values: the values of these numbers
    :ivar company: the company of the program, else the user's
    :ivar is_scan: whether the program looks at all contacts on a schedule, when there
        is no event and so every value of one is missing
    """

    facts: dict
    macros: dict
    numbers: dict
    values: dict
    company: models.Model
    is_scan: bool = False

    def parse(self, text) -> Rule:
        return parse(text, self.facts, self.macros)


class LifecycleRuleEditor(models.AbstractModel):
    """The server side of the field widget ``lifecycle_rule``.

    Every method says where the rule stands: ``model``, ``res_id`` (none for a new
    record) and ``field``, and in ``form`` what the form holds unsaved: ``program_id``,
    ``start`` and ``numbers``, a list of ``{"code", "name", "unit", "value"}``.
    """

    _name = "lifecycle.rule.editor"
    _description = "Rule Editor"

    # ------------------------------------------------------------
    # WHERE A RULE STANDS
    # ------------------------------------------------------------

    @api.model
    def _places(self):
        """The fields that people write rules in, and what a rule sees there: those that
        hold rules, and texts that rules are put into.

        :rtype: dict[tuple[str, str], str]
        """
        return self.env["lifecycle.rule.use"]._rule_places()

    @api.model
    def _place(self, model, res_id, field, form=None):
        """The place of a rule, for a user who may read it.

        :rtype: Place
        :raises AccessError: for whoever does not see programs, or not this one
        """
        self._check_group("lifecycle_programs.group_lifecycle_user")
        sees = self._places().get((model, field))
        if sees is None:
            raise AccessError(self.env._("There is no rule in this field."))
        form = form or {}
        record = self.env[model].browse(int(res_id) if res_id else [])
        record.check_access("read")
        program = self._program_of(record, form.get("program_id"))
        facts, numbers, values = dict(self.env["lifecycle.fact"]._facts()), {}, {}
        if sees != "facts":
            draft = self._with_numbers(program, form.get("numbers"))
            facts |= draft._rule_facts(entry=sees == "entry")
            values = draft._parameter_values()
            numbers = {name: facts[name] for name in values}
            for name, value in values.items():
                facts[name] = replace(facts[name], label=f"{value:.12g}")
        macros = self.env["lifecycle.rule"]._macros()
        if model == "lifecycle.rule" and record.code:
            # A saved rule that names itself is refused when it is saved, so it is not
            # offered either.
            macros = {name: macros[name] for name in macros if name != record.code}
        company = program.company_id or self.env.company
        start = form.get("start") or program.start
        is_scan = sees == "entry" and start == "schedule"
        return Place(facts, macros, numbers, values, company, is_scan)

    @api.model
    def _program_of(self, record, program_id):
        if record._name == "lifecycle.program":
            return record
        program = self.env["lifecycle.program"].browse(
            int(program_id) if program_id else []
        )
        if record._name == "lifecycle.step.branch" and record:
            program = record.step_id.program_id
        program.check_access("read")
        return program

    @api.model
    def _with_numbers(self, program, numbers):
        """A program in memory with the numbers of the form, or with its saved ones."""
        if numbers is None:
            numbers = program.parameter_ids.read(["code", "name", "unit", "value"])
        return self.env["lifecycle.program"].new(
            {
                "company_id": program.company_id.id or self.env.company.id,
                "parameter_ids": [
                    Command.create(
                        {
                            "code": str(number["code"]),
                            "name": str(number.get("name") or number["code"]),
                            "unit": str(number.get("unit") or ""),
                            "value": float(number.get("value") or 0),
                        }
                    )
                    for number in numbers[:MAX_NUMBERS]
                    if number.get("code")
                ],
            }
        )

    @api.model
    def _check_group(self, group):
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(self.env._("Only people who work with programs may."))

    # ------------------------------------------------------------
    # WRITING
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    @in_user_language
    def get_setup(self, model, res_id, field, form=None):
        """All that the editor needs to know about a place, to be asked once.

        :return: ``facts``, ``macros``, ``numbers``, the ``operators`` of rows, the
            ``vocabulary`` of expressions, and whether the user ``can_count``
        :rtype: dict
        """
        place = self._place(model, res_id, field, form)
        return {
            "facts": [
                {
                    "name": fact.name,
                    "type": fact.type,
                    "label": fact.label[:1].upper() + fact.label[1:] or name,
                    "help": fact.help,
                    "unit": fact.unit,
                    "group": fact.group or self._group_of(fact.name),
                    # Of an event or an entry, nobody knows them beforehand.
                    "has_values": fact.type.startswith("text") and bool(fact.sql),
                }
                for name, fact in place.facts.items()
                if not name.startswith("param.")
            ],
            "macros": [
                {"name": name, "label": macro.label, "text": macro.text}
                for name, macro in place.macros.items()
            ],
            "numbers": [
                {
                    "code": name.removeprefix("param."),
                    "label": fact.label,
                    "unit": fact.unit,
                    "value": place.values[name],
                }
                for name, fact in place.numbers.items()
            ],
            "operators": row_operators(),
            "vocabulary": vocabulary(),
            "can_count": self._can_count(),
        }

    @api.model
    def _group_of(self, name):
        """The heading of what is no fact of the registry."""
        return {
            "event": self.env._("What happened"),
            "entry": self.env._("What the entry brought along"),
            "enrolment": self.env._("This program"),
        }.get(name.partition(".")[0], self.env._("Other"))

    @api.model
    @api.readonly
    def check(self, text, model, res_id, field, form=None):
        """What is to say about a text, half-typed ones included.

        :return: ``problems`` (start, end, severity, message, replacement), whether it
            is ``valid``, its ``description`` in words, and its ``rows`` or None when
            the condition builder cannot show it
        :rtype: dict
        """
        return self._judge(str(text or ""), self._place(model, res_id, field, form))

    @api.model
    @in_user_language
    def _judge(self, text, place):
        problems = diagnose(text, place.facts, place.macros)
        answer = {
            "problems": [asdict(problem) for problem in problems],
            "valid": all(problem.severity != "error" for problem in problems),
            "description": "",
            "rows": None,
        }
        if answer["valid"]:
            rule = place.parse(text)
            words = self.env["lifecycle.fact"]._value_words([rule], place.company)
            answer["description"] = rule.describe(words)
            answer["rows"] = to_rows(text, place.facts, place.macros)
        return answer

    @api.model
    @api.readonly
    @in_user_language
    def compose(self, rows, model, res_id, field, form=None):
        """The expression of the condition builder's rows, and what `check` says of it.

        :param rows: see :func:`to_rows`
        :return: ``text`` and the answer of `check`; without ``text`` when the rows make
            no rule
        :rtype: dict
        """
        place = self._place(model, res_id, field, form)
        try:
            text = from_rows(rows, place.facts)
        except RuleError as error:
            problem = {"severity": "error", "message": str(error)}
            return {"problems": [problem], "valid": False}
        return {"text": text, **self._judge(text, place)}

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    @api.model
    def _value_sources(self):
        """Where the values of facts come from, by the fact's name: a function from what
        was typed to a list of ``value`` and ``label``, or to None when the user may not
        read them there. Other addons add theirs.

        :rtype: dict[str, Callable[[str], list[dict[str, str]] | None]]
        """

        def records(model, field):
            return partial(self._values_of_records, model, field)

        facts = self.env["lifecycle.fact"]
        coded = facts._code_models()
        return {
            **{
                name: records(coded[name], "code")
                for name in coded.keys() & facts._facts().keys()
            },
            "contact.country_groups": records("res.country.group", "name"),
            "contact.industry": records("res.partner.industry", "name"),
            "contact.mailing_lists": records("mailing.list", "name"),
            "contact.region": records("res.country.state", "name"),
            "contact.tags": records("res.partner.category", "name"),
            "crm.lost_reason": records("crm.lost.reason", "name"),
            "orders.products": records("product.template", "name"),
            **dict.fromkeys(
                (
                    "orders.categories",
                    "orders.categories_365d",
                    "orders.last_categories",
                    "orders.main_category",
                ),
                self._values_of_categories,
            ),
        }

    @api.model
    @api.readonly
    def complete_values(self, fact, term=""):
        """Values that a fact can be compared with, those that hold the term.

        From the fact's own choices, or the records they are names of (tags, countries,
        products ...), else from what a sample of the contacts has.

        :param fact: name of a fact of texts
        :return: ``value`` and ``label``, at most 30
        :rtype: list[dict[str, str]]
        """
        self._check_group("lifecycle_programs.group_lifecycle_marketer")
        known = self.env["lifecycle.fact"]._facts().get(str(fact))
        if known is None or not known.type.startswith("text"):
            return []
        term = str(term or "").strip()[:100]
        if known.choices:
            return _chosen(known.choices, term)
        source = self._value_sources().get(known.name)
        found = source and source(term)
        if found is None:
            found = _plain(self._sampled_values(known, term, COMPLETIONS))
        return found

    @api.model
    def _values_of_records(self, model, field, term):
        """Rules compare with the English name; people see and search their own."""
        records = self.env[model]
        if not records.has_access("read"):
            return None
        term = escape_psql(term)
        found = records.search(
            [("display_name", "=ilike", f"{term}%")], limit=COMPLETIONS
        )
        if term and len(found) < COMPLETIONS:
            # Those that hold it somewhere stand behind those that begin with it.
            others = [("display_name", "ilike", term), ("id", "not in", found.ids)]
            found += records.search(others, limit=COMPLETIONS - len(found))
        translated = records._fields[field].translate
        english = found.with_context(lang="en_US") if translated else found
        values = {}
        for record, plain in zip(found, english, strict=True):
            value = plain[field]
            if value and value not in values:
                values[value] = record.display_name or value
        return [{"value": value, "label": label} for value, label in values.items()]

    @api.model
    def _values_of_categories(self, term):
        """The names of product categories that marketing uses."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT named.name
                  FROM product_category own
                 CROSS JOIN LATERAL (%s) AS named(name)
                 WHERE strpos(lower(named.name), lower(%s)) > 0
                 ORDER BY named.name LIMIT %s
                """,
                self.env["lifecycle.fact"]._category_names("own"),
                term,
                COMPLETIONS,
            )
        )
        return _plain(name for (name,) in rows)


def _chosen(choices, term):
    """The choices of a fact that hold what was typed, in the code or in the word."""
    term = term.casefold()
    return [
        {"value": value, "label": label}
        for value, label in choices
        if term in value.casefold() or term in label.casefold()
    ]


def _plain(values):
    return [{"value": value, "label": value} for value in values]
