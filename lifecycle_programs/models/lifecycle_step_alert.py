from markupsafe import Markup

from odoo import models
from odoo.tools import plaintext2html

from ..engine.template import compile_template
from .step_result import StepResult


class LifecycleStep(models.Model):
    """The steps that give a person something to do."""

    _inherit = "lifecycle.step"

    # ------------------------------------------------------------
    # SALES ALERT
    # ------------------------------------------------------------

    def _run_sales_alert_batch(self, enrolments, now):
        """Bring the contacts to their salespeople.

        :return: a `StepResult` per enrolment id
        """
        self.ensure_one()
        low = self._get_below_value(enrolments, now)
        results = {one.id: StepResult("skipped", "below_value") for one in low}
        wanted = enrolments - low
        if wanted:
            answers = self.env["lifecycle.alert"]._alert_batch(self, wanted, now)
            for enrolment_id, answer in answers.items():
                results[enrolment_id] = (
                    answer
                    if isinstance(answer, StepResult)
                    else StepResult(
                        values={
                            "alert_id": answer.id,
                            "detail": {"strength": answer.strength},
                        }
                    )
                )
        return results

    # ------------------------------------------------------------
    # TASK FOR A PERSON
    # ------------------------------------------------------------

    def _run_activity_batch(self, enrolments, now):
        """A task on the open opportunity of the contact, else on the contact.

        :return: a `StepResult` per enrolment id
        """
        self.ensure_one()
        low = self._get_below_value(enrolments, now)
        results = {one.id: StepResult("skipped", "below_value") for one in low}
        company = self.env.company
        leads = self.env["lifecycle.alert"]._get_open_leads(
            enrolments.commercial_partner_id, company
        )
        users = {
            one: self._get_task_user(
                one, leads.get(one.commercial_partner_id.id, self.env["crm.lead"])
            )
            for one in enrolments - low
        }
        lonely = [one for one, user in users.items() if not user]
        results |= {one.id: StepResult("skipped", "no_salesperson") for one in lonely}
        busy = self.env["lifecycle.enrolment"].union(
            *(one for one, user in users.items() if user)
        )
        activities = self._create_tasks(busy, leads, users, now)
        for enrolment, activity in zip(busy, activities, strict=True):
            results[enrolment.id] = StepResult(
                values={
                    "detail": {
                        "activity_id": activity.id,
                        "user": activity.user_id.name,
                        "due": str(activity.date_deadline),
                    }
                }
            )
        return results

    def _create_tasks(self, enrolments, leads, users, now):
        if not enrolments:
            return self.env["mail.activity"]
        due, _begin = self.env.company._lifecycle_next_workday(now, self.due_days)
        notes = self._render_notes(enrolments, now)
        kind = self.activity_type_id or self.env.ref("mail.mail_activity_data_call")
        return self.env["mail.activity"]._lifecycle_create(
            [
                (
                    leads.get(enrolment.commercial_partner_id.id)
                    or enrolment.partner_id,
                    {
                        "activity_type_id": kind.id,
                        "user_id": users[enrolment].id,
                        "summary": self.name,
                        "note": notes.get(enrolment.id),
                        "date_deadline": due,
                        **self._prepare_task_values(enrolment),
                    },
                )
                for enrolment in enrolments
            ]
        )

    def _prepare_task_values(self, enrolment):
        """Further values of the task for a contact."""
        return {}

    def _get_task_user(self, enrolment, lead):
        """The one of the step, else the owner, else the program's owner."""
        contact = enrolment.partner_id
        choices = (
            self.user_id,
            lead.user_id,
            contact.user_id,
            enrolment.commercial_partner_id.user_id,
            lead.team_id.user_id,
            self.program_id.user_id,
        )
        company = self.env.company
        return next(
            (
                user
                for user in choices
                if user and user.active and company in user.company_ids
            ),
            self.env["res.users"],
        )

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    def _get_below_value(self, enrolments, now):
        """The enrolments whose purchases of a year are below the step's limit."""
        if not self.min_value:
            return enrolments.browse()
        facts = self.env["lifecycle.fact"]._read(
            enrolments.partner_id.ids, ["orders.total_365d"], self.env.company, now
        )
        return enrolments.filtered(
            lambda one: (
                (facts.get(one.partner_id.id, {}).get("orders.total_365d") or 0)
                < self.min_value
            )
        )

    def _render_notes(self, enrolments, now):
        """The step's note for the salesperson, rendered for each contact.

        :rtype: dict[int, Markup] by enrolment id
        """
        if not self or not self.note:
            return {}
        template = compile_template(self.note, html=False)
        values = enrolments._get_values(template.variables, now)
        return {
            enrolment.id: Markup(
                plaintext2html(
                    template.render(
                        values[enrolment.id] | enrolment._get_format_values()
                    )
                )
            )
            for enrolment in enrolments
        }
