"""Raising sales alerts: on what record, for whom, with which reasons."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL

from .alert_desk import AlertDesk
from .step_result import StepResult

# New alerts that one salesperson gets on one day; the others wait, strongest first.
ALERTS_A_DAY = 5
FACTS = ("engagement.points_30d", "web.page_views_30d", "orders.count")
# What colleagues did that a salesperson wants to know of, and for how long.
TOLD_EVENTS = (
    "page_viewed",
    "mail_clicked",
    "mail_replied",
    "guide_downloaded",
    "answer_given",
    "survey_answered",
    "lead_created",
    "quotation_sent",
)
TOLD_EVENTS_PER_CUSTOMER = 10
TOLD_FOR = timedelta(days=30)


@dataclass
class Candidate:
    """A customer who is about to be brought to a salesperson."""

    enrolment: Any
    strength: float
    is_customer: bool
    lead: Any
    user: Any = None
    team: Any = None

    @property
    def customer(self):
        return self.enrolment.commercial_partner_id

    @property
    def on_account(self):
        """A customer who has a salesperson gets a task, not an opportunity."""
        owner = self.enrolment.partner_id.user_id or self.customer.user_id
        return not self.lead and self.is_customer and bool(owner)


class LifecycleAlert(models.Model):
    _inherit = "lifecycle.alert"

    @api.model
    def _alert_batch(self, step, enrolments, now):
        """Bring the contacts of a batch to their salespeople.

        An open alert of the same customer takes the new reasons in. Of the others, the
        strongest go first, as many a day as a salesperson can take.

        :param enrolments: of one company
        :return: per enrolment id the alert, or a `StepResult` for who has to wait or
            has nobody to be brought to
        :rtype: dict[int, lifecycle.alert | StepResult]
        """
        company = enrolments.company_id.ensure_one()
        self = self.sudo().with_company(company)
        step, enrolments = step.with_env(self.env), enrolments.with_env(self.env)
        reasons = self._collect_reasons(enrolments, company, now)
        candidates = self._get_candidates(enrolments, company, now)
        alerts = self.search(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", enrolments.commercial_partner_id.ids),
                ("state", "=", "open"),
            ]
        ).grouped("commercial_partner_id")
        for candidate in candidates:
            if alert := alerts.get(candidate.customer):
                alert._take_in(candidate, reasons[candidate.enrolment.id])
        fresh = {}
        for candidate in candidates:
            if candidate.customer not in alerts:
                fresh.setdefault(candidate.customer, candidate)
        ready, results_by_customer = self._assign(fresh.values(), step, now)
        created = self._raise(ready, step, reasons, now)
        results_by_customer |= {alert.commercial_partner_id: alert for alert in created}
        results_by_customer |= alerts
        return {
            enrolment.id: results_by_customer[enrolment.commercial_partner_id]
            for enrolment in enrolments
        }

    def _take_in(self, candidate, reasons):
        """What has happened again belongs to the alert that is open already."""
        self.write(
            {
                "repeats": self.repeats + 1,
                "reasons": reasons,
                "strength": max(self.strength, candidate.strength),
            }
        )

    # ------------------------------------------------------------
    # WHAT IS KNOWN
    # ------------------------------------------------------------

    @api.model
    def _get_candidates(self, enrolments, company, now):
        """The enrolments as candidates, the strongest first."""
        facts = self.env["lifecycle.fact"]._read(
            enrolments.partner_id.ids, list(FACTS), company, now
        )
        leads = self._get_open_leads(enrolments.commercial_partner_id, company)
        candidates = []
        for enrolment in enrolments:
            values = facts.get(enrolment.partner_id.id, {})
            points, views, orders = (float(values.get(name) or 0) for name in FACTS)
            candidates.append(
                Candidate(
                    enrolment=enrolment,
                    strength=points + views,
                    is_customer=orders > 0,
                    lead=leads.get(
                        enrolment.commercial_partner_id.id, self.env["crm.lead"]
                    ),
                )
            )
        return sorted(candidates, key=lambda c: (-c.strength, c.enrolment.id))

    @api.model
    def _get_open_leads(self, customers, company):
        """The open lead or opportunity per customer id: one that has an owner first,
        then the newest.
        """
        self.env["crm.lead"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (p.commercial_partner_id)
                       p.commercial_partner_id, l.id
                  FROM crm_lead l
                  JOIN res_partner p ON p.id = l.partner_id
                 WHERE p.commercial_partner_id = ANY(%(customers)s)
                   AND l.active AND l.won_status = 'pending'
                   AND (l.company_id IS NULL OR l.company_id = %(company)s)
                 ORDER BY p.commercial_partner_id, l.user_id IS NULL, l.id DESC
                """,
                customers=customers.ids,
                company=company.id,
            )
        )
        leads = self.env["crm.lead"].browse([lead_id for _customer, lead_id in rows])
        return {
            customer_id: lead
            for (customer_id, _lead_id), lead in zip(rows, leads, strict=True)
        }

    @api.model
    def _collect_reasons(self, enrolments, company, now):
        """Per enrolment id what spoke for its entry, and what its colleagues did."""
        people = self._collect_people(enrolments.commercial_partner_id, company, now)
        explanations = enrolments._explain_entry()
        return {
            enrolment.id: {
                "clauses": explanations[enrolment].grounds()
                if explanations[enrolment]
                else [],
                "people": people.get(enrolment.commercial_partner_id.id, []),
            }
            for enrolment in enrolments
        }

    @api.model
    def _collect_people(self, customers, company, now):
        """Who of each customer has done what lately, the latest first."""
        types = self.env["lifecycle.event.type"].search([("code", "in", TOLD_EVENTS)])
        self.env["lifecycle.event"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id", "name", "email"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT customer_id, name, type_id, payload, occurred_at
                  FROM (SELECT p.commercial_partner_id AS customer_id,
                               COALESCE(p.name, p.email) AS name, e.type_id, e.payload,
                               e.occurred_at, e.id,
                               row_number() OVER (
                                   PARTITION BY p.commercial_partner_id
                                       ORDER BY e.occurred_at DESC, e.id DESC
                               ) AS number
                          FROM lifecycle_event e
                          JOIN res_partner p ON p.id = e.partner_id
                         WHERE p.commercial_partner_id = ANY(%(customers)s)
                           AND e.type_id = ANY(%(types)s)
                           AND e.company_id = %(company)s
                           AND e.occurred_at > %(since)s AND e.occurred_at <= %(now)s
                       ) AS lately
                 WHERE number <= %(limit)s
                 ORDER BY customer_id, number
                """,
                customers=customers.ids,
                types=types.ids,
                company=company.id,
                since=now - TOLD_FOR,
                now=now,
                limit=TOLD_EVENTS_PER_CUSTOMER,
            )
        )
        names = {event_type.id: event_type.name for event_type in types}
        people = defaultdict(list)
        for customer_id, name, type_id, payload, occurred_at in rows:
            payload = payload or {}
            about = next(
                (
                    str(payload[key])
                    for key in ("title", "guide", "topic", "answer", "url", "order")
                    if payload.get(key)
                ),
                None,
            )
            people[customer_id].append(
                {
                    "name": name or "",
                    "what": f"{names[type_id]}: {about}" if about else names[type_id],
                    "at": occurred_at.isoformat(timespec="seconds"),
                }
            )
        return people

    # ------------------------------------------------------------
    # WHO GETS IT
    # ------------------------------------------------------------

    @api.model
    def _assign(self, candidates, step, now):
        """Choose the salesperson of each candidate, the strongest first.

        :return: the candidates that have one with room today, and per customer the
            `StepResult` of the others
        """
        ready, results = [], {}
        if not candidates:
            return ready, results
        self.env["lifecycle.alert.desk"]._take(self.env.company, now)
        desk = AlertDesk(self, self.env.company, now, ALERTS_A_DAY)
        for candidate in candidates:
            desk.assign(candidate, step.program_id.user_id)
            if not candidate.user:
                results[candidate.customer] = StepResult("skipped", "no_salesperson")
            elif not desk.has_room(candidate.user):
                results[candidate.customer] = StepResult(
                    "wait", "alerts_of_the_day", due_at=desk.tomorrow, holds=True
                )
            else:
                desk.seat(candidate.user)
                ready.append(candidate)
        return ready, results

    # ------------------------------------------------------------
    # WHAT THEY GET
    # ------------------------------------------------------------

    @api.model
    def _raise(self, candidates, step, reasons, now):
        """Make the opportunities, alerts, calls and notes of some candidates."""
        if not candidates:
            return self.browse()
        self._make_leads(candidates)
        self._own_leads(candidates)
        alerts = self.create(
            [
                {
                    "enrolment_id": candidate.enrolment.id,
                    "program_id": candidate.enrolment.program_id.id,
                    "company_id": self.env.company.id,
                    "partner_id": candidate.enrolment.partner_id.id,
                    "commercial_partner_id": candidate.customer.id,
                    "lead_id": candidate.lead.id,
                    "user_id": candidate.user.id,
                    "team_id": candidate.team.id,
                    "alerted_at": now,
                    "strength": candidate.strength,
                    "reasons": reasons[candidate.enrolment.id],
                }
                for candidate in candidates
            ]
        )
        due, _begin = self.env.company._lifecycle_next_workday(now)
        notes = step._render_notes(alerts.enrolment_id, now)
        alerts._schedule_calls(step, due, notes)
        alerts._log({alert: alert._render_announcement() for alert in alerts})
        return alerts

    @api.model
    def _make_leads(self, candidates):
        """A new opportunity for whoever has none and is nobody's customer yet."""
        new = [c for c in candidates if not c.lead and not c.on_account]
        # Odoo would look for the first stage, and for followers, lead by lead. The
        # salespeople follow through their calls.
        leads = self.env["crm.lead"].with_context(tracking_disable=True)
        stages = {
            team: leads._stage_find(team_id=team.id, domain=[("fold", "=", False)])
            for team in {candidate.team for candidate in new}
        }
        created = leads.create(
            [
                self._prepare_lead_values(candidate)
                | {"stage_id": stages[candidate.team].id}
                for candidate in new
            ]
        ).with_env(self.env)
        for candidate, lead in zip(new, created, strict=True):
            candidate.lead = lead

    @api.model
    def _prepare_lead_values(self, candidate):
        contact = candidate.enrolment.partner_id
        return {
            "name": self.env._("%(name)s's opportunity", name=contact.display_name),
            "type": "opportunity",
            "partner_id": contact.id,
            "company_id": self.env.company.id,
            "user_id": candidate.user.id if candidate.user else False,
            "team_id": candidate.team.id if candidate.team else False,
        }

    @api.model
    def _own_leads(self, candidates):
        """Open leads that had no owner belong to who got the alert."""
        ownerless = defaultdict(lambda: self.env["crm.lead"])
        for candidate in candidates:
            if candidate.lead and not candidate.lead.user_id:
                ownerless[candidate.user] |= candidate.lead
        for user, leads in ownerless.items():
            leads.with_context(mail_auto_subscribe_no_notify=True).user_id = user

    def _schedule_calls(self, step, due, notes):
        """One call per alert, on the opportunity or the customer.

        :param step: gives type and summary; may be empty
        :param due: the date of the call
        :param notes: Markup per enrolment id
        """
        kind = step.activity_type_id or self._call_type()
        summary = step.name or self.env._("Ready for sales: call")
        activities = self.env["mail.activity"]._lifecycle_create(
            [
                (
                    alert._get_record(),
                    {
                        "activity_type_id": kind.id,
                        "user_id": alert.user_id.id,
                        "summary": summary,
                        "note": notes.get(alert.enrolment_id.id, "")
                        + alert.reasons_html,
                        "date_deadline": due,
                    },
                )
                for alert in self
            ]
        )
        for alert, activity in zip(self, activities, strict=True):
            alert.activity_id = activity

    @api.model
    def _call_type(self):
        return self.env.ref("mail.mail_activity_data_call")

    def _render_announcement(self):
        self.ensure_one()
        title = self.env._(
            "Ready for sales: %(contact)s, %(points)d points",
            contact=self.partner_id.display_name,
            points=self.strength,
        )
        return Markup("<p><strong>%s</strong></p>") % title + self.reasons_html
