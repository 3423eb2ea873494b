import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# A name of letters and digits, or a number: what networks take for a sender.
SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}|\+?[0-9]{3,15}")


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_sms_sender = fields.Char(
        string="SMS Sender",
        size=15,
        help="The name or number that telephones show, where the provider takes one: 3 "
        "to 11 letters and digits. SMS through Odoo have the name of the IAP account.",
    )
    lifecycle_sms_max_parts = fields.Integer(
        string="Longest Text (SMS)",
        default=3,
        help="A program is not published with a text that is more SMS than this. 0 "
        "means no limit.",
    )

    @api.constrains("lifecycle_sms_sender")
    def _check_lifecycle_sms_sender(self):
        for company in self:
            check_sender(company.lifecycle_sms_sender, self.env)


class LifecycleCategory(models.Model):
    _inherit = "lifecycle.category"

    @api.constrains("sms_sender")
    def _check_sms_sender(self):
        for category in self:
            check_sender(category.sms_sender, self.env)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_sms_sender = fields.Char(
        related="company_id.lifecycle_sms_sender", readonly=False
    )
    lifecycle_sms_max_parts = fields.Integer(
        related="company_id.lifecycle_sms_max_parts", readonly=False
    )


def check_sender(sender, env):
    """Refuse what networks would refuse, when it is typed in."""
    if sender and not SENDER.fullmatch(sender):
        raise ValidationError(
            env._(
                "“%s” cannot be the sender of an SMS: a name of 3 to 11 letters and "
                "digits, or a number.",
                sender,
            )
        )
