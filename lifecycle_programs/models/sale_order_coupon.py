import logging

from odoo import models
from odoo.exceptions import UserError

from .lifecycle_retry import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """Personal coupons are for the customer who was given them."""

    _inherit = "sale.order"

    def _try_apply_code(self, code):
        """Odoo does not compare the coupon's customer with the order's."""
        self.ensure_one()
        grant = (
            self.env["lifecycle.grant"]
            .sudo()
            .search([("card_id.code", "=", code)], limit=1)
        )
        if grant and not self._may_use_grant(grant):
            return {"error": self._get_personal_code_message(grant)}
        return super()._try_apply_code(code)

    def _update_programs_and_rewards(self):
        """Drop personal coupons that the order's customer, changed since, has not got.

        In a web shop this happens before payment, so that nothing is refused after it.
        """
        self.ensure_one()
        if foreign := self._get_foreign_grants():
            cards = foreign.card_id
            self.applied_coupon_ids -= cards
            self.order_line.filtered(lambda line: line.coupon_id in cards).unlink()
        return super()._update_programs_and_rewards()

    def action_confirm(self):
        for order in self:
            if foreign := order._get_foreign_grants():
                raise UserError(order._get_personal_code_message(foreign[:1]))
        result = super().action_confirm()
        self._wake_grants()
        return result

    def _action_cancel(self):
        cards = self.order_line.coupon_id
        result = super()._action_cancel()
        self._wake_grants(cards)
        return result

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    def _get_foreign_grants(self):
        """The personal discounts on the order that are another customer's."""
        self.ensure_one()
        cards = self.applied_coupon_ids | self.order_line.coupon_id
        grants = self.env["lifecycle.grant"].sudo()
        if not cards:
            return grants
        found = grants.search([("card_id", "in", cards.ids)])
        return found.filtered(lambda grant: not self._may_use_grant(grant))

    def _may_use_grant(self, grant):
        """A colleague may, and so may the same address ordering as a guest. A visitor
        of a web shop who has not said who he is may try; it is looked at again when
        he has.
        """
        customer = self.partner_id.sudo()
        mail = customer.email_normalized
        return (
            customer.commercial_partner_id
            in (grant.commercial_partner_id, grant.partner_id.commercial_partner_id)
            or (bool(mail) and mail == grant.partner_id.email_normalized)
            or (customer.is_public and self.state == "draft")
        )

    def _get_personal_code_message(self, grant):
        # The name of the other customer is nobody's business but the seller's.
        if self.env.user._is_internal():
            return self.env._(
                "The code %(code)s is personal: it was given to %(customer)s and "
                "cannot be used for %(other)s.",
                code=grant.code,
                customer=grant.commercial_partner_id.display_name,
                other=self.partner_id.commercial_partner_id.display_name,
            )
        return self.env._(
            "The code %(code)s is personal and was given to another customer. Sign in "
            "with the address that received it.",
            code=grant.code,
        )

    def _wake_grants(self, cards=None):
        """Let the scheduled action settle used and returned coupons at once.

        The order does not depend on it: the action also runs by itself.
        """
        cards = self.order_line.coupon_id if cards is None else cards
        if not cards:
            return
        grants = self.env["lifecycle.grant"].sudo()
        try:
            with self.env.cr.savepoint():
                if grants.search_count([("card_id", "in", cards.ids)], limit=1):
                    self.env.ref(
                        "lifecycle_programs.ir_cron_end_grants"
                    ).sudo()._trigger()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.warning("Discounts are settled later", exc_info=True)
