from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .lifecycle_retry import retry_on_conflict

# The event that lets a program remind of a discount comes this long before its end.
ENDING_NOTICE = timedelta(days=3)
# A discount is a promise and outlives the program that gave it, except when what it
# was given for has been called off.
REVOKING_REASONS = ("order_cancelled",)
CRON_BATCH = 500


class LifecycleGrant(models.Model):
    """A discount given to a customer, from a date, until a date.

    States: ``live`` -> ``used`` (the coupon is used up; live again when the order is
    cancelled in time), ``ended`` (its time is over), ``revoked`` (a person ended it,
    the coupon was removed, or the order that it was given for was cancelled). Leaving
    the program does not end it. `_settle` makes all these transitions, apart from
    the button.
    """

    _name = "lifecycle.grant"
    _description = "Program Discount"
    _order = "starts_at desc, id desc"
    _rec_name = "code"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", ondelete="set null", index="btree_not_null"
    )
    program_id = fields.Many2one(
        "lifecycle.program", ondelete="set null", index="btree_not_null"
    )
    step_id = fields.Many2one(
        "lifecycle.step", ondelete="set null", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("coupon", "Personal coupon"), ("pricelist", "Customer pricelist")],
        required=True,
    )
    card_id = fields.Many2one("loyalty.card", string="Coupon", ondelete="set null")
    code = fields.Char()
    description = fields.Char(help="What it gives, e.g. 10 % off.")
    pricelist_id = fields.Many2one("product.pricelist", ondelete="set null")
    previous_pricelist_id = fields.Many2one("product.pricelist", ondelete="set null")
    starts_at = fields.Datetime(required=True)
    ends_at = fields.Datetime(required=True)
    state = fields.Selection(
        [
            ("live", "Live"),
            ("used", "Used"),
            ("ended", "Ended"),
            ("revoked", "Revoked"),
        ],
        required=True,
        default="live",
    )
    ended_at = fields.Datetime()
    end_reason = fields.Char()

    _one_live = models.UniqueIndex(
        "(company_id, commercial_partner_id) WHERE state = 'live'",
        "The customer has a live discount already.",
    )
    _live = models.Index("(ends_at, id) WHERE state = 'live'")
    _card = models.Index("(card_id) WHERE card_id IS NOT NULL")
    _customer = models.Index("(commercial_partner_id, starts_at)")

    @api.depends("code", "description")
    def _compute_display_name(self):
        for grant in self:
            parts = [grant.description, grant.code]
            grant.display_name = " · ".join(part for part in parts if part)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_revoke(self):
        """End live discounts now: the coupon expires, the pricelist goes back."""
        if not self.env.user.has_group("lifecycle_programs.group_lifecycle_marketer"):
            raise UserError(self.env._("Only a marketer can revoke a discount."))
        self.check_access("read")
        self.sudo()._end(fields.Datetime.now(), "revoked", "by_hand")
        return True

    # ------------------------------------------------------------
    # ENDING
    # ------------------------------------------------------------

    def _end(self, now, state="ended", reason=None):
        """End those that are live; the others are left as they are.

        The coupon expires (its points stay: an end taken back by hand works again),
        the pricelist goes back, and `grant_ended` tells the programs. A used coupon
        needs none of that.

        :param state: ``ended``, ``revoked`` or ``used``
        :param reason: a short code, such as ``by_hand``
        :return: the grants that ended
        """
        ending = self.filtered(lambda grant: grant.state == "live")
        ending.write({"state": state, "ended_at": now, "end_reason": reason})
        if state != "used":
            ending._expire_cards(now)
            ending._restore_pricelists()
            ending._emit_ended(now)
        return ending

    def _expire_cards(self, now):
        for company, grants in self.grouped("company_id").items():
            yesterday = self._local_date(company, now) - timedelta(days=1)
            grants.card_id.filtered(
                lambda card, last=yesterday: (
                    not card.expiration_date or card.expiration_date > last
                )
            ).expiration_date = yesterday

    def _restore_pricelists(self):
        """Give customers their former pricelist back, the empty one included.

        Whoever has another pricelist than the one of the grant was given it by a
        person in the meantime, and keeps it.
        """
        former = defaultdict(lambda: self.env["res.partner"])
        for grant in self.filtered(lambda g: g.kind == "pricelist" and g.pricelist_id):
            customer = grant.commercial_partner_id.with_company(grant.company_id)
            if (
                customer.commercial_partner_id == customer
                and customer.specific_property_product_pricelist == grant.pricelist_id
            ):
                key = (grant.company_id, grant.previous_pricelist_id)
                former[key] += customer
        for (company, pricelist), customers in former.items():
            customers.with_company(
                company
            ).specific_property_product_pricelist = pricelist

    def _emit_ended(self, now):
        self.env["lifecycle.event"]._emit(
            "grant_ended",
            [
                grant._prepare_event_row(
                    {"code": grant.code or ""},
                    min(now, grant.ends_at),
                    f"grant_ended/{grant.id}/{fields.Datetime.to_string(now)}",
                )
                for grant in self
            ],
        )

    def _prepare_event_row(self, payload, occurred_at, unique_key):
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "occurred_at": occurred_at,
            "company_id": self.company_id.id,
            "payload": payload,
            "res_model": self._name,
            "res_id": self.id,
            "unique_key": unique_key,
        }

    # ------------------------------------------------------------
    # SETTLING
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

    @api.model
    def _end_merged(self, sources, target):
        """Before contacts are merged: only one live grant of a customer can stay.

        The one that ends last stays live. The others end in our books alone: a coupon
        that a customer holds keeps working, for the merged customer, until its date.
        """
        live = self.search(
            [
                ("commercial_partner_id", "in", (sources | target).ids),
                ("state", "=", "live"),
            ],
            order="ends_at desc, id desc",
        )
        for grants in live.grouped("company_id").values():
            surplus = grants[1:]
            surplus._restore_pricelists()
            surplus.write(
                {
                    "state": "ended",
                    "ended_at": fields.Datetime.now(),
                    "end_reason": "merged",
                }
            )

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_end_grants(self):
        """End, mark as used and announce, in batches, each committed."""
        now = fields.Datetime.now()
        cron = self.env["ir.cron"]

        def batch():
            return self._settle(now, limit=CRON_BATCH) + self._announce_ending(
                now, limit=CRON_BATCH
            )

        cron._commit_progress(remaining=self._count_due(now))
        while done := retry_on_conflict(self.env, batch):
            if not cron._commit_progress(done, remaining=self._count_due(now)):
                break

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    @api.model
    def _local_zone(self, company):
        """The zone in which coupons of the company expire (see `sale_loyalty`)."""
        parameters = self.env["ir.config_parameter"].sudo()
        name = company.partner_id.tz or parameters.get_param("loyalty.timezone", "UTC")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @api.model
    def _local_date(self, company, moment):
        zone = self._local_zone(company)
        return moment.replace(tzinfo=timezone.utc).astimezone(zone).date()

    @api.model
    def _end_of_day(self, company, day):
        """The moment (naive UTC) when a day of the company is over."""
        midnight = datetime.combine(
            day + timedelta(days=1), time.min, tzinfo=self._local_zone(company)
        )
        return midnight.astimezone(timezone.utc).replace(tzinfo=None)
