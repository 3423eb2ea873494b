"""What is kept by address: opt-outs, consents, pauses, limits; for the portal too."""

from odoo import api, models

from .portal_address import PORTAL_CHANNELS, PUSH, portal_address, read_address


class LifecycleOptOut(models.Model):
    _inherit = "lifecycle.opt.out"

    @api.model
    def _get_channel(self, address):
        found = read_address(address)
        return found[0] if found else super()._get_channel(address)

    @api.model
    def _normalize_address(self, address):
        if read_address(address):
            return address
        return super()._normalize_address(address)

    def _get_contacts(self):
        found = read_address(self.address)
        if found:
            return self.env["res.partner"].browse(found[1]).exists()
        return super()._get_contacts()


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _say_address(self, address):
        """An address as people read it: of the portal, the name of the channel."""
        found = read_address(address)
        return self._get_channel_names()[found[0]] if found else address or ""

    def _get_address(self, partner, channel):
        """Who can log in has an inbox; pushes need a device that has allowed them."""
        if channel not in PORTAL_CHANNELS:
            return super()._get_address(partner, channel)
        partner = partner.sudo()
        reaches = any(user.share for user in partner.user_ids)
        if reaches and channel == PUSH:
            reaches = bool(partner.lifecycle_push_device_ids)
        address = portal_address(channel, partner) if reaches else None
        return address, address

    def _gate_blacklist(self, batch):
        """Odoo's blacklists are of mail addresses and numbers."""
        if batch.channel in PORTAL_CHANNELS:
            return None
        return super()._gate_blacklist(batch)
