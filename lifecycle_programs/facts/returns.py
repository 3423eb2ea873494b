"""What went out and what came back."""

from .define import DAYS, _lt, facts_of
from .source import Source, days_since, within

_fact = facts_of("orders", _lt("Purchases"))

_RETURN = "turn.kind IN ('refund', 'goods_returned')"

RETURNS = Source(
    "returns",
    _lt("Deliveries and returns"),
    key="customer",
    needs=("member", "event"),
    rows="""
      (
            SELECT member.customer_id, 'refund' AS kind, move.id,
                   move.invoice_date::timestamp AT TIME ZONE %(tz)s AT TIME ZONE 'UTC'
                       AS date
              FROM member
              JOIN account_move move
                ON move.partner_id = member.contact_id
               AND move.move_type = 'out_refund' AND move.state = 'posted'
               AND move.company_id = %(company)s
             UNION ALL
            SELECT event.customer_id, event.code, event.id, event.occurred_at
              FROM event
             WHERE event.code IN ('delivered', 'goods_returned')
      ) turn
    """,
    where="turn.date <= %(as_of)s",
    facts=(
        _fact(
            "returns_60d",
            "number",
            _lt("Returns in 60 days"),
            _lt("Credit notes, or goods sent back, whichever are more."),
            f"""GREATEST(
                count(*) FILTER (
                    WHERE turn.kind = 'refund' AND {within("turn.date", 60)}),
                count(*) FILTER (
                    WHERE turn.kind = 'goods_returned'
                      AND {within("turn.date", 60)}))""",
            example=0,
        ),
        _fact(
            "days_since_returned",
            "number",
            _lt("Days since the last return"),
            _lt("Since the last credit note or goods sent back."),
            days_since(f"max(turn.date) FILTER (WHERE {_RETURN})"),
            unit=DAYS,
            example=20,
        ),
        _fact(
            "days_since_delivered",
            "number",
            _lt("Days since the last delivery"),
            _lt("Missing when deliveries are not kept in Odoo."),
            days_since("max(turn.date) FILTER (WHERE turn.kind = 'delivered')"),
            unit=DAYS,
            example=5,
        ),
    ),
)
