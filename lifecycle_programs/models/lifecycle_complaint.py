"""Complaints: written down by a colleague, or come by mail."""

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize, html2plaintext

SOURCES = [
    ("person", "A colleague wrote it down"),
    ("mail", "By mail"),
    ("system", "From another system"),
]


class LifecycleComplaint(models.Model):
    """A complaint of a contact.

    States: ``open`` (marketing leaves the customer alone) -> ``closed``. Opening and
    closing are events.
    """

    _name = "lifecycle.complaint"
    _description = "Complaint"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "received_at desc, id desc"

    name = fields.Char(string="About", required=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        ondelete="cascade",
        index="btree_not_null",
        tracking=True,
        help="Empty when it came by mail from an address that nobody has.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    email_from = fields.Char(string="From", readonly=True)
    text = fields.Text(string="What happened")
    source = fields.Selection(SOURCES, required=True, default="person", readonly=True)
    received_at = fields.Datetime(
        string="Received", required=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Gets a task. Without a choice: the customer's salesperson.",
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        tracking=True,
    )
    closed_at = fields.Datetime(string="Closed", readonly=True)
    outcome = fields.Text(string="What we did")

    _customer = models.Index("(partner_id, received_at) WHERE partner_id IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        for complaint in complaints.filtered(lambda one: not one.user_id):
            complaint.user_id = complaint._get_owner()
        complaints._ask_owners()
        complaints._watch_opened()
        return complaints

    def write(self, vals):
        if vals.get("state") == "closed":
            vals = {"closed_at": fields.Datetime.now()} | vals
        elif vals.get("state") == "open":
            vals = {"closed_at": False} | vals
        unknown = self.filtered(lambda one: not one.partner_id)
        closed = self.filtered(lambda one: one.state == "closed")
        result = super().write(vals)
        if vals.get("partner_id"):
            unknown._watch_opened()
        if vals.get("state") == "open":
            closed._watch_opened()
        elif vals.get("state") == "closed":
            self.env["lifecycle.event"]._watch(
                "complaint_closed", (self - closed).filtered("partner_id")
            )
            (self - closed).activity_unlink(["mail.mail_activity_data_todo"])
        return result

    # ------------------------------------------------------------
    # OWNER
    # ------------------------------------------------------------

    def _get_owner(self):
        """Whoever looks after the customer; failing that, who wrote it down."""
        self.ensure_one()
        contact = self.partner_id
        superuser = self.env.is_superuser()
        me = self.env.ref("base.user_admin") if superuser else self.env.user
        choices = (
            contact.user_id,
            contact.commercial_partner_id.user_id,
            me,
        )
        return next(user for user in choices if user and user.active)

    def _ask_owners(self):
        now = fields.Datetime.now()
        kind = self.env.ref("mail.mail_activity_data_todo")
        rows = [
            (
                complaint,
                {
                    "activity_type_id": kind.id,
                    "user_id": complaint.user_id.id,
                    "summary": self.env._("A complaint"),
                    "date_deadline": complaint.company_id._lifecycle_next_workday(now)[
                        0
                    ],
                },
            )
            for complaint in self
            if complaint.state == "open"
        ]
        if rows:
            self.env["mail.activity"].sudo()._lifecycle_create(rows)

    def action_close(self):
        """It is dealt with: marketing may go on."""
        self.write({"state": "closed"})
        return True

    def action_reopen(self):
        self.write({"state": "open"})
        return True

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _watch_opened(self):
        self.env["lifecycle.event"]._watch(
            "complaint",
            self.filtered(lambda one: one.partner_id and one.state == "open"),
        )

    def _lifecycle_rows_complaint(self, hook):
        return self._select_event_rows(hook)

    def _lifecycle_rows_complaint_closed(self, hook):
        return self._select_event_rows(hook)

    def _select_event_rows(self, hook):
        return self.env["lifecycle.event"]._select_rows(
            SQL("FROM %s JOIN lifecycle_complaint c ON c.id = hook.id", hook),
            partner_id=SQL("c.partner_id"),
            company_id=SQL("c.company_id"),
            occurred_at=SQL("hook.moment"),
            payload=SQL("jsonb_build_object('about', c.name)"),
            res_model=SQL("%s", self._name),
            res_id=SQL("c.id"),
        )

    # ------------------------------------------------------------
    # BY MAIL
    # ------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail to the address for complaints: of the contact who has the sender's
        address, the oldest if there are several."""
        sender = email_normalize(msg_dict.get("email_from") or "")
        contact = self.env["res.partner"].search(
            [("email_normalized", "=", sender)], order="id", limit=1
        )
        values = {
            "name": msg_dict.get("subject") or self.env._("Without a subject"),
            "partner_id": contact.id if sender else False,
            "company_id": (sender and contact.company_id or self.env.company).id,
            "email_from": msg_dict.get("email_from"),
            "text": html2plaintext(msg_dict.get("body") or ""),
            "source": "mail",
        }
        return super().message_new(msg_dict, values | (custom_values or {}))


class ResPartner(models.Model):
    _inherit = "res.partner"

    lifecycle_open_complaint_count = fields.Integer(
        string="Open Complaints",
        compute="_compute_lifecycle_open_complaint_count",
        groups="lifecycle_programs.group_lifecycle_user",
    )

    def _compute_lifecycle_open_complaint_count(self):
        counts = dict(
            self.env["lifecycle.complaint"]._read_group(
                [("partner_id", "in", self.ids), ("state", "=", "open")],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.lifecycle_open_complaint_count = counts.get(partner._origin, 0)

    def action_lifecycle_complaints(self):
        """The complaints of the contact; without any, the form for the first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_complaint_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"default_partner_id": self.id}
        if not self.env["lifecycle.complaint"].search_count(action["domain"], limit=1):
            action["views"] = [(False, "form")]
            action["target"] = "new"
        return action
