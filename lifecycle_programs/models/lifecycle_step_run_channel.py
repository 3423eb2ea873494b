from odoo import fields, models

from .lifecycle_message import CHANNELS


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    channel = fields.Selection(
        CHANNELS, help="The channel that the message took, or could not take."
    )
    sms_parts = fields.Integer(
        string="SMS", help="How many SMS the message was, as carriers count them."
    )
    cost = fields.Float(
        digits=(16, 4), help="What the carrier was expected to ask for it."
    )
