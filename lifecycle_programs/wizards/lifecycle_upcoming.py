from odoo import api, fields, models

# How far ahead a salesperson looks.
DAYS = 7


class LifecycleUpcoming(models.TransientModel):
    """A message that a program is about to send to one of my customers.

    Worked out when the page is opened; stopping looks at how things stand then.
    """

    _name = "lifecycle.upcoming"
    _description = "Message to My Customers"
    _order = "due_at, id"
    _rec_name = "step_id"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", required=True, ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", ondelete="cascade", readonly=True
    )
    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", readonly=True
    )
    step_id = fields.Many2one(
        "lifecycle.step",
        string="Message",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    message_id = fields.Many2one(
        "lifecycle.message", string="Text", ondelete="cascade", readonly=True
    )
    channel = fields.Selection(related="message_id.channel")
    due_at = fields.Datetime(
        string="When",
        readonly=True,
        help="The earliest moment: quiet hours and limits may put it off.",
    )
    certain = fields.Boolean(
        readonly=True,
        help="Without this it may still take another way, by what the customer does.",
    )
    state = fields.Selection(
        [
            ("coming", "Goes out"),
            ("possible", "May go out"),
            ("stopped", "Stopped"),
        ],
        required=True,
        readonly=True,
    )

    # ------------------------------------------------------------
    # OPENING
    # ------------------------------------------------------------

    @api.model
    def action_open(self):
        """Open the list of what goes to my customers in the next days."""
        rows = self._refresh(fields.Datetime.now())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_upcoming_action"
        )
        action["domain"] = [("id", "in", rows.ids)]
        return action

    @api.model
    def _refresh(self, now):
        """The rows of the current user as of now, in the place of former ones."""
        self.sudo().search([("create_uid", "=", self.env.uid)]).unlink()
        partners = self.env["lifecycle.veto"]._get_own_customers()
        if not partners:
            return self.browse()
        forecast = self.env["lifecycle.forecast"]
        messages = forecast.with_context(lifecycle_with_stopped=True)._get_messages(
            now, days=DAYS, partners=partners
        )
        # The record rules have the last word on which people in programs are seen.
        visible = self.env["lifecycle.enrolment"].search(
            [("id", "in", list({message.enrolment_id for message in messages}))]
        )
        seen = set(visible.ids)
        vetoes = self.env["lifecycle.veto"].search(
            [("enrolment_id", "in", visible.ids)]
        )
        stopped = {(veto.enrolment_id.id, veto.step_id.id) for veto in vetoes}
        customers = {one.id: one.commercial_partner_id.id for one in partners}
        rows = self.sudo().create(
            [
                self._prepare_row(message, stopped)
                | {"commercial_partner_id": customers[message.partner_id]}
                for message in messages
                if message.enrolment_id in seen
            ]
        )
        return rows.with_env(self.env)

    @api.model
    def _prepare_row(self, message, stopped):
        state = "coming" if message.certain else "possible"
        if (message.enrolment_id, message.step_id) in stopped:
            state = "stopped"
        return {
            "enrolment_id": message.enrolment_id,
            "partner_id": message.partner_id,
            "program_id": message.program_id,
            "step_id": message.step_id,
            "message_id": message.message_id,
            "due_at": message.due_at,
            "certain": message.certain,
            "state": state,
        }

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_stop_message(self):
        """This message does not leave; the program goes on after it."""
        self._stop("message")
        return True

    def action_stop_program(self):
        """The program ends for this contact, at once."""
        self._stop("program")
        return True

    def _stop(self, scope):
        now = fields.Datetime.now()
        vetoes = self.env["lifecycle.veto"]
        for row in self:
            if row.enrolment_id.state == "active":
                vetoes |= vetoes._stop(row.enrolment_id, row.step_id, scope, now)
        stopped = self
        if scope == "program":
            stopped = self.search([("enrolment_id", "in", self.enrolment_id.ids)])
        stopped.sudo().state = "stopped"

    def action_preview(self):
        """The message as this contact would get it now."""
        self.ensure_one()
        action = self.message_id.action_preview()
        action["context"] |= {"default_partner_id": self.partner_id.id}
        return action

    def action_timeline(self):
        self.ensure_one()
        return self.partner_id.action_lifecycle_timeline()
