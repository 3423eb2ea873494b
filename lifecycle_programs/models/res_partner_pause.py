"""A salesperson lets marketing to a customer rest until a day."""

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    lifecycle_paused_until = fields.Datetime(
        string="Marketing Rests until",
        copy=False,
        readonly=True,
        groups="lifecycle_programs.group_lifecycle_user",
        help="A salesperson has asked for it. Kept on the company, for all who belong "
        "to it.",
    )
    lifecycle_is_paused = fields.Boolean(
        compute="_compute_lifecycle_is_paused",
        groups="lifecycle_programs.group_lifecycle_user",
    )

    @api.depends("commercial_partner_id.lifecycle_paused_until")
    def _compute_lifecycle_is_paused(self):
        now = fields.Datetime.now()
        for partner in self:
            until = partner.commercial_partner_id.lifecycle_paused_until
            partner.lifecycle_is_paused = bool(until and until > now)

    def action_lifecycle_pause(self):
        """Ask until when marketing rests."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause marketing"),
            "res_model": "lifecycle.contact.pause",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }

    def action_lifecycle_resume(self):
        """Marketing goes on: what rested is looked at again at once."""
        customer = self.commercial_partner_id
        customer._lifecycle_pause(False, fields.Datetime.now())
        return True

    def _lifecycle_pause(self, until, now, note=None):
        """Pause these customers until a moment, or let them go on.

        :param until: naive UTC, False to go on
        """
        self.check_access("write")
        before = {partner.lifecycle_paused_until for partner in self} - {False}
        self.lifecycle_paused_until = until
        if until:
            day = self.env["lifecycle.program"]._say_day(until)
            text = self.env._("Marketing rests until %(day)s.", day=day)
        else:
            text = self.env._("Marketing goes on.")
            resting = (
                self.env["lifecycle.enrolment"]
                .sudo()
                .search(
                    [
                        ("commercial_partner_id", "in", self.ids),
                        ("state", "=", "active"),
                        # They rest until exactly then.
                        ("due_at", "in", list(before)),
                        ("due_at", ">", now),
                    ]
                )
            )
            resting.write({"due_at": now, "scheduled_at": now})
            resting._wake_runner(now)
        text = " ".join(filter(None, (text, note)))
        self._message_log_batch(dict.fromkeys(self.ids, text))

    @api.depends("commercial_partner_id.lifecycle_paused_until")
    @api.depends_context("allowed_company_ids", "lang", "tz")
    def _compute_lifecycle_rest_reason(self):
        result = super()._compute_lifecycle_rest_reason()
        now = fields.Datetime.now()
        for partner in self:
            until = partner.commercial_partner_id.lifecycle_paused_until
            if until and until > now and not partner.lifecycle_rest_reason:
                partner.lifecycle_rest_reason = self._say_lifecycle_rest(
                    "sales_pause", until
                )
        return result


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _rest_while_paused(self, now):
        """Who a salesperson keeps marketing away from rests too, in the programs that
        have a contact to themselves."""
        going = super()._rest_while_paused(now)
        programs = going.program_id
        exclusive = programs.filtered("is_exclusive")
        if not exclusive:
            return going
        mine = going
        if exclusive != programs:
            mine = going.filtered(lambda one: one.program_id in exclusive)
        # Asked for the few, not read of everybody.
        customers = (
            self.env["res.partner"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("id", "in", mine.commercial_partner_id.ids),
                    ("lifecycle_paused_until", ">", now),
                ]
            )
        )
        if not customers:
            return going
        until = {customer.id: customer.lifecycle_paused_until for customer in customers}
        resting = mine.filtered(lambda one: one.commercial_partner_id.id in until)
        resting._rest(
            "sales_pause",
            {one: until[one.commercial_partner_id.id] for one in resting},
            now,
        )
        return going - resting


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _gate_checks(self):
        checks = super()._gate_checks()
        place = checks.index("_gate_paused")
        return [*checks[:place], "_gate_sales_pause", *checks[place:]]

    def _gate_sales_pause(self, batch):
        """Of all other programs the messages rest, except billing and legal ones."""
        if not batch.category.can_opt_out:
            return
        if not any(batch.customers.mapped("lifecycle_paused_until")):
            return
        for enrolment in batch.enrolments:
            until = enrolment.commercial_partner_id.lifecycle_paused_until
            if until and until > batch.now:
                batch.rest(enrolment, "sales_pause", until)
