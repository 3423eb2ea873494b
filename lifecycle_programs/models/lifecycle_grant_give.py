"""Giving discounts: who may have one, and the coupon or pricelist itself."""

import secrets
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

YEAR = timedelta(days=365)
# Point of sale recognises codes with this prefix as coupons.
CODE_PREFIX = "044"


class LifecycleGrant(models.Model):
    _inherit = "lifecycle.grant"

    @api.model
    def _grant_batch(self, step, enrolments, now):
        """Give the discount of a step to the customers of a batch.

        A customer has one live discount of a company at most. The enrolment that gave
        it gets it again (a reminder shows the same code); for any other the answer is
        a reason.

        :param enrolments: of one company
        :return: per enrolment id the grant, or the reason why there is none
        :rtype: dict[int, lifecycle.grant | str]
        """
        company = enrolments.company_id.ensure_one()
        self = self.sudo().with_company(company)
        step, enrolments = step.with_env(self.env), enrolments.with_env(self.env)
        if reason := step._get_grant_obstacle(now):
            return dict.fromkeys(enrolments.ids, reason)
        customers = enrolments.commercial_partner_id
        self._settle(now, customers.ids)
        live = self.search(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", customers.ids),
                ("state", "=", "live"),
            ]
        ).grouped("commercial_partner_id")
        refusals = self._get_refusals(enrolments, company, now)
        results, first = {}, {}
        for enrolment in enrolments:
            customer = enrolment.commercial_partner_id
            if grant := live.get(customer):
                same = grant.enrolment_id == enrolment
                results[enrolment.id] = grant if same else "live_grant"
            elif reason := refusals.get(customer.id):
                results[enrolment.id] = reason
            elif customer in first:
                results[enrolment.id] = "live_grant"
            else:
                first[customer] = enrolment.id
        given = self._give(step, enrolments.browse(first.values()), now)
        return results | {grant.enrolment_id.id: grant for grant in given}

    # ------------------------------------------------------------
    # WHO MAY HAVE ONE
    # ------------------------------------------------------------

    @api.model
    def _get_refusals(self, enrolments, company, now):
        """Why customers get no discount now.

        :return: a reason per customer id, for those who are refused
        :rtype: dict[int, str]
        """
        customer_ids = enrolments.commercial_partner_id.ids
        facts = self.env["lifecycle.fact"]._read(
            enrolments.partner_id.ids,
            ["sales.open_quotation", "sales.special_pricelist"],
            company,
            now,
        )
        reasons = {
            **dict.fromkeys(
                self._customers_over_limit(customer_ids, company, now), "yearly_limit"
            ),
            **dict.fromkeys(
                self._customers_of_introductory_offer(customer_ids, company, now),
                "introductory_offer",
            ),
        }
        for enrolment in enrolments:
            values = facts.get(enrolment.partner_id.id, {})
            customer_id = enrolment.commercial_partner_id.id
            # These two are the salesperson's business and say more than the others.
            if values.get("sales.open_quotation"):
                reasons[customer_id] = "open_quotation"
            elif values.get("sales.special_pricelist"):
                reasons[customer_id] = "special_pricelist"
        return reasons

    @api.model
    def _customers_over_limit(self, customer_ids, company, now):
        """Who has had as many discounts in the last year as the company allows."""
        counts = self._read_group(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", customer_ids),
                ("starts_at", ">", now - YEAR),
                ("state", "!=", "revoked"),
            ],
            ["commercial_partner_id"],
            ["__count"],
        )
        limit = company.lifecycle_grant_limit
        return {customer.id for customer, count in counts if 0 < limit <= count}

    @api.model
    def _customers_of_introductory_offer(self, customer_ids, company, now):
        """Whose first order was bought on an offer, not long ago: nobody should learn
        that waiting pays.
        """
        self.env["sale.order"].flush_model(["state", "date_order"])
        self.env["sale.order.line"].flush_model(["reward_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.customer_id
                  FROM (SELECT DISTINCT ON (p.commercial_partner_id)
                               p.commercial_partner_id AS customer_id,
                               o.id, o.date_order
                          FROM sale_order o
                          JOIN res_partner p ON p.id = o.partner_id
                         WHERE p.commercial_partner_id = ANY(%(customers)s)
                           AND o.company_id = %(company)s AND o.state = 'sale'
                           AND o.date_order <= %(now)s
                         ORDER BY p.commercial_partner_id, o.date_order, o.id) AS f
                 WHERE f.date_order > %(since)s
                   AND EXISTS (SELECT FROM sale_order_line l
                                WHERE l.order_id = f.id AND l.reward_id IS NOT NULL)
                """,
                customers=customer_ids,
                company=company.id,
                now=now,
                since=now - timedelta(days=company.lifecycle_intro_days),
            )
        )
        return {customer_id for (customer_id,) in rows}

    # ------------------------------------------------------------
    # GIVING
    # ------------------------------------------------------------

    @api.model
    def _give(self, step, enrolments, now):
        if not enrolments:
            return self.browse()
        company = self.env.company
        last_day = self._local_date(company, now) + timedelta(days=step.grant_days)
        values = [
            self._prepare_grant_values(step, enrolment, now, last_day)
            for enrolment in enrolments
        ]
        prepare = {
            "coupon": self._give_coupons,
            "pricelist": self._give_pricelists,
        }[step.grant_kind]
        prepare(step, enrolments, last_day, values)
        return self.create(values)

    @api.model
    def _prepare_grant_values(self, step, enrolment, now, last_day):
        return {
            "enrolment_id": enrolment.id,
            "program_id": enrolment.program_id.id,
            "step_id": step.id,
            "company_id": self.env.company.id,
            "partner_id": enrolment.partner_id.id,
            "commercial_partner_id": enrolment.commercial_partner_id.id,
            "kind": step.grant_kind,
            "description": step._get_grant_description(),
            "starts_at": now,
            "ends_at": self._end_of_day(self.env.company, last_day),
        }

    @api.model
    def _give_coupons(self, step, enrolments, last_day, values):
        """Make one personal coupon per enrolment and note it in the grants' values."""
        program = step.loyalty_program_id
        points = min(program.reward_ids.mapped("required_points"), default=1)
        cards = (
            self.env["loyalty.card"]
            # The program's own "at creation" mail must not go out: a message step
            # shows the code.
            .with_context(loyalty_no_mail=True, tracking_disable=True)
            .create(
                [
                    {
                        "program_id": program.id,
                        "partner_id": enrolment.partner_id.id,
                        "points": points,
                        "expiration_date": last_day,
                        # Odoo's own generator has 32 random bits, of which two in
                        # 65,000 coupons are likely to be the same.
                        "code": CODE_PREFIX + secrets.token_hex(6),
                    }
                    for enrolment in enrolments
                ]
            )
        )
        self.env["loyalty.history"].create(
            [
                {
                    "card_id": card.id,
                    "description": enrolments.program_id[:1].name,
                    "issued": points,
                }
                for card in cards
            ]
        )
        for grant_values, card in zip(values, cards, strict=True):
            grant_values.update(card_id=card.id, code=card.code)

    @api.model
    def _give_pricelists(self, step, enrolments, last_day, values):
        """Set the pricelist of the customers; their former one is kept to restore."""
        customers = enrolments.commercial_partner_id.with_company(self.env.company)
        former = {
            customer.id: customer.specific_property_product_pricelist.id
            for customer in customers
        }
        customers.specific_property_product_pricelist = step.pricelist_id
        for grant_values in values:
            customer_id = grant_values["commercial_partner_id"]
            grant_values.update(
                pricelist_id=step.pricelist_id.id,
                previous_pricelist_id=former[customer_id],
            )
