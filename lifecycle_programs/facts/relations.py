"""The queries that several sources share, each limited to the wanted contacts."""

from .source import Relation

CUSTOMER = Relation("customer", "SELECT DISTINCT customer_id FROM wanted")

MEMBER = Relation(
    "member",
    """
    SELECT customer.customer_id, partner.id AS contact_id
      FROM customer
      JOIN res_partner partner ON partner.commercial_partner_id = customer.customer_id
    """,
    needs=("customer",),
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
