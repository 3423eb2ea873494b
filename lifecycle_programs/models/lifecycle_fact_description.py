"""The registry of facts as a list that people search."""

import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..facts.define import written

TYPES = [
    ("number", "Number"),
    ("text", "Text"),
    ("boolean", "Yes or no"),
    ("date", "Date"),
    ("datetime", "Date and time"),
    ("text_list", "List of texts"),
    ("number_list", "List of numbers"),
]


class LifecycleFactDescription(models.Model):
    """One row per fact, made of the registry at every look: nothing goes stale."""

    _name = "lifecycle.fact.description"
    _description = "Customer Data"
    _auto = False
    _order = "sequence"

    sequence = fields.Integer(readonly=True)
    name = fields.Char(string="In rules", readonly=True)
    label = fields.Char(readonly=True)
    explanation = fields.Char(string="Meaning", readonly=True)
    type = fields.Selection(TYPES, readonly=True)
    unit = fields.Char(readonly=True)
    example = fields.Char(readonly=True)
    has_history = fields.Boolean(
        string="Known for the past",
        readonly=True,
        help="Whether the value on a past date can be told. Odoo keeps no history of "
        "the others: a look back shows what they are today.",
    )
    heading = fields.Char(string="Group", readonly=True)
    source = fields.Char(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            "SELECT * FROM jsonb_to_recordset(%s::jsonb) AS described(%s)",
            json.dumps(self._rows()),
            SQL(
                "id integer, sequence integer, name varchar, label varchar,"
                " explanation varchar, type varchar, unit varchar, example varchar,"
                " has_history boolean, heading varchar, source varchar"
            ),
        )

    @api.model
    def _rows(self):
        """The facts in the user's language, as rows of this table."""
        registry = self.env["lifecycle.fact"]
        facts = registry._facts()
        sources = registry._source_by_fact()
        return [
            {
                "id": number,
                "sequence": number,
                "name": name,
                "label": fact.label,
                "explanation": fact.help,
                "type": fact.type,
                "unit": fact.unit,
                "example": written(fact.example),
                "has_history": fact.history,
                "heading": fact.group,
                "source": registry._say(sources[name].label),
            }
            for number, (name, fact) in enumerate(facts.items(), start=1)
        ]

    @api.depends("label", "name")
    def _compute_display_name(self):
        for fact in self:
            fact.display_name = fact.label or fact.name
