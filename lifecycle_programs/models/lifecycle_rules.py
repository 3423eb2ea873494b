"""Rules of programs: which names they may use, and their values.

A rule sees facts (`lifecycle.fact`), the event (``event.*``), what the entry brought
along (``entry.*``), the enrolment (``enrolment.*``) and the program's numbers
(``param.*``).
"""

from datetime import datetime

from odoo import api, models
from odoo.tools import ormcache
from odoo.tools.translate import LazyTranslate

from ..engine.fact import Fact

ENROLMENT_FACTS = {
    fact.name: fact
    for fact in (
        Fact("enrolment.days_in", "number", "days in the program", unit="days"),
        Fact("enrolment.messages_sent", "number", "messages sent in this program"),
        Fact("enrolment.clicks", "number", "clicks in this program's messages"),
        Fact("enrolment.opens", "number", "opened messages of this program"),
        Fact("enrolment.replies", "number", "replies to this program's messages"),
        Fact("enrolment.last_answer", "text", "last answer chosen in a message"),
        Fact("enrolment.clicked", "boolean", "has clicked in this program"),
        Fact("enrolment.clicked_last", "boolean", "has clicked in its latest message"),
        Fact("enrolment.goal_reached", "boolean", "has reached the goal"),
    )
}

_lt = LazyTranslate(__name__)

# What the values of events and entries are called; another one by its name.
PAYLOAD_LABELS = {
    "amount": _lt("Amount"),
    "first": _lt("First order"),
    "order_id": _lt("Number of the order"),
    "products": _lt("Products of the order"),
    "categories": _lt("Categories of the order"),
    "program": _lt("Comes from the program"),
    "score": _lt("Survey score"),
    "recommend": _lt("Would recommend us"),
    "field": _lt("What has changed"),
    "old": _lt("Before"),
    "new": _lt("Now"),
    "old_zip": _lt("Former postcode"),
    "new_zip": _lt("New postcode"),
    "old_city": _lt("Former city"),
    "new_city": _lt("New city"),
    "old_country": _lt("Former country"),
    "new_country": _lt("New country"),
    "kind": _lt("Kind of link"),
    "url": _lt("Address of the page"),
    "seconds": _lt("Seconds on the page"),
    "back_on": _lt("Comes back on"),
    "offered": _lt("What is offered"),
    "bought": _lt("What was bought"),
    "due": _lt("Due on"),
    "months": _lt("Months of the period"),
}

# How a value of an event's jsonb payload becomes a column; anything that is not of
# the declared type is missing, so that a strange payload cannot stop a batch.
PAYLOAD_COLUMNS = {
    "text": "CASE WHEN jsonb_typeof({p}->%s) IN ('string', 'number') THEN {p}->>%s END",
    "number": "CASE WHEN jsonb_typeof({p}->%s) = 'number' THEN ({p}->>%s)::numeric END",
    "boolean": "CASE WHEN jsonb_typeof({p}->%s) = 'boolean'"
    " THEN ({p}->>%s)::boolean END",
    "datetime": "CASE WHEN {p}->>%s ~ '^[12][0-9]{{3}}-[01][0-9]-[0-3][0-9]'"
    " THEN left({p}->>%s, 19)::timestamp END",
    "date": "CASE WHEN {p}->>%s ~ '^[12][0-9]{{3}}-[01][0-9]-[0-3][0-9]'"
    " THEN left({p}->>%s, 10)::date END",
    "text_list": "CASE WHEN jsonb_typeof({p}->%s) = 'array'"
    " THEN ARRAY(SELECT jsonb_array_elements_text({p}->%s)) END",
}


def payload_column(alias, kind, key):
    """The SQL (text, parameters) of one value of the jsonb column `alias`."""
    return PAYLOAD_COLUMNS[kind].format(p=alias), (key, key)


class LifecycleEventType(models.Model):
    _inherit = "lifecycle.event.type"

    @api.model_create_multi
    def create(self, vals_list):
        event_types = super().create(vals_list)
        self.env.registry.clear_cache()
        return event_types

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @ormcache("prefix", "self.env.lang")
    def _payload_facts(self, prefix):
        """The values that events carry, as facts named ``<prefix>.<key>``."""
        kinds = {}
        event_types = self.sudo().with_context(active_test=False)
        for event_type in event_types.search_fetch([], ["payload_types"]):
            kinds.update(event_type.payload_types or {})
        for pick in self.env["lifecycle.program"]._picks().values():
            kinds.update(pick.get("payload_types") or {})
        selections = self.env["lifecycle.fact"]._code_selections()
        return {
            (name := f"{prefix}.{key}"): Fact(
                name,
                kind,
                self._payload_label(key),
                choices=tuple(selections.get(name, ())),
            )
            for key, kind in kinds.items()
        }

    @api.model
    def _payload_label(self, key):
        """What people call a value of an event, in the user's language."""
        if key in PAYLOAD_LABELS:
            return self.env._(PAYLOAD_LABELS[key])
        return key.replace("_", " ").capitalize()

    @api.model
    def _payload_values(self, payload, prefix, facts):
        """The values of a payload under their fact names, in Python types."""
        values = {}
        for key, value in (payload or {}).items():
            fact = facts.get(f"{prefix}.{key}")
            if fact is None or value is None:
                continue
            if fact.type in ("datetime", "date") and isinstance(value, str):
                try:
                    value = datetime.fromisoformat(value[:19])
                except ValueError:
                    continue
                if fact.type == "date":
                    value = value.date()
            values[fact.name] = value
        return values


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def _rule_facts(self, *, entry=False):
        """The names that this program's rules may use besides the registry's facts.

        :param entry: for the entry rule, where there is no enrolment yet
        :rtype: dict[str, Fact]
        """
        self.ensure_one()
        types = self.env["lifecycle.event.type"]
        facts = types._payload_facts("event") | types._payload_facts("entry")
        if not entry:
            facts |= ENROLMENT_FACTS
        for parameter in self.parameter_ids:
            name = f"param.{parameter.code}"
            facts[name] = Fact(
                name, "number", parameter.name, unit=parameter.unit or ""
            )
        return facts

    def _rule(self, text, *, entry=False):
        """The parsed rule; raises ValidationError with the position."""
        return self._parsed_rule(text or "", entry)

    # The units of amounts stand in it: they are those of the company's currency.
    @ormcache(
        "self.id",
        "text",
        "entry",
        "self.env.lang",
        "self.env['lifecycle.fact']._currency().id",
    )
    def _parsed_rule(self, text, entry):
        return self.env["lifecycle.fact"]._check_rule(
            text, extra=self._rule_facts(entry=entry)
        )

    def _parameter_values(self):
        return {f"param.{line.code}": line.value for line in self.parameter_ids}

    def _entry_columns(self):
        """Where the values of the entry rule stand in the entry statement (see
        `_insert_enrolments`): a function from a name to SQL text, or to SQL text and
        its parameters.
        """
        parameters = self._parameter_values()
        kinds = {name: fact.type for name, fact in self._rule_facts(entry=True).items()}

        def column(name):
            space, key = name.split(".", 1)
            if space == "param":
                return "%s::numeric", (parameters[name],)
            if space in ("event", "entry"):
                return payload_column(f"c.{space}_payload", kinds[name], key)
            return f's."{name}"'

        return column
