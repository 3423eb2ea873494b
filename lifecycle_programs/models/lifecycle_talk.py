"""Sales is talking: while a salesperson and a customer are in the middle of something,
marketing rests, and goes on afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo import api, models
from odoo.tools import SQL

from .prepared import fetch_prepared

# What has no end that is known is looked at again after this time; so is what may end
# before its time, as when a quotation is accepted.
LOOK_AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Talk:
    """Why marketing to a customer rests.

    :param reason: a word of `lifecycle_explain.REASONS`, such as ``talk_quotation``
    :param until: naive UTC, when it ends by itself; None where nobody knows
    """

    reason: str
    until: datetime | None

    def look_again_at(self, now):
        """When to look whether it is over."""
        again = now + LOOK_AGAIN
        return min(self.until, again) if self.until else again


class LifecycleTalk(models.AbstractModel):
    """What counts as a conversation with sales, by the settings of the company.

    Another addon adds a kind by a line in `_sources`.
    """

    _name = "lifecycle.talk"
    _description = "Conversation with Sales"

    @api.model
    def _sources(self, company, now):
        """What counts for this company, in the order in which it is told: by reason a
        SELECT of customer_id and until, of customers who are in it at ``now``. The
        table ``contact`` has the id and the customer_id of all contacts that are asked
        about.

        :rtype: dict[str, SQL]
        """
        sources = {}
        if company.lifecycle_talk_complaint:
            sources["talk_complaint"] = self._select_complaints(company, now)
        if company.lifecycle_talk_quotation:
            sources["talk_quotation"] = self._select_quotations(company, now)
        sources["talk_stage"] = self._select_stages(company, now)
        if company.lifecycle_talk_call_days:
            sources["talk_call"] = self._select_calls(company, now)
        if company.lifecycle_talk_overdue_days:
            sources["talk_invoice"] = self._select_invoices(company, now)
        return sources

    @api.model
    def _find(self, company, customers, now):
        """Who of the customers is in a conversation with sales.

        :param customers: ids of commercial partners
        :return: the first `Talk` of each that is in one
        :rtype: dict[int, Talk]
        """
        customers = list(customers)
        sources = self._sources(company, now)
        if not sources or not customers:
            return {}
        self.env.flush_all()
        talking = SQL(" UNION ALL ").join(
            SQL(
                "SELECT s.customer_id, %s::text AS reason, s.until FROM (%s) AS s",
                reason,
                source,
            )
            for reason, source in sources.items()
        )
        rows = fetch_prepared(
            self.env,
            SQL(
                """
                WITH contact AS MATERIALIZED (
                    SELECT id, commercial_partner_id AS customer_id
                      FROM res_partner WHERE commercial_partner_id = ANY(%s))
                %s
                """,
                customers,
                talking,
            ),
        )
        order = list(sources)
        talks = {}
        for customer_id, reason, until in sorted(
            rows, key=lambda row: order.index(row[1])
        ):
            talks.setdefault(customer_id, Talk(reason, until))
        return talks

    # ------------------------------------------------------------
    # SOURCES
    # ------------------------------------------------------------

    @api.model
    def _select_complaints(self, company, now):
        """A complaint that is not closed."""
        return SQL(
            """
            SELECT p.customer_id, NULL::timestamp AS until
              FROM contact p
              JOIN lifecycle_complaint complaint ON complaint.partner_id = p.id
             WHERE complaint.state = 'open'
               AND complaint.company_id = %s AND complaint.received_at <= %s
             GROUP BY p.customer_id
            """,
            company.id,
            now,
        )

    @api.model
    def _select_quotations(self, company, now):
        """A quotation that was sent and waits for an answer: until it expires, or
        counts as abandoned."""
        return SQL(
            """
            SELECT p.customer_id, max(q.until) AS until
              FROM contact p
              JOIN sale_order so ON so.partner_id = p.id
             CROSS JOIN LATERAL (SELECT LEAST(
                       so.date_order + make_interval(days => %(days)s),
                       (so.validity_date + interval '1 day') AT TIME ZONE %(tz)s
                           AT TIME ZONE 'UTC') AS until) AS q
             WHERE so.state = 'sent' AND so.company_id = %(company)s
               AND so.date_order <= %(now)s AND q.until > %(now)s
             GROUP BY p.customer_id
            """,
            days=max(company.lifecycle_abandoned_days, 1),
            tz=company._lifecycle_zone().zone,
            company=company.id,
            now=now,
        )

    @api.model
    def _select_stages(self, company, now):
        """An open opportunity in a stage in which sales talks. One that has not moved
        for long is forgotten rather than talked about."""
        days = company.lifecycle_talk_stage_days
        until = SQL("NULL::timestamp")
        if days:
            until = SQL(
                "COALESCE(l.date_last_stage_update, l.create_date)"
                " + make_interval(days => %s)",
                days,
            )
        return SQL(
            """
            SELECT p.customer_id, max(%(until)s) AS until
              FROM contact p
              JOIN crm_lead l ON l.partner_id = p.id
              JOIN crm_stage s ON s.id = l.stage_id AND s.lifecycle_is_talk
             WHERE l.active AND l.type = 'opportunity' AND l.won_status = 'pending'
               AND (l.company_id IS NULL OR l.company_id = %(company)s)
               AND COALESCE(%(until)s > %(now)s, true)
             GROUP BY p.customer_id
            """,
            until=until,
            company=company.id,
            now=now,
        )

    @api.model
    def _select_calls(self, company, now):
        """A call that is planned for these days of the company, or was made in them, on
        the contact or on an open opportunity. Calls that a program asked for are its
        own business."""
        return SQL(
            """
            SELECT c.customer_id,
                   max(c.day + make_interval(days => CASE WHEN c.is_done THEN %(days)s
                                                          ELSE 1 END)) AS until
              FROM (SELECT p.customer_id, a.active IS NOT TRUE AS is_done,
                           CASE WHEN a.active THEN a.date_deadline
                                ELSE a.date_done END::timestamp
                               AT TIME ZONE %(tz)s AT TIME ZONE 'UTC' AS day
                      FROM contact p
                      LEFT JOIN crm_lead l ON l.partner_id = p.id AND l.active
                      JOIN mail_activity a
                        ON (a.res_model = 'res.partner' AND a.res_id = p.id)
                        OR (a.res_model = 'crm.lead' AND a.res_id = l.id)
                      JOIN mail_activity_type t ON t.id = a.activity_type_id
                     WHERE (l.company_id IS NULL OR l.company_id = %(company)s)
                       AND t.category = 'phonecall' AND a.automated IS NOT TRUE
                   ) AS c
             WHERE c.day BETWEEN %(now)s - make_interval(days => %(days)s)
                             AND %(now)s + make_interval(days => %(days)s)
             GROUP BY c.customer_id
            """,
            days=company.lifecycle_talk_call_days,
            tz=company._lifecycle_zone().zone,
            company=company.id,
            now=now,
        )

    @api.model
    def _select_invoices(self, company, now):
        """An invoice that should have been paid long ago: offers do not fit now."""
        overdue = timedelta(days=company.lifecycle_talk_overdue_days)
        return SQL(
            """
            SELECT p.customer_id, NULL::timestamp AS until
              FROM contact p
              JOIN account_move m ON m.partner_id = p.id
             WHERE m.move_type IN ('out_invoice', 'out_receipt')
               AND m.state = 'posted' AND m.company_id = %(company)s
               AND m.payment_state IN ('not_paid', 'partial')
               AND m.invoice_date_due <= %(latest)s
             GROUP BY p.customer_id
            """,
            company=company.id,
            latest=company._lifecycle_today(now) - overdue,
        )


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _gate_checks(self):
        checks = super()._gate_checks()
        checks.insert(checks.index("_gate_paused") + 1, "_gate_talk")
        return checks

    def _gate_talk(self, batch):
        """While sales is talking to the customer, marketing rests. That is no lateness:
        it goes on where it was."""
        if not batch.category.is_capped or self.program_id.writes_during_talk:
            return
        talks = self.env["lifecycle.talk"]._find(
            self.env.company, batch.customers.ids, batch.now
        )
        if not talks:
            return
        for enrolment in batch.enrolments:
            talk = talks.get(enrolment.commercial_partner_id.id)
            if talk:
                batch.rest(enrolment, talk.reason, talk.look_again_at(batch.now))
