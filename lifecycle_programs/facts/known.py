"""Since when the customer is known, and since when there is an account."""

from .define import DAYS, _lt, facts_of
from .source import Source, days_since

_fact = facts_of("contact", _lt("Contact"))

# An invoice has a day, not a moment: it counts from the beginning of that day.
_INVOICED = "(move.invoice_date::timestamp AT TIME ZONE %(tz)s AT TIME ZONE 'UTC')"
_LEAD = (
    "LEAST(lead.date_open, lead.date_conversion, lead.date_last_stage_update,"
    " lead.date_closed)"
)
_FIRST = "min(known.moment) FILTER (WHERE known.moment <= %(as_of)s)"

KNOWN = Source(
    "known",
    _lt("First contact"),
    key="customer",
    needs=("member", "event"),
    rows=f"""
      (
            SELECT customer_id, occurred_at AS moment FROM event
             UNION ALL
            SELECT member.customer_id, sale.date_order
              FROM member
              JOIN sale_order sale
                ON sale.partner_id = member.contact_id AND sale.state <> 'cancel'
               AND sale.company_id = %(company)s
             UNION ALL
            SELECT member.customer_id, {_INVOICED}
              FROM member
              JOIN account_move move
                ON move.partner_id = member.contact_id AND move.state = 'posted'
               AND move.company_id = %(company)s
             UNION ALL
            SELECT member.customer_id, {_LEAD}
              FROM member
              JOIN crm_lead lead
                ON lead.partner_id = member.contact_id
               AND (lead.company_id = %(company)s OR lead.company_id IS NULL)
      ) known
    """,
    facts=(
        _fact(
            "known_since",
            "datetime",
            _lt("First contact"),
            _lt("The first event, quotation, order, invoice or lead of the customer."),
            _FIRST,
        ),
        _fact(
            "days_known",
            "number",
            _lt("Days since the first contact"),
            _lt("Since the first event, quotation, order, invoice or lead."),
            days_since(_FIRST),
            unit=DAYS,
            example=30,
        ),
    ),
)

REGISTERED = Source(
    "registered",
    _lt("Registration"),
    key="customer",
    needs=("event",),
    rows="event",
    where="event.code = 'registered'",
    facts=(
        _fact(
            "days_since_registered",
            "number",
            _lt("Days since the registration"),
            _lt(
                "Since somebody of the customer first got an account; with no purchase "
                "in all it finds who has registered and not bought."
            ),
            days_since("min(event.occurred_at)"),
            unit=DAYS,
            example=3,
        ),
    ),
)
