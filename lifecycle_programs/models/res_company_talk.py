from odoo import fields, models


class ResCompany(models.Model):
    """When sales is talking to a customer, so that marketing rests."""

    _inherit = "res.company"

    lifecycle_talk_complaint = fields.Boolean(
        string="Complaint Open",
        default=True,
        help="Marketing rests while a complaint of the customer is open.",
    )
    lifecycle_talk_quotation = fields.Boolean(
        string="Quotation Open",
        default=True,
        help="Marketing rests while a quotation that was sent waits for an answer: "
        "until it expires or counts as abandoned.",
    )
    lifecycle_talk_stage_days = fields.Integer(
        string="Stage of the Pipeline (days)",
        default=60,
        help="Marketing rests while an opportunity is in a stage that is marked for "
        "it, this many days at most after its last move. 0 means as long as it is "
        "there.",
    )
    lifecycle_talk_call_days = fields.Integer(
        string="Call (days)",
        default=3,
        help="Marketing rests this many days before a planned call and after one that "
        "was made. 0 means calls do not count.",
    )
    lifecycle_talk_overdue_days = fields.Integer(
        string="Invoice Overdue (days)",
        default=14,
        help="Marketing rests while an invoice is overdue by this many days or more. 0 "
        "means invoices do not count.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_talk_complaint = fields.Boolean(
        related="company_id.lifecycle_talk_complaint", readonly=False
    )
    lifecycle_talk_quotation = fields.Boolean(
        related="company_id.lifecycle_talk_quotation", readonly=False
    )
    lifecycle_talk_stage_days = fields.Integer(
        related="company_id.lifecycle_talk_stage_days", readonly=False
    )
    lifecycle_talk_call_days = fields.Integer(
        related="company_id.lifecycle_talk_call_days", readonly=False
    )
    lifecycle_talk_overdue_days = fields.Integer(
        related="company_id.lifecycle_talk_overdue_days", readonly=False
    )
