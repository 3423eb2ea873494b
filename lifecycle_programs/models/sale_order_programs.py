"""What programs mean for a quotation: who brought the customer, the live discount, and
what goes with the order."""

from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

# A click or an alert that long before the order had to do with it.
BROUGHT_WITHIN = timedelta(days=30)
# What the customer has had within this time is not recommended.
HAD_WITHIN = timedelta(days=365)
RECOMMENDED = 3


class SaleOrder(models.Model):
    _inherit = "sale.order"

    lifecycle_program_id = fields.Many2one(
        "lifecycle.program",
        string="Brought by",
        compute="_compute_lifecycle_program",
        help="The program whose discount is on the order, whose alert somebody took "
        "over, or whose message the customer clicked last, in the 30 days before.",
    )
    lifecycle_program_text = fields.Char(compute="_compute_lifecycle_program")
    lifecycle_grant_id = fields.Many2one(
        "lifecycle.grant", string="Live Discount", compute="_compute_lifecycle_grant"
    )
    lifecycle_grant_text = fields.Char(compute="_compute_lifecycle_grant")
    lifecycle_offer_ids = fields.Many2many(
        "lifecycle.offer",
        string="Goes with this order",
        compute="_compute_lifecycle_offer_ids",
        help="From the offers of running programs: what fits the lines of the order, "
        "and the customer has not had within a year.",
    )

    # ------------------------------------------------------------
    # WHO BROUGHT THE CUSTOMER
    # ------------------------------------------------------------

    @api.depends("partner_id", "date_order", "order_line.coupon_id")
    def _compute_lifecycle_program(self):
        self.lifecycle_program_id = False
        self.lifecycle_program_text = False
        orders = self.filtered(lambda order: order.id and order.partner_id)
        if not orders or not self.env["lifecycle.program"].has_access("read"):
            return
        signs = orders._find_lifecycle_programs()
        # The record rules have the last word on what may be named.
        visible = self.env["lifecycle.program"].search(
            [("id", "in", [program_id for _order, program_id, _how, _at in signs])]
        )
        for order_id, program_id, how, at in signs:
            program = visible.filtered(lambda one, wanted=program_id: one.id == wanted)
            if program:
                order = self.browse(order_id)
                order.lifecycle_program_id = program
                order.lifecycle_program_text = order._say_lifecycle_program(
                    program.name, how, format_date(self.env, at)
                )

    @api.model
    def _say_lifecycle_program(self, name, how, day):
        if how == "grant":
            return self.env._("%(name)s: its discount is on the order", name=name)
        if how == "alert":
            return self.env._(
                "%(name)s: its sales alert of %(day)s was taken over",
                name=name,
                day=day,
            )
        return self.env._(
            "%(name)s: the customer clicked in its message on %(day)s",
            name=name,
            day=day,
        )

    def _find_lifecycle_programs(self):
        """Per order the program that brought it, if one did: the surest sign first.

        :return: rows of order id, program id, which sign, and its moment
        """
        self.env.flush_all()
        clicks = self.env.ref("lifecycle_programs.lifecycle_event_type_mail_clicked")
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (o.id) o.id, sign.program_id, sign.how, sign.at
                  FROM sale_order o
                  JOIN res_partner buyer ON buyer.id = o.partner_id
                 CROSS JOIN LATERAL (
                       SELECT 1 AS rank, g.program_id, 'grant' AS how,
                              g.starts_at AS at
                         FROM sale_order_line l
                         JOIN lifecycle_grant g ON g.card_id = l.coupon_id
                        WHERE l.order_id = o.id
                        UNION ALL
                       SELECT 2, a.program_id, 'alert', a.alerted_at
                         FROM lifecycle_alert a
                        WHERE a.commercial_partner_id = buyer.commercial_partner_id
                          AND a.company_id = o.company_id AND a.state = 'taken'
                          AND a.alerted_at BETWEEN o.date_order - %(within)s
                                               AND o.date_order
                        UNION ALL
                       SELECT 3, p.id, 'click', e.occurred_at
                         FROM res_partner c
                         JOIN lifecycle_event e ON e.partner_id = c.id
                         JOIN lifecycle_program p
                           ON p.code = e.payload->>'program'
                          AND p.company_id = o.company_id
                        WHERE c.commercial_partner_id = buyer.commercial_partner_id
                          AND e.type_id = %(clicks)s
                          AND e.company_id = o.company_id
                          AND e.occurred_at BETWEEN o.date_order - %(within)s
                                                AND o.date_order
                       ) AS sign
                 WHERE o.id = ANY(%(orders)s) AND sign.program_id IS NOT NULL
                 ORDER BY o.id, sign.rank, sign.at DESC, sign.program_id
                """,
                within=BROUGHT_WITHIN,
                clicks=clicks.id,
                orders=self.ids,
            )
        )

    # ------------------------------------------------------------
    # THE LIVE DISCOUNT
    # ------------------------------------------------------------

    @api.depends(
        "partner_id", "company_id", "state", "pricelist_id", "order_line.coupon_id"
    )
    def _compute_lifecycle_grant(self):
        """The customer's live discount, as long as it is not on the order."""
        self.lifecycle_grant_id = False
        self.lifecycle_grant_text = False
        orders = self.filtered(lambda order: order.state in ("draft", "sent"))
        if not orders or not self.env["lifecycle.grant"].has_access("read"):
            return
        grants = {
            (grant.commercial_partner_id, grant.company_id): grant
            for grant in self.env["lifecycle.grant"].search(
                [
                    (
                        "commercial_partner_id",
                        "in",
                        orders.partner_id.commercial_partner_id.ids,
                    ),
                    ("company_id", "in", orders.company_id.ids),
                    ("state", "=", "live"),
                    ("ends_at", ">", fields.Datetime.now()),
                ]
            )
        }
        for order in orders:
            customer = order.partner_id.commercial_partner_id
            grant = grants.get((customer, order.company_id))
            if grant and not order._has_lifecycle_grant(grant):
                order.lifecycle_grant_id = grant
                order.lifecycle_grant_text = self.env._(
                    "%(discount)s, until %(day)s",
                    discount=grant.display_name,
                    day=format_date(self.env, grant.ends_at),
                )

    def _has_lifecycle_grant(self, grant):
        if grant.kind == "pricelist":
            return self.pricelist_id == grant.pricelist_id
        card = grant.sudo().card_id
        return card in (self.applied_coupon_ids | self.order_line.coupon_id).sudo()

    def action_lifecycle_apply_discount(self):
        """Put the customer's live discount on the order, by Odoo's own way: a coupon as
        if its code had been typed in."""
        self.ensure_one()
        self.check_access("write")
        grant = self.lifecycle_grant_id
        if not grant:
            raise UserError(self.env._("There is no live discount any more."))
        if grant.kind == "pricelist":
            self.pricelist_id = grant.pricelist_id
            self._recompute_prices()
            return True
        status = self._try_apply_code(grant.code)
        if "error" in status:
            raise UserError(status["error"])
        if len(status) == 1:
            ((coupon, rewards),) = status.items()
            if len(rewards) == 1 and not rewards.multi_product:
                result = self._apply_program_reward(rewards, coupon)
                if result.get("error"):
                    raise UserError(result["error"])
                self._update_programs_and_rewards()
                return True
        # There is something to choose.
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sale_loyalty.sale_loyalty_reward_wizard_action"
        )
        rewards = self.env["loyalty.reward"].union(*status.values())
        action["context"] = {
            "active_id": self.id,
            "default_reward_ids": rewards.ids,
        }
        return action

    # ------------------------------------------------------------
    # WHAT GOES WITH IT
    # ------------------------------------------------------------

    @api.depends("partner_id", "company_id", "state", "order_line.product_id")
    def _compute_lifecycle_offer_ids(self):
        self.lifecycle_offer_ids = False
        orders = self.filtered(lambda order: order.state in ("draft", "sent"))
        if not orders or not self.env["lifecycle.offer"].has_access("read"):
            return
        offers = self.env["lifecycle.offer"].search(
            [
                ("program_id.state", "=", "running"),
                ("program_id.company_id", "in", orders.company_id.ids),
                ("offered_product_id.sale_ok", "=", True),
                "|",
                ("bought_product_id", "!=", False),
                ("bought_categ_id", "!=", False),
            ]
        )
        had = orders._get_lifecycle_had() if offers else {}
        for order in orders if offers else self.browse():
            products = order.order_line.product_id.product_tmpl_id
            customer = order.partner_id.commercial_partner_id
            left_out = products.ids + had.get(customer, [])
            fitting = {}
            for offer in offers:
                offered = offer.offered_product_id
                if offered.id not in left_out and offer._goes_with(order, products):
                    fitting.setdefault(offered, offer)
            order.lifecycle_offer_ids = offers.browse(
                offer.id for offer in list(fitting.values())[:RECOMMENDED]
            )

    def _get_lifecycle_had(self):
        """Ids of the products that each customer has ordered within the year."""
        groups = self.env["sale.order.line"]._read_group(
            [
                (
                    "order_id.partner_id.commercial_partner_id",
                    "in",
                    self.partner_id.commercial_partner_id.ids,
                ),
                ("order_id.company_id", "in", self.company_id.ids),
                ("order_id.state", "=", "sale"),
                ("order_id.date_order", ">=", fields.Datetime.now() - HAD_WITHIN),
            ],
            ["order_id", "product_id"],
        )
        had = {}
        for order, product in groups:
            customer = order.partner_id.commercial_partner_id
            had.setdefault(customer, []).append(product.product_tmpl_id.id)
        return had


class LifecycleOffer(models.Model):
    _inherit = "lifecycle.offer"

    offered_price = fields.Float(related="offered_product_id.list_price")

    def _goes_with(self, order, products):
        """Whether something on the order is what this offer goes with."""
        self.ensure_one()
        if self.program_id.company_id != order.company_id:
            return False
        if self.bought_product_id:
            products &= self.bought_product_id
        trigger = self.bought_categ_id.parent_path
        return any(
            not trigger or (product.categ_id.parent_path or "").startswith(trigger)
            for product in products
        )

    def action_add_to_order(self):
        """Put the offered product on the quotation that shows the offer."""
        self.ensure_one()
        order_id = self.env.context.get("lifecycle_order_id")
        order = self.env["sale.order"].browse(order_id).exists()
        order.check_access("write")
        if not order or order.state not in ("draft", "sent"):
            raise UserError(self.env._("Only a quotation can be added to."))
        product = self.offered_product_id.product_variant_id
        if not product:
            raise UserError(self.env._("This product is not sold any more."))
        order.order_line = [Command.create({"product_id": product.id})]
        if order.applied_coupon_ids or order.order_line.coupon_id:
            # A discount that is on the order counts for what is added, too.
            order._update_programs_and_rewards()
        return True
