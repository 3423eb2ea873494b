"""Whose wishes count when contacts become one."""

from odoo import api, models

from .portal_address import PORTAL_CHANNELS, portal_address


class LifecyclePreferences(models.AbstractModel):
    _inherit = "lifecycle.preferences"

    @api.model
    def _get_wishes(self, partners):
        """What the addresses of contacts have said no to, and their pauses."""
        addresses = [
            address
            for partner in partners
            for address in [
                *self._get_addresses(partner).values(),
                # Odoo has given the login to the contact that is left by now.
                *(portal_address(channel, partner) for channel in PORTAL_CHANNELS),
            ]
        ]
        return (
            self.env["lifecycle.opt.out"].search([("address", "in", addresses)]),
            self.env["lifecycle.pause"].search([("address", "in", addresses)]),
        )

    @api.model
    def _keep_wishes(self, wishes, partner):
        """The contact that is left gets them for its own addresses. Consents stay with
        the addresses that gave them, so a no remains a no and a yes is not lent."""
        opt_outs, pauses = wishes
        addresses = self._get_addresses(partner)
        for opt_out in opt_outs:
            address = addresses.get(opt_out.channel)
            if address and address != opt_out.address:
                self.env["lifecycle.opt.out"]._opt_out(
                    address,
                    category=opt_out.category_id,
                    program=opt_out.program_id,
                    partner=partner,
                    source="merge",
                )
        if pauses and addresses:
            until = max(pauses.mapped("until"))
            pauses._pause(addresses.values(), until, partner)
