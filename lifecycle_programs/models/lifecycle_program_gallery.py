from odoo import fields, models


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    gallery_key = fields.Char(
        string="From the gallery",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The card of the gallery that this program was made from.",
    )
