"""A mail server that says "not now" is asked again."""

import smtplib
from datetime import timedelta

from odoo import fields, models

# How long a message is offered to a server that puts us off, run by run of the queue,
# from the first such answer on: until then it may have waited long for other reasons.
PATIENCE = timedelta(days=1)


def is_temporary(error):
    """Whether a mail server answered with a 4xx code (busy, full, greylisting), or hung
    up without an answer.

    :param error: as `ir.mail_server.send_email` raises it; the answer is its context
    """
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return True
    answer = error.__cause__ or error.__context__
    if isinstance(answer, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in answer.recipients.values()]
    elif isinstance(answer, smtplib.SMTPResponseException):
        codes = [answer.smtp_code]
    else:
        codes = []
    return bool(codes) and all(400 <= code < 500 for code in codes)


class MailMail(models.Model):
    _inherit = "mail.mail"

    lifecycle_put_off_at = fields.Datetime(
        string="Put Off at", help="When a mail server first said “not now”."
    )

    def _note_failure(self, error):
        """Odoo takes every refusal for the last word; a message that was only put off
        stays in the queue, with the reason."""
        now = fields.Datetime.now()
        since = self.lifecycle_put_off_at or now
        if not is_temporary(error) or now - since > PATIENCE:
            super()._note_failure(error)
            return
        self.write({"lifecycle_put_off_at": since, "failure_reason": str(error)})
        self.flush_recordset()
