from odoo import fields, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    lifecycle_sender = fields.Char(
        string="Sender", help="The name or number that the telephone is to show."
    )

    def _send_with_api(self, sms_api, **options):
        """A batch per sender. A provider's class finds the name as ``sender_name``;
        Odoo's service takes that of its account."""
        groups = self.grouped("lifecycle_sender")
        if len(groups) > 1:
            for some in groups.values():
                some._send_with_api(sms_api, **options)
            return None
        sms_api.sender_name = next(iter(groups)) or None
        return super()._send_with_api(sms_api, **options)
