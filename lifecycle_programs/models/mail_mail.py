import ast
import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

# What Odoo puts on every mail of a mailing: its own unsubscribe is a global blacklist.
MAILING_HEADERS = (
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Precedence",
    "X-Auto-Response-Suppress",
)
# Failures that no second try mends: Odoo deletes such mails as it does sent ones.
NO_WAY = ("mail_email_invalid", "mail_email_missing")
IMAGE = re.compile(r"<img\b[^>]*>")


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Messages of programs carry the headers that their step gave them, and no
        others: their unsubscribe is by category, and some have none."""
        emails = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        if self.mailing_id.lifecycle_step_key:
            own = ast.literal_eval(self.headers or "{}")
            for values in emails:
                for name in MAILING_HEADERS:
                    values["headers"].pop(name, None)
                values["headers"].update(own)
                # Logo and open pixel are no text.
                body = IMAGE.sub("", values["body"])
                values["body_alternative"] = html2plaintext(body)
        return emails

    # ------------------------------------------------------------
    # QUEUE
    # ------------------------------------------------------------

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        """A run of the queue takes 1,000 mails and believes it is done; the next one is
        an hour away. While messages of programs are left, and the queue moves (a
        newsletter may fill whole runs), another run follows at once."""
        if email_ids or not self._has_lifecycle_outgoing():
            result = super().process_email_queue(email_ids, batch_size)
            self._delete_lifecycle_done()
            return result
        # What comes in during the run does not hide that something has gone.
        outgoing = [("state", "=", "outgoing")]
        queue = self.sudo()
        ((before, newest),) = queue._read_group(outgoing, [], ["__count", "id:max"])
        result = super().process_email_queue(email_ids, batch_size)
        left = queue.search_count([*outgoing, ("id", "<=", newest)])
        if left < before and self._has_lifecycle_outgoing():
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        self._delete_lifecycle_done()
        return result

    @api.model
    def _delete_lifecycle_done(self):
        """Delete the rows of messages that need the queue no more, all at once: Odoo's
        `auto_delete` costs as much as sending when it goes row by row.

        Failures without a type stay: Odoo gives none when the server cannot be reached.
        """
        gone = Domain("state", "=", "sent")
        hopeless = Domain("state", "=", "exception") & Domain(
            "failure_type", "in", NO_WAY
        )
        ours = Domain("mailing_id.lifecycle_step_key", "!=", False)
        self.sudo().search(ours & (gone | hopeless)).unlink()

    @api.model
    def _get_lifecycle_outgoing_domain(self):
        return [
            ("state", "=", "outgoing"),
            ("scheduled_date", "=", False),
            ("mailing_id.lifecycle_step_key", "!=", False),
        ]

    @api.model
    def _has_lifecycle_outgoing(self):
        domain = self._get_lifecycle_outgoing_domain()
        return bool(self.sudo().search_count(domain, limit=1))
