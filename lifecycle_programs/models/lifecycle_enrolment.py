from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from .group_words import call_groups

_lt = LazyTranslate(__name__)

# How people left a program; that of an event is the event's name, that of a last step
# the reason of its run.
END_REASONS = {
    "steps_done": _lt("came to its end"),
    "goal": _lt("the goal was reached"),
    "erased": _lt("the data of the person was erased"),
    "by_hand": _lt("taken out by hand"),
    "merged": _lt("merged with another contact"),
    "stopped": _lt("ended by another program"),
    "exclusion": _lt("another program of its group took over"),
    "version_ended": _lt("ended when a new version was published"),
    "veto": _lt("stopped by a salesperson"),
}


class LifecycleEnrolment(models.Model):
    """A contact in a version of a program: a cursor.

    States: ``active`` -> ``goal`` (the goal ended it), ``exited`` (the exit rule, an
    opt-out, a merge, a person), ``ended`` (the steps came to their end), ``error``
    (a step failed for good; "Retry" makes it active again).
    """

    _name = "lifecycle.enrolment"
    _description = "Person in Program"
    _order = "id desc"

    program_id = fields.Many2one("lifecycle.program", required=True, ondelete="cascade")
    version_id = fields.Many2one(
        "lifecycle.version", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        index=True,
        help="The company of the contact, or the contact itself.",
    )
    entry_key = fields.Char(
        required=True,
        default="",
        help="Empty for one at a time; otherwise the order, renewal or move that this "
        "is about.",
    )
    event_id = fields.Many2one(
        "lifecycle.event", ondelete="set null", index="btree_not_null"
    )
    payload = fields.Json(
        string="Entry values",
        help="What the entry brought along. Rules and messages read it as "
        "entry.<name>.",
    )
    anchor_date = fields.Datetime(
        string="Date", help="The date that the program turns around, e.g. a renewal."
    )
    entered_at = fields.Datetime(required=True)

    state = fields.Selection(
        [
            ("active", "In program"),
            ("goal", "Goal reached"),
            ("exited", "Left"),
            ("ended", "Came to its end"),
            ("error", "Error"),
        ],
        required=True,
        default="active",
    )
    step_id = fields.Many2one(
        "lifecycle.step", ondelete="restrict", index="btree_not_null"
    )
    visit = fields.Integer(
        default=0, help="Counts the steps taken: the number of the next step run."
    )
    waiting = fields.Boolean(help="Has arrived at a wait, and waits.")
    started = fields.Boolean(
        help="Has got past the first wait. Until then a long wait for, say, a renewal "
        "does not keep other programs from the contact.",
    )
    scheduled_at = fields.Datetime(
        help="When the step was meant to run. A message far past it is too late."
    )
    due_at = fields.Datetime(help="When the step is looked at next.")
    paused_until = fields.Datetime(help="A salesperson has taken over until then.")
    goal_at = fields.Datetime(string="Goal Reached")
    ended_at = fields.Datetime()
    end_reason = fields.Char(string="How It Ended")
    end_text = fields.Char(string="How It Ended, in Words", compute="_compute_end_text")
    retry_count = fields.Integer()
    error = fields.Text()
    step_run_ids = fields.One2many(
        "lifecycle.step.run", "enrolment_id", string="History"
    )

    _one_active = models.UniqueIndex(
        "(program_id, partner_id, entry_key) WHERE state = 'active'",
        "The contact is in this program already.",
    )
    _due = models.Index("(program_id, due_at, id) WHERE state = 'active'")
    _history = models.Index("(program_id, partner_id, entered_at)")

    @api.depends("state", "end_reason")
    @api.depends_context("lang")
    def _compute_end_text(self):
        words = self._get_end_words()
        for enrolment in self:
            reason = enrolment.end_reason or ""
            enrolment.end_text = (
                self.env._("stopped by an error")
                if enrolment.state == "error"
                else words.get(reason, reason)
            )

    @api.model
    def _get_end_words(self):
        """What people call the codes of `end_reason`; other addons add theirs.

        :rtype: dict[str, str]
        """
        types = self.env["lifecycle.event.type"].sudo().with_context(active_test=False)
        words = self.env["lifecycle.step.run"]._get_reason_words()
        words |= {kind.code: kind.name for kind in types.search([])}
        return words | {code: self.env._(text) for code, text in END_REASONS.items()}

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec != "end_reason":
            return formatter
        return call_groups(formatter, self._get_end_words())
