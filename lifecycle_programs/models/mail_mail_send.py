"""Sending the messages of programs, many times faster than Odoo sends mails.

Odoo commits after each mail, which empties the cache, and so reads all that a mail
needs again for the next. Here messages are read and built many at a time; each is still
sent and committed by itself, so that a server that is killed sends at most one twice.
"""

import logging
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

import psycopg2

from odoo import fields, models
from odoo.tools import SQL, split_every
from odoo.tools.mail import email_split_and_format_normalize

_logger = logging.getLogger(__name__)

# Messages that are built before the first of them is sent: enough to share the reading,
# few enough for the memory.
ENVELOPES = 100


@dataclass(frozen=True)
class Envelope:
    """A mail that is ready for the mail server.

    :param mail_id: of the row in the queue
    :param context: what `ir.mail_server` wants to know about sender and recipient
    """

    mail_id: int
    message: EmailMessage
    context: dict


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _send(
        self,
        auto_commit=False,
        raise_exception=False,
        smtp_session=None,
        alias_domain_id=False,
        mail_server=False,
        post_send_callback=None,
    ):
        """Send messages of programs from prepared envelopes, and whatever has none, and
        all other mails, as Odoo does."""
        options = {
            "auto_commit": auto_commit,
            "raise_exception": raise_exception,
            "alias_domain_id": alias_domain_id,
            "mail_server": mail_server,
            "post_send_callback": post_send_callback,
        }
        if auto_commit is not True or raise_exception or not smtp_session:
            return super()._send(smtp_session=smtp_session, **options)
        with self._open_line(smtp_session, mail_server) as line:
            rest = self - self._send_prepared(
                line, alias_domain_id, mail_server, post_send_callback
            )
            return super(MailMail, rest)._send(smtp_session=line.session, **options)

    def _send_prepared(self, line, alias_domain_id, mail_server, post_send_callback):
        """Send the messages of programs that an envelope can be made for.

        :return: those messages
        """
        domain = self._get_lifecycle_outgoing_domain()
        ours = self.search([("id", "in", self.ids), *domain], order="id").ids
        done = []
        for ids in split_every(ENVELOPES, ours):
            batch = self.browse(ids)
            for envelope in batch._prepare_envelopes(alias_domain_id, mail_server):
                self._send_over(envelope, line)
                done.append(envelope.mail_id)
                if post_send_callback:
                    post_send_callback([envelope.mail_id])
                self.env.cr.commit()  # pylint: disable=invalid-commit
        return self.browse(done)

    # ------------------------------------------------------------
    # PREPARE
    # ------------------------------------------------------------

    def _prepare_envelopes(self, alias_domain_id, mail_server):
        """Build the messages, without those that go wrong: Odoo, who tries them again,
        notes the failure."""
        alias_domain = (
            self.env["mail.alias.domain"].sudo().browse(alias_domain_id or ())
        )
        server = self.env["ir.mail_server"]
        sender = alias_domain.default_from_email or server._get_default_from_address()
        bounces = alias_domain.bounce_email or server._get_default_bounce_address()
        envelopes = []
        for mail in self:
            try:
                (email,) = mail._prepare_outgoing_list(
                    mail_server=mail_server or mail.mail_server_id
                )
                # Empty ones would be looked up again for each mail.
                context = {
                    "domain_notifications_email": sender or mail.email_from,
                    "domain_bounce_address": email["headers"].get("Return-Path")
                    or bounces
                    or mail.email_from,
                    "send_validated_to": email["email_to_normalized"],
                }
                message = mail._build_message(email, context)
            except (ValueError, AssertionError, LookupError):
                _logger.info("No envelope for mail %s", mail.id, exc_info=True)
                continue
            envelopes.append(Envelope(mail.id, message, context))
        return envelopes

    def _build_message(self, email, context):
        senders = email_split_and_format_normalize(self.email_from)
        return (
            self.env["ir.mail_server"]
            .with_context(**context)
            ._build_email__(
                email_from=senders[0] if senders else self.email_from,
                email_to=email["email_to"],
                subject=email["subject"],
                body=email["body"],
                body_alternative=email["body_alternative"],
                email_cc=email["email_cc"],
                reply_to=email["reply_to"],
                attachments=email["attachments"],
                message_id=email["message_id"],
                references=email["references"],
                object_id=email["object_id"],
                subtype="html",
                subtype_alternative="plain",
                headers=email["headers"],
            )
        )

    # ------------------------------------------------------------
    # SEND
    # ------------------------------------------------------------

    def _send_over(self, envelope, line):
        """Send one message. When the server hangs up in the middle of it, nobody knows
        whether it has taken the message: it waits for the next run, the others go on
        over a new connection."""
        try:
            self._send_envelope(envelope, line.session)
        except smtplib.SMTPServerDisconnected as error:
            self.browse(envelope.mail_id)._note_failure(error)
            line.renew()

    def _send_envelope(self, envelope, smtp_session):
        """Send one message and note it; the caller commits.

        What the database or a lost connection refuses is raised, as Odoo does.
        """
        if not self._lock_outgoing(envelope.mail_id):
            return
        try:
            self.env["ir.mail_server"].with_context(**envelope.context).send_email(
                envelope.message, smtp_session=smtp_session
            )
        except (psycopg2.Error, smtplib.SMTPServerDisconnected, MemoryError):
            raise
        except Exception as error:  # whatever a mail server answers
            self.browse(envelope.mail_id)._note_failure(error)
        else:
            self._note_sent(envelope.mail_id)

    def _lock_outgoing(self, mail_id):
        """Lock what will be written once the mail is gone: a conflict must show before.

        :return: whether the mail still waits
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT mail.id FROM mail_mail mail
                  JOIN mailing_trace trace ON trace.mail_mail_id = mail.id
                 WHERE mail.id = %s AND mail.state = 'outgoing'
                   FOR UPDATE
                """,
                mail_id,
            )
        )

    def _note_sent(self, mail_id):
        self.env.cr.execute(
            SQL(
                """
                WITH mail AS (
                    UPDATE mail_mail
                       SET state = 'sent', failure_type = NULL, failure_reason = NULL
                     WHERE id = %s RETURNING id
                )
                UPDATE mailing_trace trace
                   SET trace_status = 'sent', sent_datetime = %s, failure_type = NULL
                  FROM mail WHERE trace.mail_mail_id = mail.id
                """,
                mail_id,
                fields.Datetime.now(),
            )
        )

    def _note_failure(self, error):
        """As Odoo notes it, for the list of failed mails and for the trace."""
        no_recipient = self.env["ir.mail_server"].NO_VALID_RECIPIENT
        kind = "mail_email_invalid" if str(error) == no_recipient else "unknown"
        _logger.info("Mail %s was not delivered: %s", self.id, error)
        self.write(
            {
                "state": "exception",
                "failure_type": kind,
                "failure_reason": str(error) or type(error).__name__,
            }
        )
        self._postprocess_sent_message([], [], str(error), kind)
