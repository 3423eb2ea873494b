"""Contacts, their orders, leads and clicks, made by SQL: the same ones every time.

A number of a contact or an order decides everything about it through PostgreSQL's hash
functions. One contact in five belongs to the company before it. Each lot of contacts
brings twice as many confirmed orders over three years, of one to three lines each in
twenty categories; a few contacts buy much, many never. One in twenty has a lead, one in
five has clicked and answered mails.
"""

from contextlib import contextmanager
from datetime import datetime

from odoo import Command
from odoo.tools import SQL

NOW = datetime(2026, 6, 1, 12)
DAYS = 3 * 365
#: So many, in 20 categories under 4 others.
PRODUCTS = 200
CATEGORIES = 20
TABLES = (
    "res_partner",
    "sale_order",
    "sale_order_line",
    "crm_lead",
    "lifecycle_event",
)


class Data:
    """The records of the benchmark in one database; `grow` makes them more.

    :ivar first: id of the first contact: contact number n has the id ``first + n``
    """

    tables = TABLES

    def __init__(self, env):
        self.env = env
        found = env["res.partner"].search([("ref", "=", "benchmark")], limit=1)
        self.template = found or env["res.partner"].create(
            {
                "name": "Benchmark",
                "ref": "benchmark",
                "email": "benchmark@example.com",
            }
        )
        self.first = self.template.id + 1
        self.size = env["res.partner"].search_count([("ref", "=like", "B0%")])
        if not found:
            self._make_products()
            self._make_templates()

    @property
    def order(self):
        """The order that the others are copies of; a draft."""
        return self.env["sale.order"].search(
            [("partner_id", "=", self.template.id)], limit=1
        )

    def _make_products(self):
        above = self.env["product.category"].create(
            [{"name": f"Department {n}"} for n in range(4)]
        )
        categories = self.env["product.category"].create(
            [
                {"name": f"Category {n}", "parent_id": above[n % 4].id}
                for n in range(CATEGORIES)
            ]
        )
        self.env["product.product"].create(
            [
                {
                    "name": f"Product {n}",
                    "default_code": f"B{n:04}",
                    "list_price": 10 + n,
                    "categ_id": categories[n % CATEGORIES].id,
                    "taxes_id": [Command.clear()],
                }
                for n in range(PRODUCTS)
            ]
        )

    def _make_templates(self):
        product = self.env["product.product"].search(
            [("default_code", "=", "B0000")], limit=1
        )
        self.env["sale.order"].create(
            {
                "partner_id": self.template.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        self.env["crm.lead"].create(
            {
                "name": "Benchmark",
                "type": "opportunity",
                "partner_id": self.template.id,
                "user_id": False,
            }
        )
        self.env["lifecycle.event"]._flush_pending()
        self.env["lifecycle.event"].create(
            {
                "type_id": self.event_type("mail_clicked"),
                "partner_id": self.template.id,
                "company_id": self.env.company.id,
                "occurred_at": NOW,
                "processed_at": NOW,
            }
        )
        self.env.flush_all()

    def event_type(self, code):
        return self.env.ref(f"lifecycle_programs.lifecycle_event_type_{code}").id

    # ------------------------------------------------------------
    # GROW
    # ------------------------------------------------------------

    def grow(self, size):
        """Have at least so many contacts, with all that belongs to them."""
        if size > self.size:
            self.env.flush_all()
            with self._without_indexes():
                self._add(self.size, size)
            self.size = size
        self.env.cr.commit()
        self.env.invalidate_all()
        self._tidy()

    def _add(self, start, end):
        given = {
            "first": self.first,
            "start": start,
            "end": end,
            "size": end - start,
            "now": NOW,
            "days": DAYS,
            "products": PRODUCTS,
        }
        self._copy("res_partner", self.template.id, _CONTACTS, given)
        orders = self._next_id("sale_order")
        given |= {"first_order": orders, "first_line": self._next_id("sale_order_line")}
        self.env.cr.execute(_BOUGHT, given)
        self._copy("sale_order", self.order.id, _ORDERS, given)
        self._copy("sale_order_line", self.order.order_line.id, _LINES, given)
        self.env.cr.execute("DROP TABLE bench_line")
        lead = self.env["crm.lead"].search([("partner_id", "=", self.template.id)])
        given |= {
            "first_lead": self._next_id("crm_lead"),
            "reason": self.env["crm.lost.reason"].search([], limit=1).id,
            "won": self.env["crm.stage"].search([("is_won", "=", True)], limit=1).id,
        }
        self._copy("crm_lead", lead.id, _LEADS, given)
        event = self.env["lifecycle.event"].search(
            [("partner_id", "=", self.template.id), ("unique_key", "=", False)],
            limit=1,
        )
        codes = ("mail_opened", "mail_clicked", "mail_replied", "guide_downloaded")
        given["types"] = [self.event_type(code) for code in codes]
        self._copy("lifecycle_event", event.id, _CLICKS, given)
        given["type"] = self.event_type("lead_created")
        self._copy("lifecycle_event", event.id, _LEAD_EVENTS, given)
        given["type"] = self.event_type("order_confirmed")
        self._copy("lifecycle_event", event.id, _ORDER_EVENTS, given)
        for table in TABLES:
            self.env.cr.execute(
                SQL(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'),"
                    " (SELECT max(id) FROM %s))",
                    table,
                    SQL.identifier(table),
                )
            )

    def _next_id(self, table):
        query = SQL("SELECT max(id) + 1 FROM %s", SQL.identifier(table))
        return self.env.execute_query(query)[0][0]

    def _copy(self, table, template_id, rows, given):
        """Insert copies of a row: what ``rows`` selects replaces the row's values."""
        self.env.cr.execute(f"CREATE TEMPORARY VIEW bench_rows AS {rows}", given)
        self.env.cr.execute(
            """
            SELECT c.column_name, r.attname IS NOT NULL
              FROM information_schema.columns c
              LEFT JOIN pg_attribute r
                ON r.attrelid = 'bench_rows'::regclass AND r.attname = c.column_name
             WHERE c.table_schema = 'public' AND c.table_name = %s
            """,
            [table],
        )
        columns = self.env.cr.fetchall()
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM bench_rows, %s AS template"
                " WHERE template.id = %s",
                SQL.identifier(table),
                SQL(", ").join(SQL.identifier(name) for name, _own in columns),
                SQL(", ").join(
                    SQL.identifier("bench_rows" if own else "template", name)
                    for name, own in columns
                ),
                SQL.identifier(table),
                template_id,
            )
        )
        self.env.cr.execute("DROP VIEW bench_rows")

    @contextmanager
    def _without_indexes(self):
        """Indexes and references are checked once at the end, which is much faster."""
        cr = self.env.cr
        cr.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
              FROM pg_index i
             WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
               AND NOT EXISTS (
                    SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
            """,
            [list(self.tables)],
        )
        indexes = cr.fetchall()
        for name, _definition in indexes:
            cr.execute(SQL("DROP INDEX %s", SQL(name)))
        cr.execute("SET LOCAL session_replication_role = replica")
        yield
        cr.execute("SET LOCAL session_replication_role = origin")
        cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            cr.execute(definition)

    def _tidy(self):
        """What autovacuum does sooner or later; it cannot be done in a transaction."""
        connection = self.env.cr._cnx
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        finally:
            connection.autocommit = False


def _pick(number, seed, of):
    """SQL of a number from 0 to ``of`` - 1 that looks like chance."""
    return f"((hashint8extended({number}, {seed}) & 2147483647) %% {of})"


def _share(number, seed):
    """SQL of a number from 0 to 1 that looks like chance."""
    return f"({_pick(number, seed, 1000000)} / 1000000.0)"


_NUMBERS = "generate_series(%(start)s, %(end)s - 1) AS n"
_CITY = f"'City ' || {_pick('n', 1, 50)}"

_CONTACTS = f"""
    SELECT %(first)s + n AS id,
           'B' || to_char(n, 'FM00000000') AS ref,
           'Contact ' || n AS name, 'Contact ' || n AS complete_name,
           'contact' || n || '@example.com' AS email,
           'contact' || n || '@example.com' AS email_normalized,
           to_char(n, 'FM00000000') AS zip, {_CITY} AS city,
           CASE WHEN n %% 5 = 4 THEN %(first)s + n - 1 END AS parent_id,
           %(first)s + n - CASE WHEN n %% 5 = 4 THEN 1 ELSE 0 END
               AS commercial_partner_id,
           n %% 5 = 3 AS is_company,
           CASE WHEN {_pick("n", 2, 3)} = 0 THEN 1 END AS user_id
      FROM {_NUMBERS}
"""

#: Lines with their orders; the orders come in the order of their dates, as in life.
_BOUGHT = f"""
    CREATE TEMPORARY TABLE bench_line AS
    SELECT m, k, %(first_order)s + m AS order_id,
           %(first)s + %(start)s + (
               floor(%(size)s * power({_share("m", 3)}, 1.6))::bigint * 7919
               + 13) %% %(size)s AS partner_id,
           %(now)s::timestamp - make_interval(
               secs => %(days)s * 86400.0 * (1 - m / (2.0 * %(size)s))) AS date_order,
           {_pick("m * 4 + k", 4, "%(products)s")} AS product,
           1 + {_pick("m * 4 + k", 5, 3)} AS quantity
      FROM generate_series(0, 2 * %(size)s - 1) AS m,
           generate_series(1, 1 + {_pick("m", 6, 3)}) AS k
"""

_ORDERS = """
    SELECT order_id AS id, partner_id, partner_id AS partner_invoice_id,
           partner_id AS partner_shipping_id, 'B' || order_id AS name, 'sale' AS state,
           NULL::varchar AS access_token, date_order, date_order AS create_date,
           sum(quantity * (10 + product))::numeric AS amount_untaxed,
           sum(quantity * (10 + product))::numeric AS amount_total
      FROM bench_line
     GROUP BY order_id, partner_id, date_order
     ORDER BY order_id
"""

_LINES = """
    SELECT %(first_line)s + row_number() OVER (ORDER BY m, k) AS id, order_id,
           partner_id AS order_partner_id, 'sale' AS state, product.id AS product_id,
           quantity::numeric AS product_uom_qty,
           (10 + product)::numeric AS price_unit,
           (quantity * (10 + product))::numeric AS price_subtotal,
           (quantity * (10 + product))::numeric AS price_total,
           date_order AS create_date
      FROM bench_line
      JOIN product_product product
        ON product.default_code = 'B' || to_char(bench_line.product, 'FM0000')
     ORDER BY m, k
"""

_LEADS = f"""
    SELECT %(first_lead)s + n - %(start)s AS id, %(first)s + n AS partner_id,
           'Lead ' || n AS name,
           CASE WHEN fate < 4 THEN 'lost' WHEN fate < 6 THEN 'won' ELSE 'pending'
                END AS won_status,
           fate >= 4 AS active,
           CASE WHEN fate < 4 THEN %(reason)s END AS lost_reason_id,
           CASE WHEN {_pick("n", 9, 2)} = 0 THEN 'lead' ELSE 'opportunity' END AS type,
           came AS create_date, came AS date_open,
           CASE WHEN fate < 6 THEN came + interval '20 days' END AS date_closed
      FROM (SELECT n, {_pick("n", 7, 10)} AS fate,
                   %(now)s::timestamp - make_interval(
                       days => 25 + {_pick("n", 8, "%(days)s")}::int) AS came
              FROM {_NUMBERS}
             WHERE n %% 20 = 7) AS chosen
"""

_CLICKS = f"""
    SELECT nextval('lifecycle_event_id_seq') AS id, %(first)s + n AS partner_id,
           (%(types)s::int[])[1 + {_pick("n * 8 + k", 10, 4)}] AS type_id,
           %(now)s::timestamp - make_interval(
               secs => 86400.0 * 365 * {_share("n * 8 + k", 11)}) AS occurred_at,
           jsonb_build_object('kind', CASE {_pick("n * 8 + k", 12, 3)}
               WHEN 0 THEN 'offer' ELSE 'article' END, 'topic', 'camping') AS payload
      FROM {_NUMBERS}, generate_series(1, 5) AS k
     WHERE n %% 5 = 2
"""

_LEAD_EVENTS = """
    SELECT nextval('lifecycle_event_id_seq') AS id, lead.partner_id,
           %(type)s AS type_id, lead.create_date AS occurred_at,
           'crm.lead' AS res_model, lead.id AS res_id,
           '{}'::jsonb AS payload
      FROM crm_lead lead
     WHERE lead.id >= %(first_lead)s
"""

_ORDER_EVENTS = """
    SELECT nextval('lifecycle_event_id_seq') AS id, sold.partner_id,
           %(type)s AS type_id, sold.date_order AS occurred_at,
           'sale.order' AS res_model, sold.id AS res_id,
           jsonb_build_object('order', sold.name, 'order_id', sold.id,
                              'amount', sold.amount_untaxed) AS payload
      FROM sale_order sold
     WHERE sold.id >= %(first_order)s
       AND sold.date_order > %(now)s::timestamp - interval '180 days'
"""
