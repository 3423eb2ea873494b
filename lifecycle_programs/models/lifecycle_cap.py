from collections import defaultdict

from odoo import api, fields, models

from .lifecycle_message import CHANNELS


class LifecycleCap(models.Model):
    """How many messages reach an address in so many days, over all programs.

    A limit of a company stands in place of those of all companies for the same channel
    and category, one of a program in place of both.
    """

    _name = "lifecycle.cap"
    _description = "Message Limit"
    _order = "program_id, company_id, channel, category_id, days"
    _rec_name = "count"

    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty for all companies."
    )
    program_id = fields.Many2one(
        "lifecycle.program",
        ondelete="cascade",
        index="btree_not_null",
        help="Holds for the messages of this program alone, in place of the general "
        "limits for the same channel and category. What counts is all the same what "
        "all programs have sent.",
    )
    channel = fields.Selection(
        CHANNELS, help="Empty counts the messages of all channels together."
    )
    category_id = fields.Many2one(
        "lifecycle.category",
        ondelete="cascade",
        help="Empty counts all that is marketing pressure, Odoo's own mailings too.",
    )
    count = fields.Integer(
        string="At most",
        required=True,
        default=1,
        help="0 lifts the limit.",
    )
    days = fields.Integer(string="In (days)", required=True, default=7)

    _days_positive = models.Constraint(
        "CHECK (days BETWEEN 1 AND 366 AND count >= 0)",
        "A limit counts the messages of 1 to 366 days.",
    )
    _once = models.UniqueIndex(
        "(COALESCE(company_id, 0), COALESCE(program_id, 0), COALESCE(channel, ''),"
        " COALESCE(category_id, 0), days)",
        "There is a limit for this already.",
    )

    @api.model
    def _get_caps(self, program, category, channel):
        """The limits that a message has to pass."""
        company = self.env.company
        caps = self.sudo().search(
            [
                ("program_id", "in", [False, program.id]),
                ("company_id", "in", [False, company.id]),
                ("channel", "in", [False, channel]),
                ("category_id", "in", [False, category.id]),
            ]
        )
        if not category.is_capped:
            caps = caps.filtered("category_id")
        levels = defaultdict(self.browse)
        for cap in caps:
            levels[cap.channel, cap.category_id, cap._get_level()] |= cap
        found = self.browse()
        for place, category_id in {key[:2] for key in levels}:
            level = max(key[2] for key in levels if key[:2] == (place, category_id))
            found |= levels[place, category_id, level]
        return found.filtered("count")

    def _get_level(self):
        """How near a limit stands to the message."""
        return 2 if self.program_id else 1 if self.company_id else 0
