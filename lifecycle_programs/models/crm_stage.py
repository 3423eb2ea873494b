from odoo import api, fields, models


class CrmStage(models.Model):
    _inherit = "crm.stage"

    lifecycle_is_talk = fields.Boolean(
        string="Marketing pauses",
        help="While an opportunity is in this stage, sales is talking to the customer "
        "and marketing rests.",
    )

    @api.model
    def _lifecycle_mark_talks(self):
        """Take the stage of Odoo's own pipeline in which an offer is made, unless
        somebody has chosen stages already."""
        proposition = self.env.ref("crm.stage_lead3", raise_if_not_found=False)
        if proposition and not self.search_count([("lifecycle_is_talk", "=", True)]):
            proposition.lifecycle_is_talk = True
