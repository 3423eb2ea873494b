"""The launch guard: many people at once need a manager's second click.

A look at all contacts counts whom it lets in. Above the company's limit it takes
everything back, lets nobody in and makes a task for the owner; a manager who has seen
the number and what the discounts may cost agrees, and the next look lets them in.
"""

from contextlib import contextmanager

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

MANAGER = "lifecycle_programs.group_lifecycle_manager"
# Between the click and the look some more may have come to match.
SLACK = 1.1
AVERAGE_DAYS = 365
# What letting people in writes.
TOUCHED = ("lifecycle.program", "lifecycle.enrolment", "lifecycle.entry.rule")


class TooMany(Exception):
    """A look would let in more people than anybody has agreed to."""

    def __init__(self, count):
        super().__init__(count)
        self.count = count


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    launch_agreed = fields.Integer(
        string="Agreed to enter at once",
        copy=False,
        readonly=True,
        groups=MANAGER,
        help="How many people a manager has let in for the next look.",
    )
    launch_waiting = fields.Integer(
        string="Waiting to enter",
        copy=False,
        readonly=True,
        help="So many people would have entered at once: nobody did, until a manager "
        "agrees.",
    )
    launch_cost = fields.Text(compute="_compute_launch_cost")

    def _compute_launch_cost(self):
        for program in self:
            program.launch_cost = program._say_cost(program.launch_waiting)

    def _get_launch_limit(self):
        """How many may enter at once; None for any number."""
        limit = self.company_id.lifecycle_launch_limit
        return max(limit, self.sudo().launch_agreed * SLACK) if limit else None

    def _check_launch(self, count):
        limit = self._get_launch_limit()
        if limit is not None and count > limit:
            raise TooMany(count)

    def _enrol_scan_guarded(self, table, now):
        """As `_enrol_scan`, unless it would let in too many at once."""
        try:
            with self.env.cr.savepoint():
                enrolments = self._enrol_scan(table, now)
                self._check_launch(len(enrolments))
        except TooMany as error:
            self._hold_launch(error.count)
            return self.env["lifecycle.enrolment"]
        self._end_launch()
        return enrolments

    def _hold_launch(self, count):
        """Nobody enters: tell the owner, once until somebody has agreed."""
        if not self.launch_waiting:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("%s people would enter at once", count),
                note=self.env._(
                    "Nobody has entered “%(program)s”: %(count)s people match, more "
                    "than the limit of %(limit)s at once. %(cost)s A manager can let "
                    "them in.",
                    program=self.name,
                    count=count,
                    limit=self.company_id.lifecycle_launch_limit,
                    cost=self._say_cost(count),
                ),
                user_id=self.user_id.id or self.env.uid,
            )
        self.write({"launch_waiting": count, "launch_agreed": 0})

    def _end_launch(self):
        """They are in: the agreement was for them alone."""
        if self.launch_waiting or self.sudo().launch_agreed:
            self.write({"launch_waiting": 0, "launch_agreed": 0})

    def action_let_in(self):
        """Agree that everybody who waits enters, with the next look, which is now."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("So many people at once: ask a manager to let them in.")
            )
        now = fields.Datetime.now()
        for program in self.filtered("launch_waiting"):
            program._agree_to_launch(program.launch_waiting)
            program.next_scan_at = now
            program.activity_unlink(["mail.mail_activity_data_warning"])
        scan = self.env.ref("lifecycle_programs.ir_cron_scan_programs")
        scan.sudo()._trigger()
        return True

    def _agree_to_launch(self, count):
        self.ensure_one()
        self.sudo().launch_agreed = count
        self.message_post(
            body=self.env._("Agreed: %s people may enter at once.", count),
        )

    # ------------------------------------------------------------
    # COUNT
    # ------------------------------------------------------------

    def _count_launch(self, now):
        """How many people the first look would let in, were it now: the look itself is
        asked, and taken back."""
        self.ensure_one()
        if self.start != "schedule":
            return 0
        program = self.sudo().with_company(self.company_id)
        rule = program._rule(program.rule, entry=True)
        with program._tried_out():
            table = program._materialise({program: rule}, program.company_id, now)
            return len(program._enrol_scan(table, now))

    @contextmanager
    def _tried_out(self):
        """Let people in with the steps as they stand, and take it back.

        Only what this touches leaves the cache: a form that asks keeps what was typed.
        """
        self.ensure_one()
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False) as savepoint:
                if not self.version_id:
                    self.version_id = self.draft_version_id
                yield
                # Nothing of it may be left to be written afterwards.
                self.env.flush_all()
                savepoint.rollback()
        finally:
            for model in TOUCHED:
                self.env[model].invalidate_model(flush=False)

    # ------------------------------------------------------------
    # COST
    # ------------------------------------------------------------

    def _say_cost(self, count):
        """What the discounts of the steps may cost for so many people, a sentence."""
        self.ensure_one()
        version = self.draft_version_id or self.version_id
        # Marketers need not see every discount of the company to hear what it costs.
        steps = version.step_ids.sudo().filtered(
            lambda step: (
                step.type == "grant" and (step.loyalty_program_id or step.pricelist_id)
            )
        )
        if not steps or not count:
            return ""
        average = self._get_average_order()
        cost = count * sum(step._get_grant_cost(average) for step in steps)
        unknown = len(steps.filtered(lambda step: not step._get_grant_cost(average)))
        currency = self.company_id.currency_id
        said = [
            self.env._(
                "If everybody uses the discounts once, they cost about %s.",
                currency.format(cost),
            )
        ]
        if unknown:
            said.append(self.env._("%s discounts are not counted in.", unknown * count))
        return " ".join(said)

    def _get_average_order(self):
        """The average confirmed order of the last year, in the company's currency."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(avg(amount_untaxed / NULLIF(currency_rate, 0)), 0)
                  FROM sale_order
                 WHERE company_id = %s AND state = 'sale'
                   AND date_order > %s::timestamp - make_interval(days => %s)
                """,
                self.company_id.id,
                fields.Datetime.now(),
                AVERAGE_DAYS,
            )
        )
        return float(rows[0][0])


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_grant_cost(self, average):
        """What the discount of this step costs for an average order; 0 if it cannot be
        told."""
        self.ensure_one()
        if self.grant_kind == "pricelist":
            items = self.pricelist_id.item_ids.filtered(
                lambda item: item.applied_on == "3_global"
            )
            return average * max(items.mapped("percent_price"), default=0) / 100
        costs = [0.0]
        for reward in self.loyalty_program_id.reward_ids:
            if reward.reward_type != "discount":
                continue
            cost = reward.discount
            if reward.discount_mode == "percent":
                cost = average * reward.discount / 100
            most = reward.discount_max_amount
            costs.append(min(cost, most) if most else cost)
        return max(costs)
