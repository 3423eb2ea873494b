from odoo import models


class MailingTrace(models.Model):
    """The cap on messages counts traces by address, of all mailings."""

    _inherit = "mailing.trace"

    _lifecycle_email = models.Index("(email) WHERE trace_type = 'mail'")
    _lifecycle_number = models.Index("(sms_number) WHERE trace_type = 'sms'")
