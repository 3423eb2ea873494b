"""Taking a program into use: checks, versions, states."""

import itertools

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .lifecycle_step import WAITS


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    draft_version_id = fields.Many2one(
        "lifecycle.version", compute="_compute_draft_version_id", store=True
    )
    step_ids = fields.Many2many(
        "lifecycle.step",
        compute="_compute_step_ids",
        help="The steps of the draft, or of the published version when there is none.",
    )

    @api.depends("version_ids.state")
    def _compute_draft_version_id(self):
        for program in self:
            program.draft_version_id = program.version_ids.filtered(
                lambda version: version.state == "draft"
            )

    @api.depends("version_ids.step_ids", "version_ids.state")
    def _compute_step_ids(self):
        for program in self:
            version = program.draft_version_id or program.version_id
            program.step_ids = version.step_ids

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    @api.constrains("rule", "goal_rule", "exit_rule", "parameter_ids", "pick")
    def _check_rules(self):
        if self.env.context.get("install_module"):
            # Data files load the numbers that rules name after their program.
            return
        for program in self:
            program._rule(program.rule, entry=True)
            program._rule(program.goal_rule)
            program._rule(program.exit_rule)

    def _get_setup_problems(self):
        """What the program itself still lacks, a sentence each."""
        self.ensure_one()
        problems = []
        if self.start == "event" and not self.event_type_ids:
            problems.append(self.env._("Choose the events that start the program."))
        if self.pick in ("offer", "category") and not self.offer_ids:
            problems.append(
                self.env._("The table of offers is empty: nobody could enter.")
            )
        if self.recipient == "role" and not self.recipient_tag_id:
            problems.append(self.env._("Choose the role that receives the messages."))
        return problems

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_publish(self):
        """Publish the draft (if there is one) and let people in."""
        now = fields.Datetime.now()
        for program in self:
            draft = program.draft_version_id
            if not draft and not program.version_id:
                raise UserError(self.env._("Add steps before you publish."))
            problems = program._get_setup_problems()
            if problems:
                raise ValidationError("\n".join(problems))
            if draft:
                old = program.version_id
                old.write({"state": "retired"})
                # One published version at a time, also for the database.
                old.flush_recordset(["state"])
                draft.write(
                    {
                        "state": "published",
                        "published_at": now,
                        "published_by_id": self.env.uid,
                    }
                )
            program._run_from(now)
        return True

    def _run_from(self, now):
        self.ensure_one()
        self.write({"state": "running", "error": False})
        if not self.user_id:
            self.user_id = self._default_user_id()
        if self.start == "schedule" and not self.next_scan_at:
            self.next_scan_at = now
            scan = self.env.ref("lifecycle_programs.ir_cron_scan_programs")
            scan.sudo()._trigger()

    def action_pause(self):
        """Nobody enters and nothing leaves until the program goes on."""
        self.write({"state": "paused"})
        return True

    def action_resume(self):
        """Go on. What fell due during the pause runs now; messages that are too late
        by then are skipped by the checks before sending."""
        now = fields.Datetime.now()
        for program in self.filtered(lambda program: program.state != "running"):
            if not program.version_id:
                raise UserError(self.env._("Publish the program first."))
            program._run_from(now)
        self.env["lifecycle.enrolment"]._wake_runner(now)
        return True

    def action_close(self):
        """Nobody enters any more; who is inside finishes."""
        self.write({"state": "closed"})
        return True

    def action_edit_steps(self):
        """Make a draft of the published version, unless there is one."""
        self.ensure_one()
        if not self.draft_version_id:
            if self.version_id:
                self.version_id._copy_as_draft()
            else:
                self.env["lifecycle.version"].create({"program_id": self.id})
        return True

    def copy(self, default=None):
        copies = super().copy(default)
        for program, copy in zip(self, copies, strict=True):
            version = program.draft_version_id or program.version_id
            if version:
                version._copy_as_draft(copy)
        return copies

    def copy_data(self, default=None):
        values_list = super().copy_data(default)
        for program, values in zip(self, values_list, strict=True):
            values["name"] = self.env._("%s (copy)", program.name)
            values["code"] = program._get_free_code()
        return values_list

    def _get_free_code(self):
        """The code of a copy: ``welcome_copy``, then ``welcome_copy_2`` and so on."""
        self.ensure_one()
        code = f"{self.code}_copy"
        # As superuser and with the archived ones: the index counts them all.
        taken = set(
            self.sudo()
            .with_context(active_test=False)
            .search([("code", "=like", f"{code}%")])
            .mapped("code")
        )
        numbered = (f"{code}_{number}" for number in itertools.count(2))
        return next(
            one for one in itertools.chain([code], numbered) if one not in taken
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.enrolment_ids:
            raise UserError(
                self.env._(
                    "People have been in this program: archive it instead, so that its "
                    "history stays."
                )
            )

    # ------------------------------------------------------------
    # ERRORS
    # ------------------------------------------------------------

    def _tell_step_error(self, enrolment, text):
        """Tell the owner that a step has failed for good; once until it is dealt
        with, however many people it concerns."""
        self.ensure_one()
        if self.error:
            return
        self.error = text
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("A step failed"),
            note=self.env._(
                "Step “%(step)s” failed for %(contact)s: %(error)s",
                step=enrolment.step_id.name,
                contact=enrolment.partner_id.display_name,
                error=text,
            ),
            user_id=self.user_id.id or self.env.uid,
        )


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_instant_ways_out(self):
        """The steps that follow without any waiting."""
        self.ensure_one()
        return self.browse() if self.type in WAITS else self._get_ways_out()

    def _get_problems(self):
        """Why this step cannot be published, a sentence each; step types add theirs."""
        self.ensure_one()
        problems = []
        needed = {
            "mail": ("message_id", self.env._("choose a message.")),
            "sms": ("message_id", self.env._("choose a message.")),
            "survey": ("survey_id", self.env._("choose a survey.")),
            "start_program": ("target_program_id", self.env._("choose a program.")),
            "split": ("branch_ids", self.env._("add a branch with a rule.")),
            "wait_until": ("branch_ids", self.env._("add the event to wait for.")),
        }
        field, problem = needed.get(self.type, (None, None))
        if field and not self[field]:
            problems.append(problem)
        if self._get_ways_out().version_id - self.version_id:
            problems.append(self.env._("it leads to a step of another version."))
        for branch in self.branch_ids:
            try:
                self.program_id._rule(branch._get_rule())
            except ValidationError as error:
                problems.append(f"{branch.name}: {error.args[0]}")
        return problems
