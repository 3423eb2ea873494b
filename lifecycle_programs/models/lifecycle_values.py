"""The values that rules and messages read, for a batch of enrolments at once."""

from odoo import api, models
from odoo.tools import SQL

from ..engine.values import to_local, zone
from ..engine.zone import contact_zone
from .lifecycle_rules import ENROLMENT_FACTS

#: What messages may name besides facts, entry values and the program's numbers; the
#: last three guide the filters.
MESSAGE_VALUES = {
    "company.name": "text",
    "company.phone": "text",
    "company.email": "text",
    "company.website": "text",
    "sender.name": "text",
    "sender.email": "text",
    "sender.phone": "text",
    "sender.function": "text",
    "program.name": "text",
    "grant.code": "text",
    "grant.description": "text",
    "grant.ends_on": "date",
    "content.title": "text",
    "content.text": "text",
    "content.link": "text",
    "content.kind": "text",
    "offers": "list",
    "lang": "text",
    "tz": "text",
    "currency": "text",
}


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    def _get_values(self, names, now):
        """The values of these names, read once for all enrolments.

        Names of other spaces (``event.*``, ``content.*``, ``links.*``) come from
        whoever asks, and are None here.

        :param names: dotted names: facts, ``entry.*``, ``enrolment.*``, ``param.*``,
            ``company.*``, ``sender.*``, ``program.*``, ``grant.*``
        :param datetime now: naive UTC
        :return: dict of name to value, per enrolment id; a missing value is None
        """
        values = {enrolment.id: dict.fromkeys(names) for enrolment in self}
        facts = self.env["lifecycle.fact"]._facts()
        readers = self._value_readers()
        by_reader = {}
        for name in names:
            reader = (
                "_read_fact_values"
                if name in facts
                else readers.get(name.partition(".")[0])
            )
            if reader:
                by_reader.setdefault(reader, set()).add(name)
        for reader, wanted in by_reader.items():
            for enrolment_id, found in getattr(self, reader)(wanted, now).items():
                own = values[enrolment_id]
                own.update((name, found[name]) for name in wanted if name in found)
        return values

    @api.model
    def _value_readers(self):
        """The method that reads each name space; it gets the names and the moment and
        returns dictionaries per enrolment id."""
        return {
            "entry": "_read_entry_values",
            "enrolment": "_read_enrolment_values",
            "param": "_read_parameter_values",
            "company": "_read_company_values",
            "sender": "_read_sender_values",
            "program": "_read_program_values",
            "grant": "_read_grant_values",
        }

    def _read_fact_values(self, names, now):
        facts = self.env["lifecycle.fact"]
        values = {}
        for company, enrolments in self._split_by("company_id").items():
            per_contact = facts._read(
                enrolments.partner_id.ids, sorted(names), company, now
            )
            for enrolment in enrolments:
                values[enrolment.id] = per_contact.get(enrolment.partner_id.id, {})
        return values

    def _read_entry_values(self, names, now):
        types = self.env["lifecycle.event.type"]
        facts = types._payload_facts("entry")
        return {
            enrolment.id: types._payload_values(enrolment.payload, "entry", facts)
            for enrolment in self
        }

    def _read_parameter_values(self, names, now):
        per_program = {
            program: program._parameter_values() for program in self.program_id
        }
        return {enrolment.id: per_program[enrolment.program_id] for enrolment in self}

    def _read_enrolment_values(self, names, now):
        """What happened in the program so far. A click, opening or reply is counted
        once per message: opening twice says no more than opening once."""
        for model in ("lifecycle.step.run", "lifecycle.event", "mailing.trace"):
            self.env[model].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT e.id,
                       count(r.id) AS messages_sent,
                       count(t.links_click_datetime) AS clicks,
                       count(t.open_datetime) AS opens,
                       count(t.reply_datetime) AS replies,
                       (array_agg(t.links_click_datetime IS NOT NULL
                                  ORDER BY r.run_at DESC, r.id DESC)
                           FILTER (WHERE r.id IS NOT NULL))[1] AS clicked_last,
                       min(answer.text) AS last_answer
                  FROM lifecycle_enrolment e
                  JOIN lifecycle_program p ON p.id = e.program_id
                  LEFT JOIN lifecycle_step_run r
                         ON r.enrolment_id = e.id AND r.outcome = 'done'
                        AND r.message_id IS NOT NULL
                  LEFT JOIN mailing_trace t ON t.id = r.trace_id
                  LEFT JOIN LATERAL (
                       SELECT a.payload->>'answer' AS text
                         FROM lifecycle_event a
                         JOIN lifecycle_event_type at ON at.id = a.type_id
                        WHERE at.code = 'answer_given'
                          AND a.partner_id = e.partner_id
                          AND a.payload->>'program' = p.code
                          AND a.occurred_at >= e.entered_at
                        ORDER BY a.occurred_at DESC, a.id DESC LIMIT 1
                       ) AS answer ON true
                 WHERE e.id = ANY(%s)
                 GROUP BY e.id
                """,
                self.ids,
            )
        )
        row_by_id = {row.pop("id"): row for row in rows}
        none = dict.fromkeys(("messages_sent", "clicks", "opens", "replies"), 0)
        values = {}
        for enrolment in self:
            row = row_by_id.get(enrolment.id, none)
            row = row | {
                "days_in": (now - (enrolment.entered_at or now)).days,
                "clicked": row["clicks"] > 0,
                "clicked_last": bool(row.get("clicked_last")),
                "goal_reached": bool(enrolment.goal_at),
            }
            values[enrolment.id] = {
                name: row.get(name.partition(".")[2]) for name in ENROLMENT_FACTS
            }
        return values

    # ------------------------------------------------------------
    # VALUES OF MESSAGES
    # ------------------------------------------------------------

    def _read_company_values(self, names, now):
        per_company = {
            company: {
                "company.name": company.name,
                "company.phone": company.phone or None,
                "company.email": company.email or None,
                "company.website": company.website or None,
            }
            for company in self.company_id
        }
        return {enrolment.id: per_company[enrolment.company_id] for enrolment in self}

    def _read_sender_values(self, names, now):
        values = {}
        for enrolment in self:
            user = enrolment._get_sender()
            company = enrolment.company_id
            values[enrolment.id] = {
                "sender.name": user.name or company.name,
                "sender.email": user.email or company.email or None,
                "sender.phone": user.phone or company.phone or None,
                "sender.function": user.partner_id.function or None,
            }
        return values

    def _read_program_values(self, names, now):
        langs = self._get_langs()
        return {
            enrolment.id: {
                "program.name": enrolment.program_id.with_context(
                    lang=langs[enrolment.id]
                ).name
            }
            for enrolment in self
        }

    def _read_grant_values(self, names, now):
        grants = self._get_live_grants(now)
        zones = self._get_zones() if grants else {}
        return {
            enrolment.id: {
                "grant.code": grant.code or None,
                "grant.description": grant.description or None,
                "grant.ends_on": to_local(
                    grant.ends_at, zone(zones[enrolment.id])
                ).date(),
            }
            for enrolment in self
            if (grant := grants.get(enrolment.id))
        }

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    def _split_by(self, name):
        """As `grouped` by a relation that each of them has: mostly it is the same."""
        found = self[name]
        return {found: self} if len(found) == 1 else self.grouped(name)

    def _get_langs(self):
        """The language that each contact is written to in, by enrolment id."""
        installed = dict(self.env["res.lang"].get_installed())
        langs = {}
        for company, enrolments in self._split_by("company_id").items():
            default = company.partner_id.lang
            for enrolment in enrolments:
                own = enrolment.partner_id.lang
                langs[enrolment.id] = next(
                    (lang for lang in (own, default) if lang in installed), "en_US"
                )
        return langs

    def _get_places(self):
        """Where each contact most likely lives, by enrolment id: its time zone, and the
        code of its country or None."""
        places = {}
        for company, enrolments in self._split_by("company_id").items():
            default = contact_zone(
                company.partner_id.tz,
                company.phone,
                company.country_id.code,
                company.resource_calendar_id.tz,
            )
            for enrolment in enrolments:
                partner = enrolment.partner_id
                customer = enrolment.commercial_partner_id
                country = (partner.country_id or customer.country_id).code or None
                zone_name = contact_zone(
                    partner.tz or customer.tz,
                    partner.phone_sanitized or partner.phone,
                    country,
                    default,
                )
                places[enrolment.id] = zone_name, country
        return places

    def _get_zones(self):
        """The time zone that each contact most likely lives in, by enrolment id."""
        return {
            enrolment_id: zone_name
            for enrolment_id, (zone_name, _country) in self._get_places().items()
        }

    def _get_lang(self):
        self.ensure_one()
        return self._get_langs()[self.id]

    def _get_tz(self):
        self.ensure_one()
        return self._get_zones()[self.id]

    def _get_format_values(self):
        """What the filters of messages go by: language, time zone, currency."""
        return {
            "lang": self._get_lang(),
            "tz": self._get_tz(),
            "currency": self.company_id.currency_id.symbol,
        }

    def _get_sender(self):
        """The salesperson in whose name the program writes to this contact; none when
        the company does."""
        self.ensure_one()
        if self.program_id.sender != "salesperson":
            return self.env["res.users"]
        partner = self.partner_id
        user = partner.user_id or partner.commercial_partner_id.user_id
        return user if user.active and user.email else user.browse()

    def _get_live_grants(self, now):
        """The live discount that each enrolment has given, by enrolment id."""
        grants = self.env["lifecycle.grant"].search(
            [
                ("enrolment_id", "in", self.ids),
                ("state", "=", "live"),
                ("ends_at", ">", now),
            ],
            order="starts_at, id",
        )
        return {grant.enrolment_id.id: grant for grant in grants}
