from odoo import models
from odoo.tools import SQL


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _set_error(self, state_message, extra_allowed_states=()):
        failed = super()._set_error(
            state_message, extra_allowed_states=extra_allowed_states
        )
        self.env["lifecycle.event"]._watch(
            "payment_failed",
            failed.filtered(lambda payment: payment.operation != "validation"),
        )
        return failed

    def _lifecycle_rows_payment_failed(self, hook):
        """A payment that did not go through. Who has paid in the meantime finds
        nothing left to do where the link leads."""
        base_url = self.get_base_url()
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN payment_transaction t ON t.id = hook.id AND t.state = 'error'
                JOIN res_company c ON c.id = t.company_id
                LEFT JOIN LATERAL (
                    SELECT m.name
                      FROM account_invoice_transaction_rel rel
                      JOIN account_move m ON m.id = rel.invoice_id
                     WHERE rel.transaction_id = t.id
                     ORDER BY m.id LIMIT 1) AS invoice ON true
                """,
                hook,
            ),
            partner_id=SQL("t.partner_id"),
            company_id=SQL("t.company_id"),
            occurred_at=SQL("hook.moment"),
            payload=SQL(
                """
                jsonb_strip_nulls(jsonb_build_object(
                    'invoice', COALESCE(invoice.name, t.reference),
                    'amount', CASE WHEN t.currency_id = c.currency_id
                                   THEN t.amount END,
                    'reason', NULLIF(t.state_message, ''),
                    'link', CASE WHEN invoice.name IS NULL THEN %s ELSE %s END))
                """,
                f"{base_url}/my/orders",
                f"{base_url}/my/invoices",
            ),
            res_model=SQL("%s", self._name),
            res_id=SQL("t.id"),
            unique_key=SQL("concat('payment_failed:', t.id)"),
        )
