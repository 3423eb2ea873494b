from odoo import models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def write(self, vals):
        """Whoever moves the expiration of a personal coupon moves the end of the
        discount with it.
        """
        result = super().write(vals)
        if vals.get("expiration_date"):
            grants = self.env["lifecycle.grant"].sudo()
            for company, live in (
                grants.search([("card_id", "in", self.ids), ("state", "=", "live")])
                .grouped("company_id")
                .items()
            ):
                live.ends_at = grants._end_of_day(
                    company, live.card_id[:1].expiration_date
                )
        return result
