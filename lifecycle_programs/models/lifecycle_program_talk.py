from odoo import fields, models


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    writes_during_talk = fields.Boolean(
        string="Writes while sales is talking",
        help="For programs that are part of the conversation, such as the follow-up of "
        "a quotation. Other marketing rests while a quotation is open, and so on.",
    )
