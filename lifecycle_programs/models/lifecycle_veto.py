"""A salesperson stops what a program is about to send to a customer."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .lifecycle_timeline import Source


class LifecycleVeto(models.Model):
    """Who has stopped a message to a customer, or the whole program, and when.

    A stopped message is skipped when its time comes, and the program goes on; a stopped
    program ends for the contact at once.
    """

    _name = "lifecycle.veto"
    _description = "Message Stopped by Sales"
    _order = "vetoed_at desc, id desc"
    _rec_name = "step_id"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", required=True, ondelete="cascade", readonly=True
    )
    step_id = fields.Many2one(
        "lifecycle.step",
        string="Message",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    program_id = fields.Many2one(
        "lifecycle.program",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    scope = fields.Selection(
        [("message", "This message"), ("program", "The whole program")],
        string="Stopped",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True)
    vetoed_at = fields.Datetime(string="When", required=True, readonly=True)

    _once = models.UniqueIndex("(enrolment_id, step_id)")

    @api.model
    def _stop(self, enrolment, step, scope, now):
        """Stop a message, or the program, in the name of the current user.

        Whoever sells to the customer may; so may marketers and who sees all leads.
        """
        self._check_may_stop(enrolment)
        if enrolment.state != "active":
            raise UserError(
                self.env._("The contact has left the program already. Reload the page.")
            )
        if step.version_id != enrolment.version_id:
            raise UserError(self.env._("The program has changed. Reload the page."))
        veto = self.sudo().search(
            [("enrolment_id", "=", enrolment.id), ("step_id", "=", step.id)]
        )
        values = {"scope": scope, "user_id": self.env.uid, "vetoed_at": now}
        if veto:
            veto.write(values)
        else:
            veto = self.sudo().create(
                {
                    "enrolment_id": enrolment.id,
                    "step_id": step.id,
                    "program_id": enrolment.program_id.id,
                    "company_id": enrolment.company_id.id,
                    "partner_id": enrolment.partner_id.id,
                    **values,
                }
            )
        if scope == "program":
            enrolment.sudo()._leave("exited", "veto", now)
        return veto.with_env(self.env)

    @api.model
    def _check_may_stop(self, enrolment):
        enrolment.check_access("read")
        enrolment.partner_id.check_access("read")
        user = self.env.user
        if any(
            user.has_group(group)
            for group in (
                "lifecycle_programs.group_lifecycle_marketer",
                "sales_team.group_sale_salesman_all_leads",
            )
        ):
            return
        if enrolment.partner_id not in self._get_own_customers(enrolment.partner_id):
            raise AccessError(
                self.env._("Only who sells to this customer can stop messages to it.")
            )

    @api.model
    def _get_own_customers(self, partners=None):
        """The contacts that the current user sells to: their own, their companies', and
        those of their open opportunities.

        :param partners: only among these
        """
        uid = self.env.uid
        leads = self.env["crm.lead"].search(
            [("user_id", "=", uid), ("won_status", "=", "pending")]
        )
        domain = [
            "|",
            "|",
            ("user_id", "=", uid),
            ("commercial_partner_id.user_id", "=", uid),
            ("id", "in", leads.partner_id.ids),
        ]
        if partners is not None:
            domain = ["&", ("id", "in", partners.ids), *domain]
        return self.env["res.partner"].search(domain)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _gate_checks(self):
        return ["_gate_veto", *super()._gate_checks()]

    def _gate_veto(self, batch):
        """What a salesperson has stopped is left out."""
        rows = self._query(
            SQL(
                "SELECT enrolment_id FROM lifecycle_veto"
                " WHERE step_id = %s AND enrolment_id = ANY(%s)",
                self.id,
                [enrolment.id for enrolment in batch.enrolments],
            )
        )
        stopped = {enrolment_id for (enrolment_id,) in rows}
        if not stopped:
            return
        for enrolment in batch.enrolments:
            if enrolment.id in stopped:
                batch.skip(enrolment, "veto")


class LifecycleForecast(models.Model):
    _inherit = "lifecycle.forecast"
    _depends = {"lifecycle.veto": ["enrolment_id", "step_id"]}

    @api.model
    def _sendable(self):
        """Leaves out what a salesperson has stopped, unless whoever asks shows it."""
        sendable = super()._sendable()
        if self.env.context.get("lifecycle_with_stopped"):
            return sendable
        return SQL(
            """
            %s AND NOT EXISTS (SELECT FROM lifecycle_veto v
                                WHERE v.enrolment_id = w.enrolment_id
                                  AND v.step_id = w.step_id)
            """,
            sendable,
        )


class LifecycleTimeline(models.AbstractModel):
    _inherit = "lifecycle.timeline"

    @api.model
    def _sources(self):
        return super()._sources() | {
            "vetoed": Source("message", "lifecycle.veto", "vetoed_at")
        }

    @api.model
    def _tell_vetoed(self, vetoes):
        return {
            veto.id: {
                "title": self.env._("Program stopped: %s", veto.program_id.name)
                if veto.scope == "program"
                else self.env._("Message stopped: %s", veto.step_id.name),
                "text": veto.user_id.name,
                "icon": "fa-ban",
                "record": [veto.enrolment_id._name, veto.enrolment_id.id],
            }
            for veto in vetoes
        }


class LifecyclePrivacy(models.AbstractModel):
    _inherit = "lifecycle.privacy"

    @api.model
    def _get_sections(self, partner, addresses):
        return [
            *super()._get_sections(partner, addresses),
            (
                "vetoes",
                "lifecycle.veto",
                [("partner_id", "=", partner.id)],
                ("vetoed_at", "program_id", "scope"),
            ),
        ]

    @api.model
    def _get_erasing(self, partner, addresses):
        return [
            *super()._get_erasing(partner, addresses),
            SQL("DELETE FROM lifecycle_veto WHERE partner_id = %s", partner.id),
        ]
