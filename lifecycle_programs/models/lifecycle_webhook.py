import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..engine.webhook import Refused, check_url


class LifecycleWebhook(models.Model):
    """An address of another system that programs may call."""

    _name = "lifecycle.webhook"
    _description = "Webhook"
    _order = "name, id"

    name = fields.Char(required=True)
    url = fields.Char(
        string="Address",
        required=True,
        help="Called with POST. It has to begin with https://.",
    )
    secret = fields.Char(
        required=True,
        copy=False,
        groups="lifecycle_programs.group_lifecycle_manager",
        default=lambda self: secrets.token_urlsafe(32),
        help="Both sides know it. The other system checks by it that a call is ours: "
        "X-Lifecycle-Signature is v1= and the HMAC-SHA256 of X-Lifecycle-Timestamp, a "
        "dot and the body.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    is_private = fields.Boolean(
        string="Inside our own network",
        copy=False,
        help="Lets programs call an address in a private network or on this machine, "
        "also without encryption. Only an administrator of Odoo can say so.",
    )
    call_ids = fields.One2many("lifecycle.webhook.call", "webhook_id")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")

    @api.constrains("url", "is_private")
    def _check_url(self):
        for webhook in self:
            try:
                check_url(webhook.url, allow_private=webhook.is_private)
            except Refused as error:
                raise ValidationError(str(error)) from None

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_be_private(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_may_be_private(vals)
        if "url" in vals and any(self.mapped("is_private")):
            # Whoever may not open the network may not choose the door either.
            self._check_may_be_private({"is_private": True})
        return super().write(vals)

    @api.model
    def _check_may_be_private(self, vals):
        if vals.get("is_private") and not self.env.is_system():
            raise AccessError(
                self.env._(
                    "Only an administrator lets programs call addresses inside the "
                    "network."
                )
            )

    def _compute_counts(self):
        counts = {
            (webhook, state): count
            for webhook, state, count in self.env["lifecycle.webhook.call"]._read_group(
                [("webhook_id", "in", self.ids)], ["webhook_id", "state"], ["__count"]
            )
        }
        for webhook in self:
            webhook.waiting_count = counts.get((webhook, "waiting"), 0)
            webhook.failed_count = counts.get((webhook, "failed"), 0)
