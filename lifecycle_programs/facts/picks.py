"""What an entry can bring along, for one candidate: its queries.

``wanted`` is the one row of the candidate, with its ``event_id`` and the event's
``payload``. ``%(program)s`` is the id of the program. A query gives no row when there
is nothing to pick.
"""

from .renewal import DUE, DUE_NEEDS
from .source import Relation

#: Lines of the event's order, shaped as purchases; none without an order, and none for
#: an order of somebody else. Deposits and rewards were not chosen by the customer.
ORDERED = Relation(
    "ordered",
    """
    SELECT wanted.customer_id, sale.partner_id AS contact_id, sale.id AS order_id,
           sale.date_order AS date, sold.product_id,
           product.product_tmpl_id AS template_id, template.categ_id,
           sold.product_uom_qty AS quantity, sold.price_subtotal AS amount
      FROM wanted
      JOIN sale_order sale
        ON sale.company_id = %(company)s
       AND sale.id = CASE jsonb_typeof(wanted.payload->'order_id') WHEN 'number'
                          THEN (wanted.payload->>'order_id')::numeric END
      JOIN res_partner buyer
        ON buyer.id = sale.partner_id
       AND buyer.commercial_partner_id = wanted.customer_id
      JOIN sale_order_line sold
        ON sold.order_id = sale.id AND sold.display_type IS NULL
       AND sold.is_downpayment IS NOT TRUE AND sold.reward_id IS NULL
      JOIN product_product product ON product.id = sold.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
    """,
)

#: In the place of all purchases, where only the event's order matters.
ONLY_ORDERED = (
    Relation("sold_line", "SELECT * FROM ordered", ("ordered",)),
    Relation("returned_line", "SELECT * FROM ordered WHERE FALSE", ("ordered",)),
)


def _in_language(column):
    return f"COALESCE({column}->>reader.lang, {column}->>'en_US')"


#: At most three things that go with what was ordered and that the customer has not.
#: "offered" has their names as events of orders have them, whatever the language.
OFFERS = f"""
    , had AS (
        SELECT template_id, categ_id FROM ordered
         UNION ALL
        SELECT template_id, categ_id FROM purchase
         WHERE date > %(as_of)s - interval '12 months'
    ), fitting AS (
        SELECT DISTINCT ON (offer.offered_product_id, offer.offered_categ_id)
               offer.id, offer.sequence, offer.kind, offer.link,
               COALESCE({_in_language("product.name")}, %(category_name)s) AS name,
               COALESCE(product.name->>'en_US', %(category_name)s) AS plain_name,
               {_in_language("offer.pitch")} AS pitch,
               round(product.list_price::numeric, %(currency_digits)s) AS price,
               %(category_name)s AS category
          FROM wanted
          JOIN res_partner reader ON reader.id = wanted.contact_id
          JOIN lifecycle_offer offer ON offer.program_id = %(program)s
          LEFT JOIN product_category trigger ON trigger.id = offer.bought_categ_id
          LEFT JOIN product_template product ON product.id = offer.offered_product_id
          LEFT JOIN product_category category
            ON category.id = COALESCE(offer.offered_categ_id, product.categ_id)
         WHERE (product.id IS NULL OR product.active)
           AND EXISTS (
                SELECT FROM ordered
                  LEFT JOIN product_category own ON own.id = ordered.categ_id
                 WHERE (offer.bought_product_id IS NULL
                        OR offer.bought_product_id = ordered.template_id)
                   AND (offer.bought_categ_id IS NULL
                        OR starts_with(own.parent_path, trigger.parent_path)))
           AND NOT EXISTS (
                SELECT FROM had
                  LEFT JOIN product_category own ON own.id = had.categ_id
                 WHERE CASE WHEN product.id IS NULL THEN %(is_in_category)s
                            ELSE had.template_id = product.id END)
         ORDER BY offer.offered_product_id, offer.offered_categ_id, offer.sequence,
                  offer.id
    )
    SELECT jsonb_build_object(
               'offers', jsonb_agg(jsonb_build_object(
                   'name', name, 'pitch', pitch, 'link', link, 'kind', kind,
                   'price', price) ORDER BY sequence, id),
               'offered', jsonb_agg(plain_name ORDER BY sequence, id),
               'categories', jsonb_agg(DISTINCT category)) AS payload,
           NULL::text AS entry_key, NULL::timestamp AS anchor_date
      FROM (SELECT * FROM fitting ORDER BY sequence, id LIMIT 3) best
    HAVING count(*) > 0
"""
OFFERS_NEEDS = ("ordered", "purchase")

#: The first category of the table that the customer never bought in and was not yet
#: offered by this program.
CATEGORY = f"""
    SELECT jsonb_build_object(
               'category', %(category_name)s, 'pitch', {_in_language("offer.pitch")},
               'link', offer.link) AS payload,
           'category:' || category.id AS entry_key, NULL::timestamp AS anchor_date
      FROM wanted
      JOIN res_partner reader ON reader.id = wanted.contact_id
      JOIN lifecycle_offer offer ON offer.program_id = %(program)s
      LEFT JOIN product_template product ON product.id = offer.offered_product_id
      JOIN product_category category
        ON category.id = COALESCE(offer.offered_categ_id, product.categ_id)
     WHERE NOT EXISTS (
            SELECT FROM purchase
              JOIN product_category own ON own.id = purchase.categ_id
             WHERE %(is_in_category)s)
       AND NOT EXISTS (
            SELECT FROM lifecycle_enrolment earlier
             WHERE earlier.program_id = %(program)s
               AND earlier.partner_id = wanted.contact_id
               AND earlier.entry_key = 'category:' || category.id)
     ORDER BY offer.sequence, offer.id
     LIMIT 1
"""
CATEGORY_NEEDS = ("purchase",)

_DUE_TEXT = "to_char({0}, 'YYYY-MM-DD\"T\"HH24:MI:SS')"
_KEY = "'renewal:' || {0} || ':' || ({1})::date"

#: The earliest renewal of what was ordered, or the one that the event is about.
RENEWAL = f"""
    , announced AS (
        -- A date that is none gives no row instead of an error.
        SELECT told.res_id AS template_id, (jsonb_path_query_first(
                   told.payload, '$.due.datetime()', '{{}}', TRUE) #>> '{{}}'
               )::timestamp AS due_at
          FROM wanted
          JOIN lifecycle_event told
            ON told.id = wanted.event_id AND told.res_model = 'product.template'
    )
    SELECT payload, entry_key, anchor_date FROM (
        SELECT jsonb_build_object(
                   'product', {_in_language("product.name")},
                   'bought', product.name->>'en_US',
                   'category', %(category_name)s,
                   'due', {_DUE_TEXT.format("due.due_at")},
                   'months', due.months) AS payload,
               {_KEY.format("due.template_id", "due.due_at")} AS entry_key,
               due.due_at AS anchor_date
          FROM ({DUE}) due
          JOIN product_template product ON product.id = due.template_id
          LEFT JOIN product_category category ON category.id = product.categ_id
          JOIN wanted ON TRUE
          JOIN res_partner reader ON reader.id = wanted.contact_id
         UNION ALL
        SELECT jsonb_build_object('due', {_DUE_TEXT.format("due_at")}),
               {_KEY.format("template_id", "due_at")}, due_at
          FROM announced
         WHERE due_at IS NOT NULL
    ) renewal
     ORDER BY anchor_date
     LIMIT 1
"""
RENEWAL_NEEDS = ("ordered", *DUE_NEEDS)

#: What was bought falls due in a span of days: who is to be told, about what.
RENEWALS_DUE = f"""
    SELECT due.contact_id AS partner_id, product.name->>'en_US' AS product,
           due.template_id AS product_id, due.due_at AS due,
           concat_ws(':', 'renewal_due', %(company)s::text, due.customer_id,
                     due.template_id, due.due_at::date) AS unique_key
      FROM ({DUE}) due
      JOIN product_template product ON product.id = due.template_id
     WHERE due.due_at >= %(day_from)s AND due.due_at < %(as_of)s
"""
