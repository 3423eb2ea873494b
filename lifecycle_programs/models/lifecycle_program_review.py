"""Once a year somebody looks whether a program still fits."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

# From publishing, unless the owner chooses another day.
REVIEW_AFTER = relativedelta(years=1)


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    review_on = fields.Date(
        string="Review on",
        copy=False,
        tracking=True,
        help="On this day the owner gets a task: are rules, texts and numbers still "
        "right? A year after publishing, unless another day is chosen.",
    )
    review_asked_on = fields.Date(
        copy=False, help="The review date that the owner has been given a task for."
    )

    def _run_from(self, now):
        result = super()._run_from(now)
        today = self.company_id._lifecycle_today(now)
        if not self.review_on or self.review_on <= today:
            self.review_on = today + REVIEW_AFTER
        return result

    def action_publish(self):
        # A new version has been looked at: its year begins.
        renewed = self.filtered(lambda one: one.draft_version_id and one.version_id)
        result = super().action_publish()
        now = fields.Datetime.now()
        for program in renewed:
            today = program.company_id._lifecycle_today(now)
            program.review_on = max(program.review_on, today + REVIEW_AFTER)
        return result

    @api.model
    def _cron_review(self):
        """One transaction, which the scheduled action commits; asks once per date."""
        self._ask_for_reviews(fields.Datetime.now())

    @api.model
    def _ask_for_reviews(self, now):
        """Give the owners of programs whose review date has come a task.

        :return: the programs
        """
        programs = self.search(
            [("state", "in", ("running", "paused")), ("review_on", "<=", now)]
        ).filtered(
            lambda program: (
                program.review_on <= program.company_id._lifecycle_today(now)
                and program.review_asked_on != program.review_on
            )
        )
        kind = self.env.ref("mail.mail_activity_data_todo")
        admin = self.env.ref("base.user_admin")
        self.env["mail.activity"]._lifecycle_create(
            [
                (
                    program,
                    {
                        "activity_type_id": kind.id,
                        "user_id": (program.user_id or admin).id,
                        "summary": self.env._("Review the program"),
                        "note": self.env._(
                            "Are its rules, texts and numbers still right? Then choose "
                            "the next review date."
                        ),
                        "date_deadline": program.review_on,
                    },
                )
                for program in programs
            ]
        )
        for program in programs:
            program.review_asked_on = program.review_on
        return programs
