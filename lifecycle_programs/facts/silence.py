"""Messages that nobody has reacted to, and whether the contact was asked about it."""

from .define import _lt, facts_of
from .source import Relation, Source

_fact = facts_of("engagement", _lt("Engagement"))

#: What people do themselves. Openings and clicks of machines leave no such event.
SIGNS = (
    "mail_opened",
    "mail_clicked",
    "mail_replied",
    "sms_reply",
    "answer_given",
    "survey_answered",
    "guide_downloaded",
    "page_viewed",
    "registered",
    "quotation_answered",
    "complaint",
)

#: The last time that the contact showed itself, or the customer bought.
SIGN = Relation(
    "sign",
    f"""
    SELECT wanted.contact_id, max(event.occurred_at) AS moment
      FROM wanted
      JOIN event ON event.customer_id = wanted.customer_id
       AND (event.code = 'order_confirmed'
            OR event.contact_id = wanted.contact_id
               AND event.code IN ({", ".join(f"'{code}'" for code in SIGNS)}))
     GROUP BY wanted.contact_id
    """,
    needs=("wanted", "event"),
)

#: Marketing that programs have sent, on all channels.
PRESSURE = Relation(
    "pressure",
    """
    SELECT person.contact_id, run.id, run.run_at, message.asks_to_stop
      FROM person
      JOIN lifecycle_step_run run
        ON run.partner_id = person.contact_id AND run.company_id = %(company)s
       AND run.outcome = 'done' AND run.run_at <= %(as_of)s
      JOIN lifecycle_message message ON message.id = run.message_id
      JOIN lifecycle_category category
        ON category.id = message.category_id AND category.is_capped
    """,
    needs=("person",),
)

SILENCE = Source(
    "silence",
    _lt("Unanswered messages"),
    key="contact",
    needs=("pressure", "sign"),
    rows="""
      (
            SELECT pressure.*
              FROM pressure
              LEFT JOIN sign ON sign.contact_id = pressure.contact_id
             WHERE sign.moment IS NULL OR pressure.run_at > sign.moment
      ) unanswered
    """,
    facts=(
        _fact(
            "unanswered",
            "number",
            _lt("Unanswered messages in a row"),
            _lt(
                "Marketing messages since the contact last opened, clicked, answered "
                "or visited, or the customer bought. What machines open and click "
                "does not count."
            ),
            "count(unanswered.id)",
            example=12,
        ),
        _fact(
            "is_silent",
            "boolean",
            _lt("Reacts to nothing"),
            _lt(
                "As many unanswered messages in a row as the settings take for silence."
            ),
            "(%(sunset_messages)s > 0 AND count(unanswered.id) >= %(sunset_messages)s)",
        ),
        _fact(
            "asked_to_stop_at",
            "datetime",
            _lt("Asked whether to stop"),
            _lt(
                "When the question whether to stop was sent, if there has been no "
                "reaction since."
            ),
            "max(unanswered.run_at) FILTER (WHERE unanswered.asks_to_stop)",
        ),
    ),
)
