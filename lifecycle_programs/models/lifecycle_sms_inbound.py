from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.phone import normalise_phone
from ..engine.stop_word import is_stop_word

# An SMS that comes later answers something else.
ANSWER_DAYS = 30
MAX_TEXT = 2000


class LifecycleSmsInbound(models.Model):
    """An SMS that somebody has sent us, as the carrier reported it.

    A word like STOP is a no to every category, for the number, and puts it on Odoo's
    blacklist of numbers; anything else is an answer to our last SMS.
    """

    _name = "lifecycle.sms.inbound"
    _description = "SMS Received"
    _order = "received_at desc, id desc"
    _rec_name = "number"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    carrier_key = fields.Char(
        string="Message Id",
        required=True,
        readonly=True,
        help="The carrier's id of the message: reported twice, it counts once.",
    )
    number = fields.Char(string="From", required=True, readonly=True, index=True)
    text = fields.Text(readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)
    is_stop = fields.Boolean(string="Says No", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    message_id = fields.Many2one(
        "mail.message",
        string="Note",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Where it stands in the conversation with the contact.",
    )

    _once = models.UniqueIndex("(company_id, carrier_key)")

    @api.model
    def _receive(self, company, number, text, carrier_key, now):
        """Take in one SMS.

        :param number: the sender's, as the carrier writes it
        :return: ``ok``, ``known`` when it has been reported before, or ``ignored`` when
            the sender is no telephone
        """
        address = _read_number(number, company.country_id.code)
        if not address:
            return "ignored"
        text = (text or "")[:MAX_TEXT].replace("\x00", "")
        self = self.sudo().with_company(company)
        run = self._get_last_sent(address, now)
        partner = run.partner_id or self._find_contact(address)
        is_stop = is_stop_word(text)
        # Two reports at once: the second waits here, fails and is tried again by Odoo.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO lifecycle_sms_inbound (
                    company_id, carrier_key, number, text, received_at, is_stop,
                    partner_id, create_uid, create_date, write_uid, write_date
                ) VALUES (%(company)s, %(key)s, %(number)s, %(text)s, %(now)s,
                          %(stop)s, %(partner)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                company=company.id,
                key=carrier_key,
                number=address,
                text=text,
                now=now,
                stop=is_stop,
                partner=partner.id or None,
                uid=self.env.uid,
            )
        )
        if not rows:
            return "known"
        inbound = self.browse(rows[0][0])
        inbound._show_in_conversation()
        if is_stop:
            inbound._stop()
        else:
            inbound._answer(run)
        return "ok"

    @api.model
    def _get_last_sent(self, number, now):
        """The step run of the last SMS that went to a number in these days."""
        return self.env["lifecycle.step.run"].search(
            [
                ("address", "=", number),
                ("company_id", "=", self.env.company.id),
                ("outcome", "=", "done"),
                ("run_at", ">", now - timedelta(days=ANSWER_DAYS)),
            ],
            order="run_at desc, id desc",
            limit=1,
        )

    @api.model
    def _find_contact(self, number):
        return self.env["res.partner"].search(
            [
                ("phone_sanitized", "=", number),
                ("company_id", "in", [False, self.env.company.id]),
            ],
            order="is_company, id",
            limit=1,
        )

    def _show_in_conversation(self):
        """As a note on the contact; the salesperson is told of what is to be read."""
        partner = self.partner_id
        if partner:
            reader = partner.user_id or partner.commercial_partner_id.user_id
            self.message_id = partner.message_post(
                body=self.text,
                author_id=partner.id,
                subtype_xmlid="mail.mt_note",
                partner_ids=[] if self.is_stop else reader.partner_id.ids,
            )

    def _stop(self):
        self.env["phone.blacklist"]._add([self.number])
        self.env["lifecycle.preferences"]._leave_all(
            {"sms": self.number}, self.partner_id, source="sms"
        )

    def _answer(self, run):
        if not self.partner_id:
            return
        # To who waits for an answer it is one like any other.
        run.trace_id.set_replied()
        payload = {"text": self.text}
        if run:
            payload |= {"program": run.program_id.code, "step": run.step_id.key}
        self.env["lifecycle.event"]._emit(
            "sms_reply",
            [
                {
                    "partner_id": self.partner_id.id,
                    "company_id": self.company_id.id,
                    "occurred_at": self.received_at,
                    "payload": payload,
                    "res_model": self._name,
                    "res_id": self.id,
                    "unique_key": f"sms_reply:{self.id}",
                }
            ],
        )


def _read_number(number, country_code):
    """A sender in E.164; carriers leave the plus out as often as not."""
    number = str(number or "").strip()
    return normalise_phone(number, country_code) or (
        number.isdecimal() and normalise_phone(f"+{number}", None) or None
    )
