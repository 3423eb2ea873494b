"""Invoices that are open, late or paid."""

from .define import CURRENCY, DAYS, _lt, facts_of
from .documents import TODAY
from .source import Source, days_since

_fact = facts_of("invoices", _lt("Invoices"), history=False)

_LATE = f"invoice.due < {TODAY}"

INVOICES = Source(
    "invoices",
    _lt("Open invoices"),
    key="customer",
    needs=("member",),
    # What was paid since is not undone for a past date: Odoo keeps the open rest only.
    rows=f"""
      (
            SELECT member.customer_id, move.id, move.amount_residual_signed AS rest,
                   COALESCE(move.invoice_date_due, move.invoice_date) AS due
              FROM member
              JOIN account_move move ON move.partner_id = member.contact_id
             WHERE move.move_type IN ('out_invoice', 'out_receipt')
               AND move.state = 'posted' AND move.company_id = %(company)s
               AND move.payment_state IN ('not_paid', 'partial')
               AND move.invoice_date <= {TODAY}
      ) invoice
    """,
    facts=(
        _fact(
            "open_count",
            "number",
            _lt("Open invoices"),
            _lt("Invoices that are not paid, or paid in part."),
            "count(invoice.id)",
            example=1,
        ),
        _fact(
            "open_total",
            "number",
            _lt("Open amount"),
            _lt("What is left to pay, tax included."),
            "COALESCE(sum(invoice.rest), 0)",
            unit=CURRENCY,
            example=310,
        ),
        _fact(
            "overdue_count",
            "number",
            _lt("Overdue invoices"),
            _lt("Open invoices whose day of payment has passed."),
            f"count(invoice.id) FILTER (WHERE {_LATE})",
            example=1,
        ),
        _fact(
            "overdue_total",
            "number",
            _lt("Overdue amount"),
            _lt("What should have been paid by now, tax included."),
            f"COALESCE(sum(invoice.rest) FILTER (WHERE {_LATE}), 0)",
            unit=CURRENCY,
            example=120,
        ),
        _fact(
            "overdue_days",
            "number",
            _lt("Days overdue"),
            _lt("Since the oldest open invoice should have been paid."),
            f"{TODAY} - min(invoice.due) FILTER (WHERE {_LATE})",
            unit=DAYS,
            example=15,
        ),
        _fact(
            "days_to_due",
            "number",
            _lt("Days to the next payment"),
            _lt("Until the next open invoice is to be paid; 0 on that day."),
            f"min(invoice.due) FILTER (WHERE NOT ({_LATE})) - {TODAY}",
            unit=DAYS,
            example=5,
        ),
    ),
)

PAID = Source(
    "paid",
    _lt("Paid invoices"),
    key="customer",
    needs=("event",),
    rows="event",
    where="event.code = 'invoice_paid'",
    facts=(
        _fact(
            "days_since_paid",
            "number",
            _lt("Days since the last payment"),
            _lt("Since an invoice was last paid in full."),
            days_since("max(event.occurred_at)"),
            unit=DAYS,
            example=11,
            history=True,
        ),
    ),
)
