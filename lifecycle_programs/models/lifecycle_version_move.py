"""Moving the people inside from one version to the next, and restoring a version."""

import json

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .lifecycle_program_publish import WAITS

INSIDE = ("active", "error")


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    inside_count = fields.Integer(
        string="People inside",
        compute="_compute_inside_count",
        help="Who is in the program on this version.",
    )

    def _compute_inside_count(self):
        counts = dict(
            self.env["lifecycle.enrolment"]._read_group(
                [("version_id", "in", self.ids), ("state", "in", INSIDE)],
                ["version_id"],
                ["__count"],
            )
        )
        for version in self:
            version.inside_count = counts.get(version, 0)

    def _move_people(self, choices, now):
        """Bring people from the steps of older versions to this one, or end them.

        A cursor keeps its due time and its visits: nothing that lies before the new
        step is run, nothing is run earlier than it would have been. Each choice is a
        few statements, however many people it concerns.

        :param choices: dict of a step of an older version to a step of this one, or to
            an empty record to end
        :return: how many people were moved or ended
        """
        self.ensure_one()
        self.program_id.check_access("write")
        self.env.flush_all()
        count = 0
        for step, target in choices.items():
            if step.program_id != self.program_id or step.version_id == self:
                raise UserError(
                    self.env._("“%s” is no step of an older version.", step.name)
                )
            if target and target.version_id != self:
                raise UserError(
                    self.env._("“%s” is no step of this version.", target.name)
                )
            count += self._move_step(step, target, now)
        self.env["lifecycle.enrolment"].invalidate_model()
        self.env["lifecycle.step.run"].invalidate_model()
        return count

    def _move_step(self, step, target, now):
        """Move or end who stands at one step; the step run says what happened."""
        detail = {"version": self.number} | ({"step": target.key} if target else {})
        rows = self.env.execute_query(
            SQL(
                """
                WITH moved AS (
                    UPDATE lifecycle_enrolment
                       SET version_id = COALESCE(%(version)s, version_id),
                           step_id = COALESCE(%(target)s, step_id),
                           visit = visit + 1,
                           -- Who waits goes on waiting, if there is something to
                           -- wait for; else the step runs when the wait was to end.
                           waiting = waiting AND %(waits)s,
                           write_uid = %(uid)s, write_date = %(now)s
                     WHERE program_id = %(program)s AND step_id = %(step)s
                       AND state = ANY(%(inside)s)
                 RETURNING id, visit - 1 AS visit, company_id, partner_id, scheduled_at
                )
                INSERT INTO lifecycle_step_run (
                    enrolment_id, step_id, visit, program_id, company_id, partner_id,
                    step_type, outcome, reason, scheduled_at, run_at, detail)
                SELECT id, %(step)s, visit, %(program)s, company_id, partner_id,
                       %(type)s, 'skipped', %(reason)s, COALESCE(scheduled_at, %(now)s),
                       %(now)s, %(detail)s
                  FROM moved
             RETURNING enrolment_id
                """,
                version=self.id if target else None,
                target=target.id or None,
                waits=target.type in WAITS,
                uid=self.env.uid,
                now=now,
                program=self.program_id.id,
                step=step.id,
                inside=list(INSIDE),
                type=step.type,
                reason="moved" if target else "version_ended",
                detail=json.dumps(detail),
            )
        )
        if not target:
            ended = self.env["lifecycle.enrolment"].browse(row[0] for row in rows)
            ended.invalidate_recordset()
            ended.sudo()._leave("exited", "version_ended", now)
            self.env.flush_all()
        return len(rows)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_restore(self):
        """Make a draft of this version; nothing changes until it is published."""
        self.ensure_one()
        draft = self.program_id.draft_version_id
        if draft:
            raise UserError(
                self.env._(
                    "There is a draft already. Publish or discard it before you "
                    "restore version %s.",
                    self.number,
                )
            )
        self._copy_as_draft()
        return True

    def action_open(self):
        """Show the version: its steps, who is inside, what it changed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def action_discard_draft(self):
        """Throw the draft away; the published version stays as it is."""
        for program in self:
            if not program.version_id:
                raise UserError(
                    self.env._("Nothing is published yet: there is only the draft.")
                )
            messages = program.draft_version_id._get_steps_and_bin().message_id
            program.draft_version_id.unlink()
            messages.filtered(lambda message: not message.step_ids).unlink()
        return True

    def _get_inside(self):
        """Who is inside, step by step: dict of step to the number of people."""
        self.ensure_one()
        return dict(
            self.env["lifecycle.enrolment"]._read_group(
                [
                    ("program_id", "=", self.id),
                    ("state", "in", INSIDE),
                    ("step_id", "!=", False),
                ],
                ["step_id"],
                ["__count"],
            )
        )
