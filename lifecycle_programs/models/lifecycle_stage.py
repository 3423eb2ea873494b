from odoo import fields, models


class LifecycleStage(models.Model):
    _name = "lifecycle.stage"
    _description = "Customer Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="The word that rules use for this stage, e.g. prospect.",
    )
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)

    _code_unique = models.UniqueIndex("(code)", "Every stage needs its own code.")
