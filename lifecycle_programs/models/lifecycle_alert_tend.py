"""What becomes of alerts by themselves: overtaken, done, escalated, back again."""

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_retry import retry_on_conflict

# Unanswered for so many working days: the team leader is told.
ESCALATE_AFTER = 2
CRON_BATCH = 200


class LifecycleAlert(models.Model):
    _inherit = "lifecycle.alert"

    @api.model
    def _cron_alerts(self):
        """Tend the alerts in batches, each committed."""
        now = fields.Datetime.now()
        cron = self.env["ir.cron"]
        while done := retry_on_conflict(
            self.env, lambda: self._tend(now, limit=CRON_BATCH)
        ):
            # A full batch means that there may be more, of any kind.
            more = CRON_BATCH if done >= CRON_BATCH else 0
            if not cron._commit_progress(done, remaining=more):
                break

    @api.model
    def _tend(self, now, limit=None):
        """Do to alerts what is due; running it again changes nothing.

        :return: how many alerts were dealt with
        """
        done = self._close_overtaken(limit) + self._take_done_calls(now, limit)
        companies = self._read_group(
            ["|", ("state", "=", "open"), *self._waiting_domain()], ["company_id"]
        )
        for (company,) in companies:
            alerts = self.with_company(company)
            done += alerts._escalate(company, now, limit)
            done += alerts._bring_back(company, now, limit)
        return done

    # ------------------------------------------------------------
    # NOBODY HAS TO ANSWER ANY MORE
    # ------------------------------------------------------------

    @api.model
    def _close_overtaken(self, limit):
        """Close open alerts whose opportunity was won or lost, or that an order came
        before.
        """
        overtaken = self._search_open(
            SQL(
                """
                EXISTS (SELECT FROM crm_lead l WHERE l.id = a.lead_id
                           AND (l.won_status <> 'pending' OR NOT l.active))
                OR %s
                """,
                self._has_ordered_sql(SQL("a.alerted_at")),
            ),
            limit,
        )
        overtaken._overtake()
        return len(overtaken)

    @api.model
    def _has_ordered_sql(self, since):
        """Whether the customer of alert ``a`` has ordered since a moment."""
        return SQL(
            """
            EXISTS (SELECT FROM sale_order o
                      JOIN res_partner p ON p.id = o.partner_id
                     WHERE p.commercial_partner_id = a.commercial_partner_id
                       AND o.company_id = a.company_id AND o.state = 'sale'
                       AND o.date_order >= %s)
            """,
            since,
        )

    @api.model
    def _search_open(self, condition, limit, state="open"):
        """Alerts in a state that meet a condition on ``a``, locked."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.id FROM lifecycle_alert a
                 WHERE a.state = %s AND (%s)
                 ORDER BY a.id LIMIT %s
                """,
                state,
                condition,
                limit,
            )
        )
        return self.browse([alert_id for (alert_id,) in rows]).try_lock_for_update()

    @api.model
    def _take_done_calls(self, now, limit):
        """Whoever has marked the call as done has taken over."""
        alerts = self._search_open(
            SQL(
                "EXISTS (SELECT FROM mail_activity m"
                " WHERE m.id = a.activity_id AND NOT m.active)"
            ),
            limit,
        )
        for alert in alerts:
            alert.write(
                {
                    "state": "taken",
                    "answered_at": now,
                    "answered_by_id": alert.activity_id.user_id.id,
                    "answer_note": alert.activity_id.feedback,
                }
            )
        alerts.escalation_activity_id.filtered("active").unlink()
        alerts._emit_answered(now)
        return len(alerts)

    # ------------------------------------------------------------
    # UNANSWERED
    # ------------------------------------------------------------

    @api.model
    def _escalate(self, company, now, limit):
        """Tell the team leader of alerts that nobody has answered, once."""
        unanswered = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("escalated_at", "=", False),
                (
                    "alerted_at",
                    "<=",
                    company._lifecycle_workdays_ago(now, ESCALATE_AFTER),
                ),
            ],
            order="id",
            limit=limit,
        ).try_lock_for_update()
        unanswered.escalated_at = now
        leaders = {alert: alert._get_leader() for alert in unanswered}
        told = unanswered.filtered(
            lambda alert: leaders[alert] and leaders[alert] != alert.user_id
        )
        call, today = self._call_type(), company._lifecycle_today(now)
        activities = self.env["mail.activity"]._lifecycle_create(
            [
                (
                    alert._get_record(),
                    {
                        "activity_type_id": call.id,
                        "user_id": leaders[alert].id,
                        "summary": self.env._(
                            "Unanswered: ready for sales (%(user)s)",
                            user=alert.user_id.name,
                        ),
                        "note": alert.reasons_html,
                        "date_deadline": today,
                    },
                )
                for alert in told
            ]
        )
        for alert, activity in zip(told, activities, strict=True):
            alert.escalation_activity_id = activity
        return len(unanswered)

    def _get_leader(self):
        """Who answers for the salesperson: the team's leader, else the program's
        owner.
        """
        self.ensure_one()
        leader = (self.team_id or self.lead_id.team_id).user_id
        owner = self.program_id.user_id
        return next(
            (user for user in (leader, owner) if user and user.active),
            self.env["res.users"],
        )

    # ------------------------------------------------------------
    # NOT YET
    # ------------------------------------------------------------

    @api.model
    def _waiting_domain(self):
        return ["&", ("state", "=", "not_yet"), ("back_at", "=", False)]

    @api.model
    def _bring_back(self, company, now, limit):
        """On the date that "Not yet" named, the alert comes back as a new one that
        knows its history; not if the customer has ordered, the opportunity is closed,
        or there is another open alert meanwhile.
        """
        due = self.search(
            [
                ("company_id", "=", company.id),
                *self._waiting_domain(),
                ("back_on", "<=", company._lifecycle_today(now)),
            ],
            order="id desc",
            limit=limit,
        ).try_lock_for_update()
        due.back_at = now
        stays_away = due._filter_overtaken() | due._filter_open_again()
        coming, seen = self.browse(), set()
        for alert in due - stays_away:
            if alert.commercial_partner_id not in seen:
                seen.add(alert.commercial_partner_id)
                coming += alert
        following = self.create(
            [alert._prepare_following_values(now) for alert in coming]
        )
        day, _begin = company._lifecycle_next_workday(now, days=0)
        following._schedule_calls(self.env["lifecycle.step"], day, {})
        following._log({alert: alert._render_announcement() for alert in following})
        return len(due)

    def _filter_overtaken(self):
        """Those whose opportunity is closed or whose customer has ordered since."""
        if not self:
            return self
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.id FROM lifecycle_alert a
                  LEFT JOIN crm_lead l ON l.id = a.lead_id
                 WHERE a.id = ANY(%s)
                   AND (l.won_status <> 'pending' OR NOT l.active OR %s)
                """,
                self.ids,
                self._has_ordered_sql(SQL("a.answered_at")),
            )
        )
        return self.browse([alert_id for (alert_id,) in rows])

    def _filter_open_again(self):
        """Those whose customer has an open alert already."""
        open_again = self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("state", "=", "open"),
            ]
        ).commercial_partner_id
        return self.filtered(lambda alert: alert.commercial_partner_id in open_again)
