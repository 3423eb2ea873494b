"""The numbers of programs: one row for each entry, goal, message and purchase."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.lifecycle_message import CHANNELS

# An opt-out counts against the message that came last, within this time.
BLAME = timedelta(days=7)
#: What the measures count; the dashboard adds them up, graph and pivot show them.
MEASURES = (
    "entered",
    "goals",
    "messages",
    "mails",
    "delivered",
    "opened",
    "clicked",
    "replied",
    "bounced",
    "unsubscribed",
    "purchases",
    "revenue",
)


class LifecycleReport(models.Model):
    """What the dashboard adds up. A row is one thing that happened in a program; of
    its measures those are 1 that it counts in.

    Opens that a machine made do not count (`lifecycle_opened_by_machine`): they do not
    make a trace "opened" in the first place.
    """

    _name = "lifecycle.report"
    _description = "Program Numbers"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "program_id"
    _depends = {
        "lifecycle.enrolment": [
            "company_id",
            "entered_at",
            "goal_at",
            "partner_id",
            "program_id",
        ],
        "lifecycle.step.run": [
            "address",
            "channel",
            "company_id",
            "message_id",
            "outcome",
            "partner_id",
            "program_id",
            "run_at",
            "step_id",
            "trace_id",
        ],
        "lifecycle.credit": [
            "amount",
            "company_id",
            "partner_id",
            "program_id",
            "purchased_at",
            "step_id",
        ],
        "lifecycle.opt.out": ["address", "channel", "opted_out_at", "source"],
        "mailing.trace": ["links_click_datetime", "trace_status", "trace_type"],
    }

    date = fields.Datetime(
        readonly=True, help="When it happened; for openings and clicks, of the message."
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    program_id = fields.Many2one("lifecycle.program", readonly=True)
    step_id = fields.Many2one("lifecycle.step", readonly=True)
    message_id = fields.Many2one("lifecycle.message", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    channel = fields.Selection([*CHANNELS, ("other", "Other")], readonly=True)
    entered = fields.Integer(readonly=True, help="Entries into the program.")
    goals = fields.Integer(string="Goal Reached", readonly=True)
    messages = fields.Integer(readonly=True, help="Messages sent, on all channels.")
    mails = fields.Integer(string="Emails", readonly=True)
    delivered = fields.Integer(
        string="Emails Delivered",
        readonly=True,
        help="Emails that left and did not bounce; the rates are shares of these.",
    )
    opened = fields.Integer(
        readonly=True,
        help="Delivered emails that somebody opened. Images that a privacy proxy or a "
        "scanner loads do not count.",
    )
    clicked = fields.Integer(
        readonly=True, help="Delivered emails with a link that somebody clicked."
    )
    replied = fields.Integer(readonly=True)
    bounced = fields.Integer(readonly=True)
    unsubscribed = fields.Integer(
        readonly=True,
        help="Emails after which the recipient said no to a category or a program, "
        "within 7 days and before the next message.",
    )
    purchases = fields.Integer(
        readonly=True,
        help="Purchases within the days of the settings after a message, or after "
        "sales was told.",
    )
    revenue = fields.Monetary(
        readonly=True,
        currency_field="currency_id",
        help="What these purchases came to without tax, less returns.",
    )

    @property
    def _table_query(self):
        return SQL(
            "%s UNION ALL %s UNION ALL %s UNION ALL %s UNION ALL %s",
            self._select_enrolments(0, "entered", SQL("e.entered_at")),
            self._select_enrolments(1, "goals", SQL("e.goal_at")),
            self._select_messages(),
            self._select_unsubscribed(),
            self._select_purchases(),
        )

    @api.model
    def _columns(self, number, row, date, **own):
        """The columns of one kind of row, in one order for all kinds.

        :param number: tells the ids of the kinds apart
        :param row: alias of the table whose rows these are
        :param date: expression of the moment
        :param own: expressions of further columns; measures are 0 without one, other
            columns empty
        """
        row = SQL.identifier(row)
        empty = {
            "step_id": SQL("NULL::integer"),
            "message_id": SQL("NULL::integer"),
            "channel": SQL("NULL::varchar"),
            "revenue": SQL("0::numeric"),
        }
        columns = {
            "id": SQL("%s.id::bigint * 8 + %s", row, number),
            "date": date,
            "company_id": SQL("%s.company_id", row),
            "program_id": SQL("%s.program_id", row),
            "partner_id": SQL("%s.partner_id", row),
            **empty,
            **{name: SQL("0") for name in MEASURES if name != "revenue"},
            **own,
        }
        return SQL(", ").join(
            SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()
        )

    @api.model
    def _select_enrolments(self, number, measure, moment):
        return SQL(
            "SELECT %s FROM lifecycle_enrolment e WHERE %s IS NOT NULL",
            self._columns(number, "e", moment, **{measure: SQL("1")}),
            moment,
        )

    @api.model
    def _select_messages(self):
        """What left. A message that came back and took another channel did, too."""
        # The address says it, which is cheaper than to ask the trace.
        is_mail = SQL("position('@' IN r.address) > 0")
        left = SQL(
            "%s AND COALESCE(t.trace_status, 'sent') IN ('sent', 'open', 'reply')",
            is_mail,
        )

        def one(condition):
            return SQL("(%s)::integer", condition)

        own = {
            "step_id": SQL("r.step_id"),
            "message_id": SQL("r.message_id"),
            "channel": self._channel(),
            "messages": SQL("1"),
            "mails": one(is_mail),
            "delivered": one(left),
            "opened": one(
                SQL("%s AND t.trace_status IN ('open', 'reply') IS TRUE", is_mail)
            ),
            "clicked": one(
                SQL("%s AND t.links_click_datetime IS NOT NULL", left),
            ),
            "replied": one(SQL("(t.trace_status = 'reply') IS TRUE")),
            "bounced": one(SQL("(t.trace_status = 'bounce') IS TRUE")),
        }
        return SQL(
            """
            SELECT %s
              FROM lifecycle_step_run r
              LEFT JOIN mailing_trace t ON t.id = r.trace_id
             WHERE r.outcome IN ('done', 'fallback') AND r.address IS NOT NULL
            """,
            self._columns(2, "r", SQL("r.run_at"), **own),
        )

    @api.model
    def _channel(self):
        """The channel of the message of ``r`` and ``t``. Old messages do not say it,
        and a trace may be gone."""
        return SQL(
            """
            COALESCE(r.channel, CASE WHEN position('@' IN r.address) > 0 THEN 'mail'
                                     ELSE COALESCE(t.trace_type, 'other') END)
            """
        )

    @api.model
    def _select_unsubscribed(self):
        """The messages that were the last ones before an opt-out, once more: joined to
        all messages, these few would cost more than all the rest."""
        return SQL(
            """
            SELECT %s
              FROM (SELECT DISTINCT last.id
                      FROM lifecycle_opt_out o
                     CROSS JOIN LATERAL (
                           SELECT r.id FROM lifecycle_step_run r
                            WHERE r.address = o.address AND r.outcome = 'done'
                              AND r.run_at <= o.opted_out_at
                              AND r.run_at > o.opted_out_at - %s
                            ORDER BY r.run_at DESC, r.id DESC LIMIT 1
                           ) AS last
                     WHERE o.source IN ('one_click', 'page')
                       AND o.channel = 'mail') AS blamed
              JOIN lifecycle_step_run r ON r.id = blamed.id
            """,
            self._columns(
                3,
                "r",
                SQL("r.run_at"),
                step_id=SQL("r.step_id"),
                message_id=SQL("r.message_id"),
                channel=SQL("'mail'::varchar"),
                unsubscribed=SQL("1"),
            ),
            BLAME,
        )

    @api.model
    def _select_purchases(self):
        return SQL(
            "SELECT %s FROM lifecycle_credit c",
            self._columns(
                4,
                "c",
                SQL("c.purchased_at"),
                step_id=SQL("c.step_id"),
                purchases=SQL("1"),
                revenue=SQL("c.amount"),
            ),
        )


class LifecycleEnrolment(models.Model):
    """What makes the numbers of a period, and of now, quick to find."""

    _inherit = "lifecycle.enrolment"

    _entered = models.Index("(entered_at, program_id)")
    _goals = models.Index("(goal_at, program_id) WHERE goal_at IS NOT NULL")
    _states = models.Index("(program_id, state)")
