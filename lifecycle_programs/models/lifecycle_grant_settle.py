"""Bringing discounts in line with their coupons, their orders and the clock."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_retry import run_in_batches

# The event that lets a program remind of a discount comes this long before its end.
ENDING_NOTICE = timedelta(days=3)
# A discount is a promise and outlives the program that gave it, except when what it
# was given for has been called off.
REVOKING_REASONS = ("order_cancelled",)
CRON_BATCH = 500


class LifecycleGrant(models.Model):
    _inherit = "lifecycle.grant"

    # ------------------------------------------------------------
    # SETTLE
    # ------------------------------------------------------------

    @api.model
    def _settle(self, now, customers=None, limit=None):
        """Bring grants in line with their coupons, their orders and the clock.

        :param customers: ids of the customers to look at; None for all
        :param limit: at most this many
        :return: how many changed
        """
        self.env["loyalty.card"].flush_model(["points", "active"])
        self.env["lifecycle.enrolment"].flush_model(["state", "end_reason"])
        self.flush_model()
        outcomes = defaultdict(list)
        for grant_id, state, reason in self.env.execute_query(
            SQL(
                """
                SELECT * FROM (%s) AS due
                 WHERE state IS NOT NULL
                 ORDER BY id
                 LIMIT %s
                """,
                self._settle_sql(now, customers),
                limit,
            )
        ):
            outcomes[state, reason].append(grant_id)
        claimed = self._claim([id_ for ids in outcomes.values() for id_ in ids])
        for (state, reason), ids in outcomes.items():
            claimed.filtered(lambda g, due=set(ids): g.id in due)._end(
                now, state, reason
            )
        return len(claimed) + self._settle_given_back(now, customers)

    @api.model
    def _settle_sql(self, now, customers):
        """Live grants with the state and reason that they are due for, or null."""
        return SQL(
            """
            SELECT g.id,
                   CASE WHEN g.kind = 'coupon' AND c.points < %(needed)s THEN 'used'
                        WHEN g.kind = 'coupon' AND c.active IS NOT TRUE THEN 'revoked'
                        WHEN e.state = 'exited' AND e.end_reason = ANY(%(revoking)s)
                        THEN 'revoked'
                        WHEN g.ends_at <= %(now)s THEN 'ended'
                    END AS state,
                   CASE WHEN g.kind = 'coupon' AND c.points < %(needed)s THEN 'used'
                        WHEN g.kind = 'coupon' AND c.active IS NOT TRUE
                        THEN 'coupon_removed'
                        WHEN e.state = 'exited' AND e.end_reason = ANY(%(revoking)s)
                        THEN e.end_reason
                        WHEN g.ends_at <= %(now)s THEN 'time_over'
                    END AS reason
              FROM lifecycle_grant g
              LEFT JOIN loyalty_card c ON c.id = g.card_id
              LEFT JOIN lifecycle_enrolment e ON e.id = g.enrolment_id
             WHERE g.state = 'live' AND %(wanted)s
            """,
            needed=self._needed_points_sql(),
            revoking=list(REVOKING_REASONS),
            now=now,
            wanted=self._customers_sql(customers),
        )

    @api.model
    def _needed_points_sql(self):
        """The points that the cheapest reward of the coupon ``c`` costs."""
        return SQL(
            """
            COALESCE((SELECT min(r.required_points) FROM loyalty_reward r
                       WHERE r.program_id = c.program_id AND r.active), 1)
            """
        )

    @api.model
    def _customers_sql(self, customers):
        if customers is None:
            return SQL("TRUE")
        return SQL("g.commercial_partner_id = ANY(%s)", list(customers))

    @api.model
    def _settle_given_back(self, now, customers):
        """A used coupon whose order was cancelled in time is live again, unless the
        customer has got another discount since.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (g.company_id, g.commercial_partner_id) g.id
                  FROM lifecycle_grant g
                  JOIN loyalty_card c ON c.id = g.card_id AND c.active
                 WHERE g.state = 'used' AND g.ends_at > %(now)s AND %(wanted)s
                   AND c.points >= %(needed)s
                   AND NOT EXISTS (
                       SELECT FROM lifecycle_grant o
                        WHERE o.company_id = g.company_id AND o.state = 'live'
                          AND o.commercial_partner_id = g.commercial_partner_id)
                 ORDER BY g.company_id, g.commercial_partner_id, g.id DESC
                """,
                now=now,
                wanted=self._customers_sql(customers),
                needed=self._needed_points_sql(),
            )
        )
        given_back = self._claim([grant_id for (grant_id,) in rows])
        given_back.write({"state": "live", "ended_at": False, "end_reason": False})
        return len(given_back)

    @api.model
    def _count_due(self, now):
        """How many grants wait to be settled, and how many to be announced."""
        return self.env.execute_query(
            SQL(
                """
                SELECT (SELECT count(*) FROM (%s) AS due WHERE state IS NOT NULL)
                     + (SELECT count(*) FROM (%s) AS ending)
                """,
                self._settle_sql(now, None),
                self._ending_sql(now),
            )
        )[0][0]

    @api.model
    def _claim(self, ids):
        """Those of the grants that nobody else is busy with, locked."""
        return self.browse(ids).try_lock_for_update()

    # ------------------------------------------------------------
    # ANNOUNCE
    # ------------------------------------------------------------

    @api.model
    def _announce_ending(self, now, limit=None):
        """Emit `grant_ending` once for every grant that ends within the notice (again
        if its end was put off).

        :return: how many were announced
        """
        self.flush_model(["ends_at", "state"])
        self.env["lifecycle.event.type"].flush_model(["active"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM (%s) AS ending ORDER BY ends_at, id LIMIT %s",
                self._ending_sql(now),
                limit,
            )
        )
        grants = self.browse([grant_id for (grant_id,) in rows])
        self.env["lifecycle.event"]._emit(
            "grant_ending",
            [
                grant._prepare_event_row(
                    {
                        "code": grant.code or "",
                        "ends_at": fields.Datetime.to_string(grant.ends_at),
                    },
                    max(grant.starts_at, grant.ends_at - ENDING_NOTICE),
                    f"grant_ending/{grant.id}/{grant.ends_at:%Y-%m-%d}",
                )
                for grant in grants
            ],
        )
        return len(grants)

    @api.model
    def _ending_sql(self, now):
        """Live grants within the notice that are not announced yet; none while the
        event type is switched off, because nothing would be written."""
        return SQL(
            """
            SELECT g.id, g.ends_at
              FROM lifecycle_grant g
              JOIN lifecycle_event_type t ON t.code = 'grant_ending' AND t.active
             WHERE g.state = 'live' AND g.ends_at > %(now)s
               AND g.ends_at <= %(horizon)s
               AND NOT EXISTS (
                   SELECT FROM lifecycle_event e
                    WHERE e.unique_key = 'grant_ending/' || g.id || '/'
                          || to_char(g.ends_at, 'YYYY-MM-DD'))
            """,
            now=now,
            horizon=now + ENDING_NOTICE,
        )

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_end_grants(self):
        """End, mark as used and announce, in batches, each committed."""
        now = fields.Datetime.now()

        def batch():
            return self._settle(now, limit=CRON_BATCH) + self._announce_ending(
                now, limit=CRON_BATCH
            )

        run_in_batches(self.env, batch, lambda: self._count_due(now))
