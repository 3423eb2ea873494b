from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_purchase_source = fields.Selection(
        related="company_id.lifecycle_purchase_source", readonly=False
    )
    lifecycle_event_max_age_days = fields.Integer(
        related="company_id.lifecycle_event_max_age_days", readonly=False
    )
    lifecycle_message_cap = fields.Integer(
        related="company_id.lifecycle_message_cap", readonly=False
    )
    lifecycle_grant_limit = fields.Integer(
        related="company_id.lifecycle_grant_limit", readonly=False
    )
    lifecycle_intro_days = fields.Integer(
        related="company_id.lifecycle_intro_days", readonly=False
    )
    lifecycle_watched_field_ids = fields.Many2many(
        related="company_id.lifecycle_watched_field_ids", readonly=False
    )
    lifecycle_new_days = fields.Integer(
        related="company_id.lifecycle_new_days", readonly=False
    )
    lifecycle_loyal_orders = fields.Integer(
        related="company_id.lifecycle_loyal_orders", readonly=False
    )
    lifecycle_price_page = fields.Char(
        related="company_id.lifecycle_price_page", readonly=False
    )
    lifecycle_sender_email = fields.Char(
        related="company_id.lifecycle_sender_email", readonly=False
    )
    lifecycle_consent_notice = fields.Text(
        related="company_id.lifecycle_consent_notice", readonly=False
    )
