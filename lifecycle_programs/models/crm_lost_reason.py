from odoo import fields, models


class CrmLostReason(models.Model):
    _inherit = "crm.lost.reason"

    lifecycle_never_contact = fields.Boolean(
        string="Never Contact Again",
        help="Who is lost for this reason gets no more messages from programs for old "
        "leads.",
    )
