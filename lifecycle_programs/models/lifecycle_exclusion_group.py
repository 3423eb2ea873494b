"""Exclusion groups: of the programs in a group, one at a time has a contact."""

from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .lifecycle_entry_check import Line

# When it is looked again whether the program has the contact to itself.
LOOK_AGAIN = timedelta(days=1)


class LifecycleExclusionGroup(models.Model):
    """Programs of which one at a time has a contact: the first in the order of
    programs, and among equals the one that the contact entered first."""

    _name = "lifecycle.exclusion.group"
    _description = "Exclusion Group of Programs"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    others = fields.Selection(
        [("wait", "Wait until it is through"), ("end", "End, and do not begin")],
        string="The other programs",
        required=True,
        default="wait",
        help="Wait: the contact can be in several programs of the group, and only one "
        "of them goes on. End: a program earlier in the order ends the others, and a "
        "later one does not take the contact in.",
    )
    program_ids = fields.One2many(
        "lifecycle.program", "exclusion_group_id", string="Programs"
    )


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    exclusion_group_id = fields.Many2one(
        "lifecycle.exclusion.group",
        ondelete="set null",
        index="btree_not_null",
        domain="[('company_id', '=', company_id)]",
        help="Of the programs in a group, one at a time has a contact.",
    )

    # ------------------------------------------------------------
    # ENTRY
    # ------------------------------------------------------------

    def _entry_conditions(self, rule, now, addressee=None):
        conditions = super()._entry_conditions(rule, now, addressee)
        if self.exclusion_group_id.others == "end":
            conditions["exclusion"] = SQL(
                """
                NOT EXISTS (
                    SELECT FROM lifecycle_enrolment e
                      JOIN lifecycle_program o ON o.id = e.program_id
                     WHERE e.partner_id = c.contact_id
                       AND (e.state = 'active' OR e.ended_at > %s)
                       AND o.exclusion_group_id = %s AND o.id <> %s
                       AND o.sequence <= %s
                    OFFSET 0)
                """,
                now,
                self.exclusion_group_id.id,
                self.id,
                self.sequence,
            )
        return conditions

    def _get_entry_lines(self, check):
        lines = super()._get_entry_lines(check)
        if not check.answers.get("exclusion", True):
            group = self.exclusion_group_id.name
            lines.append(
                Line(
                    "exclusion",
                    False,
                    self.env._("Another program of the group “%s” has it.", group),
                    self.env._("another program of the group “%s” has it", group),
                )
            )
        return lines

    def _insert_enrolments(self, candidates, now, facts=None, addressee=None):
        enrolments = super()._insert_enrolments(candidates, now, facts, addressee)
        if self.exclusion_group_id.others == "end":
            enrolments._end_excluded(now)
        return enrolments


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _end_excluded(self, now):
        """End what these new enrolments push out: the same contacts in later programs
        of the group."""
        group = self.program_id.exclusion_group_id
        if not group:
            return
        self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "active"),
                ("program_id.exclusion_group_id", "=", group.id),
                ("program_id.sequence", ">", self.program_id.sequence),
            ]
        )._leave("exited", "exclusion", now)

    def _find_excluded(self):
        """Which of these have to leave the contact to another program of their group:
        one earlier in the order, or as early and entered before."""
        programs = self.program_id.filtered("exclusion_group_id")
        if not programs:
            return self.browse()
        grouped = self.filtered(lambda one: one.program_id in programs)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT e.id
                  FROM lifecycle_enrolment e
                  JOIN lifecycle_program p ON p.id = e.program_id
                  JOIN lifecycle_enrolment o
                    ON o.partner_id = e.partner_id AND o.state = 'active'
                  JOIN lifecycle_program q ON q.id = o.program_id
                 WHERE e.id = ANY(%s) AND q.id <> p.id AND q.active
                   AND q.state IN ('running', 'closed')
                   AND q.exclusion_group_id = p.exclusion_group_id
                   AND (q.sequence, o.entered_at, o.id)
                       < (p.sequence, e.entered_at, e.id)
                """,
                grouped.ids,
            )
        )
        return self.browse(enrolment_id for (enrolment_id,) in rows)

    def _rest_while_paused(self, now):
        """Who belongs to another program of the group rests, or leaves."""
        going_on = super()._rest_while_paused(now)
        excluded = going_on._find_excluded()
        ending = excluded.filtered(
            lambda one: one.program_id.exclusion_group_id.others == "end"
        )
        ending._leave("exited", "exclusion", now)
        resting = excluded - ending
        resting._rest("exclusion", dict.fromkeys(resting, now + LOOK_AGAIN), now)
        return going_on - excluded


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _gate_checks(self):
        checks = super()._gate_checks()
        checks.insert(checks.index("_gate_higher_program"), "_gate_exclusion")
        return checks

    def _gate_exclusion(self, batch):
        """Another program of the group may have taken the contact at this moment. An
        explanation asks here too, of who would enter."""
        if not batch.category.can_opt_out or not self.program_id.exclusion_group_id:
            return
        enrolments = self.env["lifecycle.enrolment"].union(*batch.enrolments)
        excluded = enrolments.filtered("id")._find_excluded()
        for enrolment in batch.enrolments:
            if enrolment in excluded:
                batch.rest(enrolment, "exclusion", batch.now + LOOK_AGAIN)
