"""A mail server that cannot be reached, and one that hangs up."""

import logging
import smtplib
from contextlib import contextmanager

from odoo import fields, models
from odoo.fields import Domain

from .mail_mail_temporary import PATIENCE

_logger = logging.getLogger(__name__)

# How often the server may hang up in one run of the queue; then it waits for the next.
CUTS = 5


class Line:
    """The connection of a run of the queue, made anew when the server hangs up.

    :ivar session: what `ir.mail_server` sends over; Odoo closes the first one
    """

    def __init__(self, servers, session, mail_server):
        self.servers = servers
        self.session = session
        self.mail_server = mail_server
        self.sender = getattr(session, "smtp_from", None)
        self.cuts = 0
        self._own = None

    def renew(self):
        """Connect again; raises what the server gives for a reason not to."""
        self.cuts += 1
        if self.cuts > CUTS:
            raise smtplib.SMTPServerDisconnected("The mail server keeps hanging up")
        self.close()
        server_id = self.mail_server.id if self.mail_server else None
        self._own = self.session = self.servers._connect__(
            mail_server_id=server_id or None, smtp_from=self.sender
        )

    def close(self):
        """Say goodbye to the connection that we made."""
        if self._own:
            try:
                self._own.quit()
            except (smtplib.SMTPException, OSError):
                _logger.debug("The mail server was gone already")
            self._own = None


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        result = super().send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )
        self._wait_for_server()
        return result

    def _wait_for_server(self):
        """Odoo gives all mails up when their server cannot be reached. Those of
        programs wait for it, for a day."""
        now = fields.Datetime.now()
        # Odoo names the kind of every other failure.
        unreached = self.search(
            Domain("id", "in", self.ids)
            & Domain("state", "=", "exception")
            & Domain("failure_type", "=", False)
            & Domain("mailing_id.lifecycle_step_key", "!=", False)
        )
        waiting = unreached.filtered(
            lambda mail: (
                not mail.lifecycle_put_off_at
                or now - mail.lifecycle_put_off_at <= PATIENCE
            )
        )
        if not waiting:
            return
        waiting.filtered(lambda mail: not mail.lifecycle_put_off_at).write(
            {"lifecycle_put_off_at": now}
        )
        waiting.state = "outgoing"
        waiting.mailing_trace_ids.write(
            {"trace_status": "outgoing", "failure_type": False, "failure_reason": False}
        )
        _logger.info("%s mails wait for their mail server", len(waiting))

    @contextmanager
    def _open_line(self, session, mail_server):
        """The connection for a run of the queue."""
        line = Line(self.env["ir.mail_server"], session, mail_server)
        try:
            yield line
        finally:
            line.close()
