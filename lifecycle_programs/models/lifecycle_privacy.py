"""What the programs know about a person: handed out, or taken out."""

from odoo import api, models
from odoo.tools import SQL

#: Stands where an address stood.
ERASED = "erased"
# What a section of the export reads; fields that people would ask for, in order.
ENROLMENT = ("program_id", "entered_at", "state", "ended_at", "end_reason", "payload")
HISTORY = ("run_at", "program_id", "step_id", "outcome", "reason", "address")
EVENT = ("occurred_at", "type_id", "payload")
CONSENT = ("occurred_at", "address", "category_id", "state", "source", "text")
OPT_OUT = ("opted_out_at", "address", "category_id", "program_id", "source")
GRANT = ("starts_at", "ends_at", "code", "description", "state")
ALERT = ("alerted_at", "state", "answered_at", "answer_note", "reasons")
INBOUND = ("received_at", "number", "text")
TRACE = ("sent_datetime", "open_datetime", "links_click_datetime", "reply_datetime")


class LifecyclePrivacy(models.AbstractModel):
    """Used with sudo, by managers (`lifecycle.privacy.wizard`). An addon that keeps
    more about people adds a section to `_get_sections` and takes it out in `_erase`."""

    _name = "lifecycle.privacy"
    _description = "Personal Data of Programs"

    # ------------------------------------------------------------
    # EXPORT
    # ------------------------------------------------------------

    @api.model
    def _export(self, partner):
        """All that is kept about a contact, in words and ISO dates.

        :return: dict that JSON can take
        """
        self.env.flush_all()
        addresses = self._get_addresses(partner)
        export = {
            "contact": {
                "name": partner.name,
                "mail": partner.email or "",
                "phone": partner.phone or "",
                "language": partner.lang or "",
                "addresses": sorted(addresses),
            }
        }
        for name, model, domain, names in self._get_sections(partner, addresses):
            records = self.env[model].with_context(active_test=False).search(domain)
            export[name] = [_row(record, names) for record in records]
        export["messages"] = self._export_messages(partner)
        export["clicks"] = self._export_clicks(partner)
        return export

    @api.model
    def _get_sections(self, partner, addresses):
        """Name, model, domain and fields of the plain parts of an export."""
        own = [("partner_id", "=", partner.id)]
        written = ["|", *own, ("address", "in", list(addresses))]
        return [
            ("programs", "lifecycle.enrolment", own, ENROLMENT),
            ("history", "lifecycle.step.run", own, HISTORY),
            ("events", "lifecycle.event", own, EVENT),
            ("consents", "lifecycle.consent", written, CONSENT),
            ("opt_outs", "lifecycle.opt.out", written, OPT_OUT),
            ("pauses", "lifecycle.pause", written, ("address", "until")),
            ("discounts", "lifecycle.grant", own, GRANT),
            ("alerts", "lifecycle.alert", own, ALERT),
            (
                "sms_received",
                "lifecycle.sms.inbound",
                ["|", *own, ("number", "in", list(addresses))],
                INBOUND,
            ),
        ]

    @api.model
    def _export_messages(self, partner):
        """The texts as they were sent, and what became of them."""
        runs = self.env["lifecycle.step.run"].search(
            [
                ("partner_id", "=", partner.id),
                ("outcome", "=", "done"),
                ("message_id", "!=", False),
            ],
            order="run_at, id",
        )
        messages = []
        for run in runs:
            preview = self.env["lifecycle.message.preview"].new(
                {
                    "message_id": run.message_id.id,
                    "step_run_id": run.id,
                    "partner_id": partner.id,
                }
            )
            texts = {
                name: preview[name]
                for name in ("subject", "plain", "sms")
                if preview[name]
            }
            messages.append(
                {
                    "date": _value(run.run_at),
                    "to": run.step_id._say_address(run.address),
                    **texts,
                }
                | _row(run.trace_id, TRACE)
            )
        return messages

    @api.model
    def _export_clicks(self, partner):
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT c.create_date AS date, l.url, c.ip
                  FROM link_tracker_click c
                  JOIN link_tracker l ON l.id = c.link_id
                 WHERE c.mailing_trace_id IN (%s)
                 ORDER BY c.create_date, c.id
                """,
                self._traces(partner),
            )
        )
        return [{name: _value(value) for name, value in row.items()} for row in rows]

    # ------------------------------------------------------------
    # ERASE
    # ------------------------------------------------------------

    @api.model
    def _erase(self, partner, now, keep_refusals=True):
        """Take a person out. What is counted stays, without saying of whom.

        :param keep_refusals: opt-outs keep their address: it is what keeps anybody
            from writing to it again
        """
        addresses = self._get_own_addresses(partner)
        self.env["lifecycle.enrolment"].search(
            [("partner_id", "=", partner.id), ("state", "in", ("active", "error"))]
        )._leave("exited", ERASED, now)
        # First: what goes out of the queue is found by traces.
        self._erase_messages(partner)
        for query in self._get_erasing(partner, addresses):
            self.env.cr.execute(query)
        opt_outs = self.env["lifecycle.opt.out"].search(
            ["|", ("partner_id", "=", partner.id), ("address", "in", addresses)]
        )
        if keep_refusals:
            opt_outs.partner_id = False
        else:
            opt_outs.filtered(lambda one: one.address in addresses).unlink()
        self.env.invalidate_all()

    @api.model
    def _erase_messages(self, partner):
        """Messages of ours in the conversation and in the queues; what has not left
        yet does not leave."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT message_id, sms_id_int FROM mailing_trace WHERE id IN (%s)",
                self._traces(partner),
            )
        )
        received = self.env["lifecycle.sms.inbound"].search(
            [("partner_id", "=", partner.id)]
        )
        sent = self.env["mail.message"].search(
            [("message_id", "in", [row[0] for row in rows if row[0]])]
        )
        (sent | received.message_id).unlink()
        sms_ids = [row[1] for row in rows if row[1]]
        self.env["sms.sms"].browse(sms_ids).exists().unlink()
        self.env.flush_all()

    @api.model
    def _get_erasing(self, partner, addresses):
        """The statements that take the person out of what stays, and delete what says
        nothing without her."""
        partner_id = partner.id
        return [
            SQL(
                "UPDATE link_tracker_click SET ip = NULL, country_id = NULL"
                " WHERE mailing_trace_id IN (%s)",
                self._traces(partner),
            ),
            SQL(
                "UPDATE mailing_trace SET email = NULL, sms_number = NULL,"
                " message_id = NULL WHERE id IN (%s)",
                self._traces(partner),
            ),
            SQL(
                "UPDATE lifecycle_step_run SET address = NULL, detail = NULL"
                " WHERE partner_id = %s",
                partner_id,
            ),
            SQL(
                "UPDATE lifecycle_enrolment SET payload = NULL, entry_values = NULL,"
                " error = NULL WHERE partner_id = %s",
                partner_id,
            ),
            SQL(
                "UPDATE lifecycle_alert SET answer_note = NULL, reasons = NULL"
                " WHERE partner_id = %s",
                partner_id,
            ),
            # The book keeps its lines (`lifecycle.consent`).
            SQL(
                "UPDATE lifecycle_consent SET address = %s, partner_id = NULL,"
                " text = CASE WHEN source <> 'import' THEN text END"
                " WHERE address = ANY(%s)",
                ERASED,
                addresses,
            ),
            SQL(
                "UPDATE lifecycle_consent SET partner_id = NULL WHERE partner_id = %s",
                partner_id,
            ),
            SQL("DELETE FROM lifecycle_event WHERE partner_id = %s", partner_id),
            SQL(
                "DELETE FROM lifecycle_pause WHERE address = ANY(%s)",
                addresses,
            ),
            SQL(
                "DELETE FROM lifecycle_sms_inbound"
                " WHERE partner_id = %s OR number = ANY(%s)",
                partner_id,
                addresses,
            ),
        ]

    @api.model
    def _anonymise_contact(self, partner):
        """The contact itself: it may have to stay for the books."""
        partner.write(
            {
                "name": self.env._("Erased contact %s", partner.id),
                "comment": False,
                "image_1920": False,
                **dict.fromkeys(
                    (
                        "email",
                        "phone",
                        "street",
                        "street2",
                        "zip",
                        "city",
                        "function",
                        "website",
                    ),
                    False,
                ),
            }
        )
        # The change of the address would be an event about her.
        self.env["lifecycle.event"]._flush_pending()
        self.env.cr.execute(
            SQL("DELETE FROM lifecycle_event WHERE partner_id = %s", partner.id)
        )
        partner.action_archive()

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    @api.model
    def _get_addresses(self, partner):
        """The addresses that the contact has, and those that messages went to."""
        runs = self.env["lifecycle.step.run"]._read_group(
            [("partner_id", "=", partner.id), ("address", "!=", False)], ["address"]
        )
        now = self.env["lifecycle.preferences"]._get_addresses(partner)
        return {address for (address,) in runs} | set(now.values())

    @api.model
    def _get_own_addresses(self, partner):
        """The addresses without those that other contacts have too."""
        addresses = self._get_addresses(partner)
        others = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("id", "!=", partner.id),
                    "|",
                    ("email_normalized", "in", list(addresses)),
                    ("phone_sanitized", "in", list(addresses)),
                ],
                ["email_normalized", "phone_sanitized"],
            )
        )
        shared = set(others.mapped("email_normalized")) | set(
            others.mapped("phone_sanitized")
        )
        return sorted(addresses - shared)

    @api.model
    def _traces(self, partner):
        return SQL(
            "SELECT trace_id FROM lifecycle_step_run"
            " WHERE partner_id = %s AND trace_id IS NOT NULL",
            partner.id,
        )


def _row(record, names):
    return {name: _value(record[name]) for name in names}


def _value(value):
    """A value as JSON keeps it and a person reads it."""
    if isinstance(value, models.BaseModel):
        return value.display_name or ""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if value is None or value is False:
        return ""
    return value
