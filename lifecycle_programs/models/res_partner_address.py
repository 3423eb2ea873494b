from odoo import models


class ResPartner(models.Model):
    """Contacts are looked up by address: the same address may stand on several."""

    _inherit = "res.partner"

    _lifecycle_email = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
    _lifecycle_phone = models.Index(
        "(phone_sanitized) WHERE phone_sanitized IS NOT NULL"
    )
