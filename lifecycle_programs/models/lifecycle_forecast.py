"""What will go out: the messages of the next days, with the people.

One recursive statement walks on from where everybody stands, through waits whose length
is known. Behind a split or a wait for something nobody knows the way: such messages are
counted as possible. Whoever enters in the meantime is not in it.
"""

from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

DAYS = 7
# Steps that one person is followed through.
MAX_HOPS = 40
# An id in the list: the person's place in the program, and the number of the message.
MESSAGES_PER_PERSON = 1000
COLUMNS = (
    "enrolment_id",
    "program_id",
    "company_id",
    "partner_id",
    "step_id",
    "message_id",
    "category_id",
    "channel",
    "due_at",
    "certain",
)

Forecast = namedtuple("Forecast", COLUMNS)


class LifecycleForecast(models.Model):
    """A message that will go out in the next days, as far as can be told now.

    Not a table: each row is worked out when somebody looks.
    """

    _name = "lifecycle.forecast"
    _description = "Message to Come"
    _auto = False
    _order = "due_at, id"
    _rec_name = "step_id"
    _depends = {
        "lifecycle.enrolment": [
            "program_id",
            "partner_id",
            "step_id",
            "state",
            "due_at",
            "waiting",
            "paused_until",
            "entered_at",
            "anchor_date",
        ],
        "lifecycle.program": ["state", "active", "is_exclusive"],
        "lifecycle.step": ["type", "next_step_id", "message_id", "release"],
        "lifecycle.step.branch": ["step_id", "next_step_id"],
        "lifecycle.grant": ["enrolment_id", "state", "ends_at"],
        "lifecycle.category": ["can_opt_out"],
        "lifecycle.hours": ["category_id", "weekdays", "hour_from", "hour_to"],
        "lifecycle.opt.out": ["address", "category_id", "program_id"],
        "res.company": ["lifecycle_sending", "lifecycle_stopped_at"],
        "res.partner": [
            "active",
            "email_normalized",
            "phone_sanitized",
            "lifecycle_paused_until",
        ],
    }

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", string="Person in Program", readonly=True
    )
    program_id = fields.Many2one("lifecycle.program", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    step_id = fields.Many2one("lifecycle.step", readonly=True)
    message_id = fields.Many2one("lifecycle.message", readonly=True)
    category_id = fields.Many2one("lifecycle.category", readonly=True)
    channel = fields.Selection(selection="_selection_channel", readonly=True)
    due_at = fields.Datetime(
        string="When",
        readonly=True,
        help="Sending hours and days without messages are counted in, on the company's "
        "clock. Limits on messages and other programs can still move it to later.",
    )
    certain = fields.Boolean(
        string="On the Way",
        readonly=True,
        help="No branch lies before it. Otherwise it depends on what the contact does, "
        "on chance, or on somebody who reviews it.",
    )

    @api.model
    def _selection_channel(self):
        channel = self.env["lifecycle.message"]._fields["channel"]
        return channel._description_selection(self.env)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT f.enrolment_id::bigint * %(most)s + row_number() OVER (
                       PARTITION BY f.enrolment_id ORDER BY f.due_at, f.step_id) AS id,
                   f.*
              FROM (%(messages)s) AS f
            """,
            most=MESSAGES_PER_PERSON,
            messages=self._select_messages(fields.Datetime.now()),
        )

    # ------------------------------------------------------------
    # READ
    # ------------------------------------------------------------

    @api.model
    def _get_messages(self, now, days=DAYS, partners=None):
        """The messages of the next days, in the order of time.

        Of the companies that the user works in; the caller checks who may see them.

        :param datetime now: naive UTC
        :param partners: only to these contacts
        :return: list of `Forecast`; without ``certain`` it may still not come to it
        """
        self.env.flush_all()
        query = self._select_messages(now, days, partners)
        rows = self.env.execute_query(
            SQL("SELECT f.* FROM (%s) AS f ORDER BY f.due_at, f.enrolment_id", query)
        )
        return [Forecast(*row) for row in rows]

    # ------------------------------------------------------------
    # THE STATEMENT
    # ------------------------------------------------------------

    @api.model
    def _select_messages(self, now, days=DAYS, partners=None):
        """SELECT of the columns of `Forecast`. Who surely gets nothing is left out."""
        windows, countries = self._select_windows(now, days)
        return SQL(
            """
            WITH RECURSIVE opening AS MATERIALIZED (%(windows)s),
            way AS (
                SELECT e.id AS enrolment_id, e.program_id, e.company_id, e.partner_id,
                       e.step_id, GREATEST(
                           e.due_at, e.paused_until, %(now)s,
                           CASE WHEN p.is_exclusive
                                THEN customer.lifecycle_paused_until END) AS due_at,
                       e.waiting IS TRUE AS waiting, TRUE AS certain, 0 AS hop,
                       e.entered_at, e.anchor_date, g.ends_at AS grant_ends_at,
                       customer.lifecycle_paused_until AS rests_until,
                       CASE WHEN t.country_id = ANY(%(countries)s) THEN t.country_id
                            ELSE 0 END AS country_id
                  FROM lifecycle_program p
                  JOIN res_company c ON c.id = p.company_id
                   AND c.lifecycle_stopped_at IS NULL
                  JOIN res_partner o ON o.id = c.partner_id
                  JOIN lifecycle_enrolment e ON e.program_id = p.id
                   AND e.state = 'active' AND e.due_at < %(until)s
                  JOIN res_partner r ON r.id = e.partner_id AND r.active
                  JOIN res_partner customer ON customer.id = e.commercial_partner_id
                  LEFT JOIN (
                       SELECT enrolment_id, max(ends_at) AS ends_at
                         FROM lifecycle_grant WHERE state = 'live'
                        GROUP BY enrolment_id) AS g ON g.enrolment_id = e.id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(r.country_id, customer.country_id, o.country_id)
                              AS country_id) AS t
                 WHERE p.active AND p.state IN ('running', 'closed')
                   AND p.company_id = ANY(%(companies)s) AND %(who)s
                 UNION
                SELECT w.enrolment_id, w.program_id, w.company_id, w.partner_id,
                       n.step_id, t.leaves_at, FALSE, w.certain AND n.certain,
                       w.hop + 1, w.entered_at, w.anchor_date, w.grant_ends_at,
                       w.rests_until, w.country_id
                  FROM way w
                  JOIN lifecycle_step s ON s.id = w.step_id
                  LEFT JOIN lifecycle_message m ON m.id = s.message_id
                   AND s.type = ANY(%(types)s)
                  LEFT JOIN lifecycle_category k ON k.id = m.category_id
                 CROSS JOIN LATERAL (%(ready)s) AS ready
                  LEFT JOIN opening x ON %(window)s
                  CROSS JOIN LATERAL (SELECT %(leaves_at)s AS leaves_at) AS t
                  CROSS JOIN LATERAL (%(ways)s) AS n
                 WHERE w.hop < %(hops)s AND t.leaves_at < %(until)s
                   AND n.step_id IS NOT NULL
            )
            SELECT w.enrolment_id, w.program_id, w.company_id, w.partner_id, w.step_id,
                   s.message_id, m.category_id, m.channel, t.due_at,
                   bool_or(w.certain AND NOT (
                       s.release = 'review'
                       OR (c.lifecycle_sending = 'ask' AND k.can_opt_out IS TRUE)
                   )) AS certain
              FROM way w
              JOIN lifecycle_step s ON s.id = w.step_id AND s.type = ANY(%(types)s)
              JOIN lifecycle_message m ON m.id = s.message_id
              JOIN lifecycle_category k ON k.id = m.category_id
              JOIN res_company c ON c.id = w.company_id
              JOIN res_partner p ON p.id = w.partner_id
             CROSS JOIN LATERAL (%(ready)s) AS ready
              LEFT JOIN opening x ON %(window)s
             CROSS JOIN LATERAL (SELECT GREATEST(ready.at, x.opens) AS due_at) AS t
             WHERE t.due_at < %(until)s AND %(sendable)s
             GROUP BY w.enrolment_id, w.program_id, w.company_id, w.partner_id,
                      w.step_id, s.message_id, m.category_id, m.channel, t.due_at
            """,
            windows=windows,
            countries=countries,
            now=now,
            until=now + timedelta(days=days),
            companies=self.env.companies.ids,
            who=SQL("TRUE")
            if partners is None
            else SQL("e.partner_id = ANY(%s)", list(partners._ids)),
            # The windows of a kind of message follow each other without a gap.
            window=SQL(
                "x.company_id = w.company_id AND x.category_id = m.category_id"
                " AND x.channel = m.channel AND x.country_id = w.country_id"
                " AND x.since <= ready.at AND ready.at < x.closes"
            ),
            # A program of its own rests as a whole while sales has a contact to itself,
            # of the others only what can be refused.
            ready=SQL(
                "SELECT CASE WHEN k.can_opt_out THEN GREATEST(w.due_at, w.rests_until)"
                " ELSE w.due_at END AS at"
            ),
            leaves_at=self._leaves_at(),
            ways=self._ways(),
            hops=MAX_HOPS,
            types=self._get_message_types(),
            sendable=self._sendable(),
        )

    @api.model
    def _get_message_types(self):
        """The step types that send a message."""
        types = self.env["lifecycle.step"]._step_types()
        return [code for code, kind in types.items() if "message_id" in kind["fields"]]

    @api.model
    def _leaves_at(self):
        """When ``w`` leaves its step ``s``, as SQL; NULL where nobody can tell yet."""
        # Who has no date of the entry goes on at once; a discount or a date of the
        # contact may come on the way.
        return SQL(
            """
            CASE WHEN w.waiting THEN w.due_at
                 WHEN s.type = 'wait_window' THEN %(opening)s
                 WHEN s.type NOT IN ('wait', 'wait_until') THEN
                      GREATEST(ready.at, x.opens)
                 WHEN s.wait_from = 'entry' THEN
                      GREATEST(w.due_at, w.entered_at + %(length)s)
                 WHEN s.wait_from = 'anchor' THEN
                      GREATEST(w.due_at, w.anchor_date + %(length)s)
                 WHEN s.wait_from = 'grant_end' AND w.grant_ends_at IS NOT NULL THEN
                      GREATEST(w.due_at, w.grant_ends_at + %(length)s)
                 WHEN s.wait_from IN ('grant_end', 'fact') THEN NULL
                 ELSE GREATEST(w.due_at, w.due_at + %(length)s) END
            """,
            opening=self._week_opening(),
            length=SQL(
                """
                COALESCE(s.wait_value, 0)
                * CASE s.wait_unit WHEN 'hours' THEN interval '1 hour'
                                   WHEN 'months' THEN interval '1 month'
                                   ELSE interval '1 day' END
                """
            ),
        )

    @api.model
    def _ways(self):
        """SELECT of the steps that can follow ``s``, and whether one surely does."""
        return SQL(
            """
            SELECT s.next_step_id AS step_id,
                   NOT EXISTS (SELECT FROM lifecycle_step_branch b
                                WHERE b.step_id = s.id) AS certain
             WHERE s.type <> 'end'
             UNION
            SELECT b.next_step_id, FALSE FROM lifecycle_step_branch b
             WHERE b.step_id = s.id AND s.type <> 'wait_until'
            """
        )

    @api.model
    def _sendable(self):
        """Leaves out who surely gets nothing: without an address, blacklisted, opted
        out, or of a company that sends nothing."""
        return SQL(
            """
            NOT (c.lifecycle_sending = 'never' AND k.can_opt_out IS TRUE)
            AND (m.channel <> 'mail' OR p.email_normalized IS NOT NULL)
            AND (m.channel <> 'sms' OR p.phone_sanitized IS NOT NULL)
            AND (m.channel NOT IN ('in_app', 'push') OR EXISTS (
                SELECT FROM res_users u
                 WHERE u.partner_id = p.id AND u.active AND u.share))
            AND (k.can_opt_out IS NOT TRUE OR NOT EXISTS (
                SELECT FROM lifecycle_opt_out o
                 WHERE o.address = CASE m.channel WHEN 'mail' THEN p.email_normalized
                                   WHEN 'sms' THEN p.phone_sanitized
                                   WHEN 'order' THEN NULL
                                   ELSE m.channel || ':' || p.id END
                   AND (o.category_id = k.id OR o.program_id = w.program_id)))
            AND NOT (k.can_opt_out IS TRUE AND m.channel = 'mail' AND EXISTS (
                SELECT FROM mail_blacklist b
                 WHERE b.active AND b.email = p.email_normalized))
            AND NOT (k.can_opt_out IS TRUE AND m.channel = 'sms' AND EXISTS (
                SELECT FROM phone_blacklist b
                 WHERE b.active AND b.number = p.phone_sanitized))
            """
        )
