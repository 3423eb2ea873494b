"""The stage of a contact, now or at a moment, to search for."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .lifecycle_stage_count import FACT

#: In the context: the id of the company and the two moments that stages are asked for.
MOMENTS = "lifecycle_stage_moments"
STAGES = "_selection_lifecycle_stage"
BEFORE = timedelta(days=30)


class ResPartner(models.Model):
    _inherit = "res.partner"

    lifecycle_stage = fields.Selection(
        STAGES,
        string="Stage",
        compute="_compute_lifecycle_stage",
        search="_search_lifecycle_stage",
        groups="lifecycle_programs.group_lifecycle_user",
        help="Where the customer stands in the lifecycle, by the purchases and answers "
        "up to now.",
    )
    lifecycle_stage_before = fields.Selection(
        STAGES,
        string="Stage before",
        compute="_compute_lifecycle_stage",
        search="_search_lifecycle_stage_before",
        groups="lifecycle_programs.group_lifecycle_user",
        help="Where the customer stood 30 days ago, or at the beginning of the period "
        "that the dashboard shows.",
    )

    @api.model
    def _selection_lifecycle_stage(self):
        return [
            (stage.code, stage.name)
            for stage in self.env["lifecycle.stage"].sudo().search([])
        ]

    @api.depends_context("company", MOMENTS)
    def _compute_lifecycle_stage(self):
        company, before, now = self._lifecycle_moments()
        known = {code for code, _name in self._selection_lifecycle_stage()}
        facts = self.env["lifecycle.fact"].sudo()
        for field, moment in (
            ("lifecycle_stage", now),
            ("lifecycle_stage_before", before),
        ):
            stages = facts._read(self.ids, [FACT], company, moment)
            for partner in self:
                stage = stages.get(partner._origin.id, {}).get(FACT)
                partner[field] = stage if stage in known else False

    def _search_lifecycle_stage(self, operator, value):
        return self._search_stage_at(operator, value, self._lifecycle_moments()[2])

    def _search_lifecycle_stage_before(self, operator, value):
        return self._search_stage_at(operator, value, self._lifecycle_moments()[1])

    @api.model
    def _search_stage_at(self, operator, value, moment):
        """The contacts that programs may write to and that stood in these stages."""
        if operator != "in":
            return NotImplemented
        facts = self.env["lifecycle.fact"].sudo()
        self.env.flush_all()
        snapshot = facts._snapshot([FACT], self._lifecycle_moments()[0], moment)
        found = SQL(
            "(SELECT contact_id FROM (%s) AS snapshot"
            ' WHERE snapshot."contact.stage" = ANY(%s))',
            snapshot,
            [stage for stage in value if stage],
        )
        return Domain("id", "in", found)

    @api.model
    def _lifecycle_moments(self):
        """The company that stages are asked for, and the two moments.

        What the context says comes from the client: only a company of the user counts.
        """
        asked, before, now = self.env.context.get(MOMENTS) or (False, False, False)
        company = self.env.companies.filtered(lambda one: one.id == asked)
        now = fields.Datetime.to_datetime(now) or fields.Datetime.now()
        before = fields.Datetime.to_datetime(before) or now - BEFORE
        return company or self.env.company, before, now
