"""When a colleague last dealt with the customer, and what is planned."""

from .define import DAYS, _lt, facts_of
from .documents import TODAY
from .source import Relation, Source, days_since

_fact = facts_of("crm", _lt("Sales contacts"))

#: The records of a customer that colleagues write on.
RECORD = Relation(
    "record",
    """
    SELECT customer_id, 'res.partner' AS model, contact_id AS id FROM member
     UNION ALL
    SELECT member.customer_id, 'crm.lead', lead.id
      FROM member
      JOIN crm_lead lead
        ON lead.partner_id = member.contact_id
       AND (lead.company_id = %(company)s OR lead.company_id IS NULL)
     UNION ALL
    SELECT member.customer_id, 'sale.order', sale.id
      FROM member
      JOIN sale_order sale
        ON sale.partner_id = member.contact_id AND sale.company_id = %(company)s
    """,
    needs=("member",),
)

_MEETINGS = """
            SELECT DISTINCT member.customer_id, meeting.id, meeting.start, meeting.stop
              FROM member
              JOIN calendar_event_res_partner_rel attending
                ON attending.res_partner_id = member.contact_id
              JOIN calendar_event meeting
                ON meeting.id = attending.calendar_event_id AND meeting.active
"""

TOUCHES = Source(
    "touches",
    _lt("Last touch"),
    key="customer",
    needs=("member", "record"),
    rows=f"""
      (
            SELECT record.customer_id, message.date AS moment
              FROM record
              JOIN mail_message message
                ON message.model = record.model AND message.res_id = record.id
               AND message.message_type IN ('comment', 'email')
              JOIN res_users colleague
                ON colleague.partner_id = message.author_id
               AND colleague.share IS NOT TRUE
             UNION ALL
            SELECT record.customer_id,
                   done.date_done::timestamp AT TIME ZONE %(tz)s AT TIME ZONE 'UTC'
              FROM record
              JOIN mail_activity done
                ON done.res_model = record.model AND done.res_id = record.id
               AND done.date_done IS NOT NULL
             UNION ALL
            SELECT customer_id, stop FROM ({_MEETINGS}) meeting
      ) touch
    """,
    where="touch.moment <= %(as_of)s",
    facts=(
        _fact(
            "last_touch",
            "datetime",
            _lt("Last touch by sales"),
            _lt(
                "When a colleague last wrote to the customer or about it, finished a "
                "task or met somebody."
            ),
            "max(touch.moment)",
        ),
        _fact(
            "days_since_touch",
            "number",
            _lt("Days since the last touch by sales"),
            _lt("Since a colleague last wrote, finished a task or met somebody."),
            days_since("max(touch.moment)"),
            unit=DAYS,
            example=21,
        ),
    ),
)

MEETINGS = Source(
    "meetings",
    _lt("Meetings"),
    key="customer",
    needs=("member",),
    rows=f"""
      ({_MEETINGS}) meeting
    """,
    facts=(
        _fact(
            "days_since_meeting",
            "number",
            _lt("Days since the last meeting"),
            _lt("Since a meeting with somebody of the customer ended."),
            days_since("max(meeting.stop) FILTER (WHERE meeting.stop <= %(as_of)s)"),
            unit=DAYS,
            example=45,
        ),
        _fact(
            "next_meeting",
            "datetime",
            _lt("Next meeting"),
            _lt("When the next meeting in the calendar begins."),
            "min(meeting.start) FILTER (WHERE meeting.start > %(as_of)s)",
            history=False,
        ),
    ),
)

ACTIVITIES = Source(
    "activities",
    _lt("Planned activities"),
    key="customer",
    needs=("record",),
    rows="""
      (
            SELECT record.customer_id, planned.id, planned.date_deadline
              FROM record
              JOIN mail_activity planned
                ON planned.res_model = record.model AND planned.res_id = record.id
               AND planned.active
      ) planned
    """,
    facts=(
        _fact(
            "activities_count",
            "number",
            _lt("Planned activities"),
            _lt("Tasks of colleagues on the customer, its leads and its orders."),
            "count(planned.id)",
            example=1,
            history=False,
        ),
        _fact(
            "days_to_activity",
            "number",
            _lt("Days to the next activity"),
            _lt("Until the earliest planned task; negative when it is late."),
            f"min(planned.date_deadline) - {TODAY}",
            unit=DAYS,
            example=2,
            history=False,
        ),
    ),
)
