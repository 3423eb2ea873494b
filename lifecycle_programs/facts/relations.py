"""The queries that several sources share, each limited to the wanted contacts."""

from .source import Relation

CUSTOMER = Relation("customer", "SELECT DISTINCT customer_id FROM wanted", ("wanted",))

#: Who is asked about, without the customers.
PERSON = Relation(
    "person",
    "SELECT contact_id FROM wanted",
    ("wanted",),
    everybody="SELECT id AS contact_id FROM res_partner",
    is_cheap=True,
)

#: Everybody of the customers, archived contacts too.
MEMBER = Relation(
    "member",
    """
    SELECT customer.customer_id, partner.id AS contact_id
      FROM customer
      JOIN res_partner partner ON partner.commercial_partner_id = customer.customer_id
    """,
    needs=("customer",),
    everybody="""
    SELECT commercial_partner_id AS customer_id, id AS contact_id FROM res_partner
    """,
    is_cheap=True,
)

EVENT = Relation(
    "event",
    """
    SELECT member.customer_id, member.contact_id, type.code, happened.id,
           happened.occurred_at, COALESCE(happened.payload, '{}'::jsonb) AS payload
      FROM member
      JOIN lifecycle_event happened
        ON happened.partner_id = member.contact_id
       AND happened.company_id = %(company)s AND happened.occurred_at <= %(as_of)s
      JOIN lifecycle_event_type type ON type.id = happened.type_id
    """,
    needs=("member",),
    is_cheap=True,
)

#: Answers to surveys; a score or a recommendation of a wrong type is missing.
OPINION = Relation(
    "opinion",
    """
    SELECT contact_id, id, occurred_at,
           CASE WHEN jsonb_typeof(payload->'score') = 'number'
                THEN (payload->>'score')::numeric END AS score,
           CASE WHEN jsonb_typeof(payload->'recommend') = 'boolean'
                THEN (payload->>'recommend')::boolean END AS recommend
      FROM event
     WHERE code = 'survey_answered'
    """,
    needs=("event",),
)

#: What programs have sent by mail.
SENDING = Relation(
    "sending",
    """
    SELECT person.contact_id, run.id, run.run_at, run.step_type
      FROM person
      JOIN lifecycle_step_run run
        ON run.partner_id = person.contact_id AND run.company_id = %(company)s
       AND (run.step_type IN ('mail', 'survey')
            OR run.step_type = 'message' AND run.channel = 'mail')
       AND run.outcome = 'done'
       AND run.run_at <= %(as_of)s
    """,
    needs=("person",),
    is_cheap=True,
)
