"""Ten rules, and what somebody would write by hand in SQL in their place.

The SQL knows this database: no currencies, no returns, no fees, no notes between the
lines, all values in their normal form. It is the limit that the rules are held to, and
both must find the same contacts.
"""

#: Code of the program: its rule, and the filter over a row of `AGGREGATE`.
RULES = {
    "newcomer": (
        "orders.count == 1 and $between(orders.days_since_first, 14, 15)",
        "orders = 1 AND first BETWEEN now - interval '16 days' + tick"
        " AND now - interval '14 days'",
    ),
    "rescue": (
        "orders.count >= 3 and $between(orders.days_since_last, 90, 91)"
        " and not crm.open_opportunity",
        "orders >= 3 AND last BETWEEN now - interval '92 days' + tick"
        " AND now - interval '90 days' AND open_opportunity IS NOT TRUE",
    ),
    "falling": (
        "orders.total_180d_year_ago > 3000 and orders.change_percent_180d <= -95",
        "half_year_ago > 3000 AND (half_year / half_year_ago - 1) * 100 <= -95",
    ),
    "loyal": (
        'contact.stage == "loyal" and orders.total_365d >= 6000 and not crm.open_lead',
        "orders >= 3 AND last > now - interval '365 days' AND year >= 6000"
        " AND open_lead IS NOT TRUE",
    ),
    "cross_sell": (
        '"Category 3" in orders.categories and "Category 4" not in orders.categories'
        " and $between(orders.days_since_last, 30, 30)",
        "in_3 AND NOT in_4 AND last BETWEEN now - interval '31 days' + tick"
        " AND now - interval '30 days'",
    ),
    "old_lead": (
        "crm.leads_count >= 1 and orders.count == 0"
        " and $between(crm.days_since_lost, 180, 200) and not crm.never_contact",
        "leads >= 1 AND orders IS NULL AND never_contact IS NOT TRUE AND lost"
        " BETWEEN now - interval '201 days' + tick AND now - interval '180 days'",
    ),
    "ready": (
        "engagement.points_30d >= 50 and engagement.click_days_14d >= 2",
        "points >= 50 AND click_days >= 2",
    ),
    "sleeping_reader": (
        "engagement.clicks >= 3 and $between(engagement.days_since_activity, 60, 63)",
        "clicks >= 3 AND active BETWEEN now - interval '64 days' + tick"
        " AND now - interval '60 days'",
    ),
    "no_salesperson": (
        "orders.average_value > 800 and orders.count >= 2"
        " and not contact.has_salesperson and orders.days_since_last < 7",
        "total / orders > 800 AND orders >= 2 AND NOT has_salesperson"
        " AND last > now - interval '7 days'",
    ),
    "overdue": (
        "orders.count >= 4 and $between(orders.days_since_last - 3 *"
        " orders.average_interval_days, 0.000001, 2)",
        "orders >= 4 AND days_since_last - 3 * round(pace, 6) BETWEEN 0.000001 AND 2",
    ),
}

_SINCE = "%(now)s::timestamp - interval"


def _points(points, condition):
    return (
        f"{points} * count(DISTINCT (event.partner_id, event.occurred_at::date)) FILTER"
        f" (WHERE {condition} AND event.occurred_at > {_SINCE} '30 days')"
    )


#: One row per contact that programs may write to, with what the ten filters need.
AGGREGATE = f"""
    WITH document AS (
        SELECT buyer.commercial_partner_id AS customer, sold.id, sold.date_order,
               sum(line.price_subtotal) AS amount,
               bool_or(category.name = 'Category 3') AS in_3,
               bool_or(category.name = 'Category 4') AS in_4
          FROM sale_order sold
          JOIN res_partner buyer ON buyer.id = sold.partner_id
          JOIN sale_order_line line ON line.order_id = sold.id
          JOIN product_product product ON product.id = line.product_id
          JOIN product_template template ON template.id = product.product_tmpl_id
          JOIN product_category category ON category.id = template.categ_id
         WHERE sold.state = 'sale' AND sold.company_id = %(company)s
           AND sold.date_order <= %(now)s %(few_buyers)s
         GROUP BY buyer.commercial_partner_id, sold.id
    ), bought AS (
        SELECT customer, count(*) AS orders, min(date_order) AS first,
               max(date_order) AS last, sum(amount) AS total,
               sum(amount) FILTER (WHERE date_order > {_SINCE} '365 days') AS year,
               COALESCE(sum(amount) FILTER (WHERE date_order
                   > {_SINCE} '180 days'), 0) AS half_year,
               sum(amount) FILTER (WHERE date_order > {_SINCE} '545 days'
                   AND date_order <= {_SINCE} '365 days') AS half_year_ago,
               bool_or(in_3) AS in_3, bool_or(in_4) AS in_4,
               floor(extract(epoch FROM %(now)s::timestamp - max(date_order)) / 86400)
                   AS days_since_last,
               (max(date_order::date) - min(date_order::date))::numeric
                   / NULLIF(count(DISTINCT date_order::date) - 1, 0) AS pace
          FROM document
         GROUP BY customer
    ), asked AS (
        SELECT buyer.commercial_partner_id AS customer, count(*) AS leads,
               max(lead.date_closed) FILTER (WHERE lead.won_status = 'lost') AS lost,
               bool_or(lead.active AND lead.won_status = 'pending'
                       AND lead.type = 'lead') AS open_lead,
               bool_or(lead.active AND lead.won_status = 'pending'
                       AND lead.type = 'opportunity') AS open_opportunity,
               bool_or(lead.won_status = 'lost' AND reason.lifecycle_never_contact)
                   AS never_contact
          FROM crm_lead lead
          JOIN res_partner buyer ON buyer.id = lead.partner_id
          LEFT JOIN crm_lost_reason reason ON reason.id = lead.lost_reason_id
         WHERE TRUE %(few_buyers)s
         GROUP BY buyer.commercial_partner_id
    ), done AS (
        SELECT buyer.commercial_partner_id AS customer,
               count(*) FILTER (WHERE type.code = 'mail_clicked') AS clicks,
               max(event.occurred_at) FILTER (WHERE type.code <> 'mail_opened')
                   AS active,
               count(DISTINCT event.occurred_at::date) FILTER (
                   WHERE type.code = 'mail_clicked'
                     AND event.occurred_at > {_SINCE} '14 days') AS click_days,
               {_points(50, "type.code = 'mail_replied'")}
               + {_points(25, "type.code = 'mail_clicked' AND event.kind = 'offer'")}
               + {_points(15, "type.code = 'guide_downloaded'")}
               + {_points(10, "type.code = 'mail_clicked' AND event.kind <> 'offer'")}
                   AS points
          FROM (SELECT *, payload->>'kind' AS kind FROM lifecycle_event) event
          JOIN lifecycle_event_type type ON type.id = event.type_id
           AND type.code IN ('mail_clicked', 'mail_opened', 'mail_replied',
                             'guide_downloaded')
          JOIN res_partner buyer ON buyer.id = event.partner_id
         WHERE TRUE %(few_buyers)s
         GROUP BY buyer.commercial_partner_id
    )
    SELECT person.id AS contact_id, bought.*, asked.leads, asked.lost, asked.open_lead,
           asked.open_opportunity, asked.never_contact, done.clicks, done.active,
           done.click_days, done.points,
           COALESCE(person.user_id, buyer.user_id) IS NOT NULL AS has_salesperson,
           %(now)s::timestamp AS now, interval '1 microsecond' AS tick
      FROM res_partner person
      JOIN res_partner buyer ON buyer.id = person.commercial_partner_id
      LEFT JOIN bought ON bought.customer = person.commercial_partner_id
      LEFT JOIN asked ON asked.customer = person.commercial_partner_id
      LEFT JOIN done ON done.customer = person.commercial_partner_id
     WHERE person.active AND (person.email_normalized <> '' OR person.phone <> '')
       %(few)s
"""
