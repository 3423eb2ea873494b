"""Rows that a batch inserts by itself are what Odoo's own `create` would have made."""

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.bulk_insert import insert_rows, take_ids
from .messages_common import MessageCommon

# What differs from row to row; and the users, whom a robot's rows do without.
OWN = {
    *("create_uid", "write_uid"),
    *("id", "create_date", "write_date", "date", "message_id", "uuid", "sms_uuid"),
    *("mail_message_id", "mail_mail_id", "mail_mail_id_int", "mailing_trace_id"),
    *("sms_id_int", "sms_code"),
}


@tagged("lifecycle", "post_install", "-at_install")
class TestBulkInsert(MessageCommon):
    def row(self, record):
        """The columns of a record as the database has them."""
        self.env.flush_all()
        query = SQL(
            "SELECT to_jsonb(t) FROM %s t WHERE id = %s",
            SQL.identifier(record._table),
            record.id,
        )
        ((values,),) = self.env.execute_query(query)
        return {name: value for name, value in values.items() if name not in OWN}

    def send_one(self, message, contact):
        enrolment = self.enrol(self.make_mail_step(message), contact)
        self.run_due()
        return enrolment.step_run_ids.trace_id

    def test_a_mail_is_what_create_makes(self):
        trace = self.send_one(self.make_message(), self.make_contact())
        mail = trace.mail_mail_id
        self.assertEqual(trace.mail_mail_id_int, mail.id)
        self.assertEqual(trace.message_id, mail.message_id)
        names = (
            *("subject", "model", "res_id", "message_type", "email_from", "reply_to"),
            *("body_html", "headers", "email_to", "state", "auto_delete", "body"),
            "is_notification",
        )
        other = self.env["mail.mail"].create(
            {
                **{name: mail[name] for name in names},
                "author_id": mail.author_id.id,
                "mailing_id": mail.mailing_id.id,
                "record_company_id": mail.record_company_id.id,
                "record_alias_domain_id": mail.record_alias_domain_id.id,
                "mailing_trace_ids": [
                    Command.create(
                        {
                            "trace_type": "mail",
                            "model": trace.model,
                            "res_id": trace.res_id,
                            "mass_mailing_id": trace.mass_mailing_id.id,
                            "email": trace.email,
                        }
                    )
                ],
            }
        )
        self.assertEqual(self.row(mail), self.row(other))
        self.assertEqual(
            self.row(mail.mail_message_id), self.row(other.mail_message_id)
        )
        self.assertEqual(self.row(trace), self.row(other.mailing_trace_ids))

    def test_an_sms_is_what_create_makes(self):
        message = self.make_message(channel="sms", body_text="Hello")
        contact = self.make_contact(phone="+358401234567")
        trace = self.send_one(message, contact)
        sms = self.env["sms.sms"].browse(trace.sms_id_int)
        self.assertEqual(trace.sms_tracker_ids.sms_uuid, sms.uuid)
        self.assertEqual(len(trace.sms_code), 3)
        other = self.env["sms.sms"].create(
            {
                "partner_id": contact.id,
                "number": sms.number,
                "body": sms.body,
                "mailing_id": sms.mailing_id.id,
                "mailing_trace_ids": [
                    Command.create(
                        {
                            "trace_type": "sms",
                            "model": trace.model,
                            "res_id": trace.res_id,
                            "mass_mailing_id": trace.mass_mailing_id.id,
                            "sms_number": trace.sms_number,
                            "sms_tracker_ids": [Command.create({"sms_uuid": "x"})],
                        }
                    )
                ],
            }
        )
        self.assertEqual(self.row(sms), self.row(other))
        # Between an SMS and its trace there is a number, no relation.
        theirs = self.env["mailing.trace"].search([("sms_id_int", "=", other.id)])
        self.assertEqual(self.row(trace), self.row(theirs))
        self.assertEqual(
            self.row(trace.sms_tracker_ids), self.row(theirs.sms_tracker_ids)
        )

    def test_lists_in_the_cache_are_read_again(self):
        categories = self.env["res.partner.category"]
        parent = categories.create({"name": "Above"})
        self.assertFalse(parent.child_ids)
        (own_id,) = take_ids(categories, 1)
        made = insert_rows(
            categories,
            [{"id": own_id, "name": {"en_US": "Below"}, "parent_id": parent.id}],
        )
        self.assertEqual(parent.child_ids, made)
        self.assertEqual((made.name, made.active), ("Below", True))
