"""Leads and opportunities of the whole commercial entity, and the sales alerts."""

from .define import DAYS, _lt, facts_of
from .source import Source, days_since, latest

_OPEN = "lead.active AND lead.won_status = 'pending'"
_LOST = "lead.won_status = 'lost'"


_fact = facts_of("crm", _lt("Leads and opportunities"), history=False)


def _exists(condition):
    return f"COALESCE(bool_or({condition}), FALSE)"


LEADS = Source(
    "leads",
    _lt("Leads and opportunities"),
    key="customer",
    needs=("member",),
    # A lead has no date of its own: it is known since its event, else since the
    # earliest date on it.
    rows="""
      (
            SELECT member.customer_id, lead.*, known.since,
                   reason.name->>'en_US' AS reason, reason.lifecycle_never_contact,
                   COALESCE(stage.sequence > (SELECT min(sequence) FROM crm_stage),
                            FALSE) AS is_moved,
                   (SELECT max(message.date)
                      FROM mail_message message
                     WHERE message.model = 'crm.lead' AND message.res_id = lead.id
                       AND message.message_type IN
                           ('comment', 'email', 'email_outgoing')
                       AND message.date <= %(as_of)s) AS last_message
              FROM member
              JOIN crm_lead lead
                ON lead.partner_id = member.contact_id
               AND (lead.company_id = %(company)s OR lead.company_id IS NULL)
              LEFT JOIN crm_stage stage ON stage.id = lead.stage_id
              LEFT JOIN crm_lost_reason reason ON reason.id = lead.lost_reason_id
              CROSS JOIN LATERAL (
                    SELECT COALESCE(min(happened.occurred_at), LEAST(
                               lead.date_open, lead.date_conversion,
                               lead.date_last_stage_update, lead.date_closed)) AS since
                      FROM lifecycle_event happened
                      JOIN lifecycle_event_type type
                        ON type.id = happened.type_id AND type.code = 'lead_created'
                     WHERE happened.partner_id = lead.partner_id
                       AND happened.res_model = 'crm.lead'
                       AND happened.res_id = lead.id
              ) known
      ) lead
    """,
    where="lead.since <= %(as_of)s",
    facts=(
        _fact(
            "leads_count",
            "number",
            _lt("Leads and opportunities"),
            _lt("All of them, lost ones included."),
            "count(lead.id)",
            example=1,
            history=True,
        ),
        _fact(
            "open_lead",
            "boolean",
            _lt("Open lead"),
            _lt("A lead that is neither lost nor converted."),
            _exists(f"{_OPEN} AND lead.type = 'lead'"),
        ),
        _fact(
            "open_opportunity",
            "boolean",
            _lt("Open opportunity"),
            _lt("An opportunity that is neither won nor lost."),
            _exists(f"{_OPEN} AND lead.type = 'opportunity'"),
        ),
        _fact(
            "days_since_lead",
            "number",
            _lt("Days since the last lead"),
            _lt("Since the latest lead or opportunity came in."),
            days_since("max(lead.since)"),
            unit=DAYS,
            example=120,
            history=True,
        ),
        _fact(
            "days_since_lost",
            "number",
            _lt("Days since lost"),
            _lt("Since the latest lead or opportunity was lost."),
            days_since(f"max(lead.date_closed) FILTER (WHERE {_LOST})"),
            unit=DAYS,
            example=100,
        ),
        _fact(
            "days_untouched",
            "number",
            _lt("Days untouched"),
            _lt(
                "Since a lead or opportunity came in, was moved, assigned, closed or "
                "written about."
            ),
            days_since(
                "max(GREATEST(lead.since, lead.date_open, lead.date_conversion,"
                " lead.date_last_stage_update, lead.date_closed, lead.last_message))"
            ),
            unit=DAYS,
            example=95,
        ),
        _fact(
            "lost_reason",
            "text",
            _lt("Lost reason"),
            _lt("Reason of the latest loss, by its English name."),
            latest("lead.reason", "lead.date_closed", "lead.id", _LOST),
            example="Too expensive",
        ),
        _fact(
            "never_contact",
            "boolean",
            _lt("Never contact again"),
            _lt("Lost for a reason that says so."),
            _exists(f"{_LOST} AND lead.lifecycle_never_contact"),
        ),
        _fact(
            "won_count",
            "number",
            _lt("Opportunities won"),
            _lt("Won opportunities in all."),
            "count(lead.id) FILTER (WHERE lead.won_status = 'won')",
            example=1,
        ),
        _fact(
            "taken_over",
            "boolean",
            _lt("Taken over by sales"),
            _lt(
                "An open opportunity that sales has moved on or has taken over from an "
                "alert."
            ),
            _exists(
                f"{_OPEN} AND lead.type = 'opportunity' AND (lead.is_moved OR EXISTS ("
                "SELECT FROM lifecycle_alert alert WHERE alert.lead_id = lead.id"
                " AND alert.state = 'taken'))"
            ),
        ),
    ),
)

ALERTS = Source(
    "alerts",
    _lt("Sales alerts"),
    key="customer",
    needs=("member",),
    rows="""
      (
            SELECT member.customer_id, alert.id, alert.alerted_at, alert.state,
                   CASE WHEN alert.answered_at <= %(as_of)s
                        THEN alert.answered_at END AS answered_at
              FROM member
              JOIN lifecycle_alert alert ON alert.partner_id = member.contact_id
             WHERE alert.company_id = %(company)s AND alert.alerted_at <= %(as_of)s
      ) alert
    """,
    facts=(
        _fact(
            "days_since_alert",
            "number",
            _lt("Days since the last sales alert"),
            _lt("Since sales was last told that the customer looks ready to buy."),
            days_since("max(alert.alerted_at)"),
            unit=DAYS,
            example=12,
            history=True,
        ),
        _fact(
            "days_since_alert_answer",
            "number",
            _lt("Days since the answer to a sales alert"),
            _lt("Since sales last answered an alert."),
            days_since("max(alert.answered_at)"),
            unit=DAYS,
            example=10,
            history=True,
        ),
        _fact(
            "last_alert_answer",
            "text",
            _lt("Answer to the last sales alert"),
            _lt("taken, not_yet, not_interested or wrong_person."),
            latest(
                "alert.state",
                "alert.answered_at",
                "alert.id",
                "alert.answered_at IS NOT NULL",
            ),
            example="not_yet",
            history=True,
        ),
    ),
)
