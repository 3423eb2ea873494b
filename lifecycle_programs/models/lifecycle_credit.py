"""Which purchases count for which program."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Counted anew when somebody looks at numbers older than this: it reads all purchases.
FRESH = timedelta(hours=1)
#: Of each purchase the document that it is.
DOCUMENTS = {"orders": "sale_order_id", "invoices": "move_id"}


class LifecycleCredit(models.Model):
    """A purchase that counts for a program.

    The program that reached the customer last before the purchase has it, if that was
    within `lifecycle_credit_days`: by a message, or by an alert to sales. So a purchase
    counts once. What is a purchase, and what it came to, is what the facts about
    purchases say: without tax, freight and discounts, less what was returned.

    It shows what followed a message, not what the message caused.

    The table is written by `_credit` alone, again and again: what was returned or
    cancelled since then changes. The program stays once the history of the contact
    has been deleted.
    """

    _name = "lifecycle.credit"
    _description = "Purchase after a Message"
    _order = "purchased_at desc, id desc"
    _rec_name = "program_id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", index=True
    )
    step_id = fields.Many2one("lifecycle.step", ondelete="set null")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        index=True,
    )
    sale_order_id = fields.Many2one("sale.order", string="Order", ondelete="cascade")
    move_id = fields.Many2one("account.move", string="Invoice", ondelete="cascade")
    touched_at = fields.Datetime(
        string="Message or Alert",
        required=True,
        help="When the program reached the customer.",
    )
    purchased_at = fields.Datetime(string="Purchase", required=True)
    amount = fields.Monetary(help="Without tax, less returns.")

    _one_program_per_order = models.UniqueIndex(
        "(company_id, sale_order_id) WHERE sale_order_id IS NOT NULL",
        "A purchase counts for one program.",
    )
    _one_program_per_move = models.UniqueIndex(
        "(company_id, move_id) WHERE move_id IS NOT NULL",
        "A purchase counts for one program.",
    )
    _purchased_at = models.Index("(purchased_at)")

    @api.model
    def _credit(self, company, now):
        """Bring the purchases of a company that count for programs up to date."""
        company = company.sudo()
        self.env.flush_all()
        self._forget(company)
        if company.lifecycle_credit_days > 0:
            self.env.cr.execute(self._write_query(company, now))
        self.invalidate_model()
        company.lifecycle_credited_at = now

    @api.model
    def _forget(self, company):
        """Remove what the settings of the company no longer count."""
        document = SQL.identifier(DOCUMENTS[company.lifecycle_purchase_source])
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM lifecycle_credit
                 WHERE company_id = %s
                   AND (%s IS NULL
                        OR purchased_at > touched_at + make_interval(days => %s))
                """,
                company.id,
                document,
                company.lifecycle_credit_days,
            )
        )

    @api.model
    def _write_query(self, company, now):
        """One statement that adds, mends and removes credits.

        It reads ``purchase``, the relation of the facts. The first three parts of it
        stand among the relations, the last one is what the statement does itself.
        """
        body = """
        , bought AS MATERIALIZED (
            SELECT customer_id, order_id, sum(amount) AS amount,
                   min(date) FILTER (WHERE NOT is_return) AS date
              FROM purchase
             WHERE order_id IS NOT NULL
             GROUP BY customer_id, order_id
            HAVING bool_or(counts)
        ),
        reached AS MATERIALIZED (
            SELECT DISTINCT ON (bought.order_id) bought.order_id, bought.customer_id,
                   bought.date, bought.amount, r.program_id, r.step_id, r.run_at
              FROM bought
              JOIN res_partner contact
                ON contact.commercial_partner_id = bought.customer_id
              JOIN lifecycle_step_run r
                ON r.partner_id = contact.id AND r.company_id = %(company)s
               AND r.outcome = 'done'
               AND (r.address IS NOT NULL OR r.alert_id IS NOT NULL)
               AND r.run_at <= bought.date
               AND r.run_at >= bought.date - make_interval(days => %(credit_days)s)
             ORDER BY bought.order_id, r.run_at DESC, r.id DESC
        ),
        gone AS (
            DELETE FROM lifecycle_credit credit
             WHERE credit.company_id = %(company)s
               AND NOT EXISTS (SELECT FROM bought
                                WHERE bought.order_id = credit.%(document)s)
        ),
        mended AS (
            UPDATE lifecycle_credit credit
               SET amount = bought.amount, purchased_at = bought.date
              FROM bought
             WHERE bought.order_id = credit.%(document)s
               AND credit.company_id = %(company)s
               AND (bought.amount, bought.date)
                   IS DISTINCT FROM (credit.amount, credit.purchased_at)
               AND NOT EXISTS (SELECT FROM reached
                                WHERE reached.order_id = bought.order_id)
        )
        INSERT INTO lifecycle_credit AS credit (
            company_id, program_id, step_id, partner_id, %(document)s, touched_at,
            purchased_at, amount, create_uid, create_date, write_uid, write_date)
        SELECT %(company)s, program_id, step_id, customer_id, order_id, run_at, date,
               amount, %(uid)s, %(as_of)s, %(uid)s, %(as_of)s
          FROM reached
            ON CONFLICT (company_id, %(document)s) WHERE %(document)s IS NOT NULL
            DO UPDATE SET program_id = EXCLUDED.program_id, step_id = EXCLUDED.step_id,
               partner_id = EXCLUDED.partner_id, touched_at = EXCLUDED.touched_at,
               purchased_at = EXCLUDED.purchased_at, amount = EXCLUDED.amount,
               write_date = EXCLUDED.write_date
         WHERE (credit.program_id, credit.step_id, credit.partner_id,
                credit.touched_at, credit.purchased_at, credit.amount)
            IS DISTINCT FROM (EXCLUDED.program_id, EXCLUDED.step_id,
                EXCLUDED.partner_id, EXCLUDED.touched_at, EXCLUDED.purchased_at,
                EXCLUDED.amount)
        """
        facts = self.env["lifecycle.fact"]
        return facts._over(
            ["purchase"],
            body,
            company,
            now,
            facts._wanted(company, None),
            everybody=True,
            credit_days=company.lifecycle_credit_days,
            document=SQL.identifier(DOCUMENTS[company.lifecycle_purchase_source]),
            uid=self.env.uid,
        )


class LifecyclePrivacy(models.AbstractModel):
    _inherit = "lifecycle.privacy"

    @api.model
    def _get_sections(self, partner, addresses):
        return [
            *super()._get_sections(partner, addresses),
            (
                "purchases",
                "lifecycle.credit",
                [("partner_id", "=", partner.id)],
                ("program_id", "touched_at", "purchased_at", "amount"),
            ),
        ]
