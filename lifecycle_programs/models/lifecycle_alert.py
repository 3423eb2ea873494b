from datetime import datetime, timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# What "Not yet" proposes.
BACK_AFTER = timedelta(days=30)
ANSWERS = [
    ("taken", "Taken over"),
    ("not_yet", "Not yet"),
    ("not_interested", "Not interested"),
    ("wrong_person", "Wrong person"),
]


class LifecycleAlert(models.Model):
    """Tells a salesperson that a contact looks ready to buy, and keeps the answer.

    States: ``open`` -> ``taken`` (take over, or the call is done), ``not_yet`` (comes
    back on a date, as a new alert), ``not_interested``, ``wrong_person`` (goes on as
    a new alert about the right one), ``overtaken`` (the opportunity was won or lost, or
    an order came, before anybody answered). An alert that nobody answers in two
    working days goes to the team leader and stays open (``escalated_at``).
    """

    _name = "lifecycle.alert"
    _description = "Sales Alert"
    _order = "strength desc, alerted_at desc, id desc"
    _rec_name = "partner_id"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", ondelete="set null", index="btree_not_null"
    )
    program_id = fields.Many2one(
        "lifecycle.program", ondelete="set null", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True
    )
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        ondelete="set null",
        index="btree_not_null",
        help="Empty for a customer who has a salesperson: the task is then on the "
        "customer's own page.",
    )
    user_id = fields.Many2one("res.users", string="Salesperson", index=True)
    team_id = fields.Many2one("crm.team", string="Sales Team")
    activity_id = fields.Many2one("mail.activity", ondelete="set null")
    alerted_at = fields.Datetime(string="Since", required=True)
    repeats = fields.Integer(
        help="How often the reason has come up again while this alert was open."
    )
    strength = fields.Float(help="The more points, the nearer to buying.")
    reasons = fields.Json(
        help="The clauses that matched, with values, and who of the company did what."
    )
    reasons_html = fields.Html(
        string="Why", compute="_compute_reasons_html", sanitize=False
    )
    state = fields.Selection(
        [("open", "Open"), *ANSWERS, ("overtaken", "Overtaken")],
        required=True,
        default="open",
    )
    answered_at = fields.Datetime()
    answered_by_id = fields.Many2one("res.users")
    answer_note = fields.Char(string="Reason")
    back_on = fields.Date(help="When it comes back after “Not yet”.")
    back_at = fields.Datetime(
        string="Came Back", help="When the date of “Not yet” was dealt with."
    )
    afterwards = fields.Selection(
        [("old_leads", "To the old leads"), ("out", "No more messages")],
        help="What the salesperson chose for somebody who is not interested.",
    )
    colleague_id = fields.Many2one(
        "res.partner",
        string="Right Person",
        ondelete="set null",
        index="btree_not_null",
    )
    previous_id = fields.Many2one(
        "lifecycle.alert",
        string="Follows",
        ondelete="set null",
        index="btree_not_null",
        help="The earlier alert that this one goes on from.",
    )
    escalated_at = fields.Datetime(string="Team Leader Told")
    escalation_activity_id = fields.Many2one("mail.activity", ondelete="set null")

    _one_open = models.UniqueIndex(
        "(company_id, commercial_partner_id) WHERE state = 'open'",
        "This customer has an open alert already.",
    )
    _back = models.Index("(back_on) WHERE state = 'not_yet' AND back_at IS NULL")
    _today = models.Index("(company_id, alerted_at, user_id)")

    # ------------------------------------------------------------
    # REASONS IN WORDS
    # ------------------------------------------------------------

    @api.depends("reasons", "repeats", "previous_id")
    def _compute_reasons_html(self):
        for alert in self:
            alert.reasons_html = alert._render_reasons()

    def _render_reasons(self):
        """Why the contact looks ready, and who of the company did what, as a list."""
        self.ensure_one()
        reasons = self.reasons or {}
        parts = [self._render_list(reasons.get("clauses"))]
        people = [
            self.env._(
                "%(date)s: %(name)s · %(what)s",
                date=self._say_day_of(entry),
                name=entry["name"],
                what=entry["what"],
            )
            for entry in reasons.get("people") or ()
        ]
        if people:
            parts.append(
                Markup("<p>%s</p>") % self.env._("What they have done lately:")
            )
            parts.append(self._render_list(people))
        if self.repeats:
            parts.append(
                Markup("<p>%s</p>")
                % self.env._(
                    "It has come up %(count)s more times since.", count=self.repeats
                )
            )
        if self.previous_id:
            parts.append(Markup("<p>%s</p>") % self.previous_id._describe_answer())
        return Markup().join(parts)

    def _say_day_of(self, entry, **options):
        """On which day of the reader's clock somebody did something."""
        moment = datetime.fromisoformat(entry["at"])
        return format_date(self.env, moment, **options)

    def _render_list(self, lines):
        if not lines:
            return Markup()
        items = Markup().join(Markup("<li>%s</li>") % line for line in lines)
        return Markup("<ul>%s</ul>") % items

    def _describe_answer(self):
        """The answer in one sentence, for the chatter and for the next alert."""
        self.ensure_one()
        answer = dict(self._fields["state"]._description_selection(self.env))[
            self.state
        ]
        parts = [
            self.env._(
                "%(answer)s, %(who)s on %(date)s",
                answer=answer,
                who=self.answered_by_id.name or "",
                date=format_date(self.env, self.answered_at),
            )
        ]
        if self.back_on:
            parts.append(
                self.env._("back on %(date)s", date=format_date(self.env, self.back_on))
            )
        if self.colleague_id:
            parts.append(
                self.env._(
                    "right person: %(name)s", name=self.colleague_id.display_name
                )
            )
        if self.answer_note:
            parts.append(self.answer_note)
        return "; ".join(parts)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_take_over(self):
        """The salesperson deals with the contact; the programs rest."""
        self._check_can_answer()
        self._answer("taken", fields.Datetime.now())
        return True

    def action_not_yet(self):
        return self._open_answer("not_yet")

    def action_not_interested(self):
        return self._open_answer("not_interested")

    def action_wrong_person(self):
        return self._open_answer("wrong_person")

    def action_open_record(self):
        """The opportunity, or the customer when there is none."""
        return self._get_record().get_formview_action()

    def _get_record(self):
        self.ensure_one()
        return self.lead_id or self.commercial_partner_id

    def _open_answer(self, answer):
        self.ensure_one()
        self._check_can_answer()
        return {
            "type": "ir.actions.act_window",
            "name": dict(self._fields["state"]._description_selection(self.env))[
                answer
            ],
            "res_model": "lifecycle.alert.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_alert_id": self.id, "default_answer": answer},
        }

    def _check_can_answer(self):
        """Whoever may see the alert may answer it: the record rules show salespeople
        their own and their team's. So may whoever may edit the opportunity.
        """
        for alert in self:
            lead = alert.sudo().lead_id.with_env(self.env)
            if not (alert.has_access("read") or (lead and lead.has_access("write"))):
                alert.check_access("read")

    # ------------------------------------------------------------
    # ANSWERING
    # ------------------------------------------------------------

    def _answer(self, state, now, **values):
        """Keep the answer of the current user; tell the programs.

        Callers have checked access. Alerts that somebody else has answered meanwhile
        are refused.

        :param values: answer_note, back_on, afterwards, colleague_id
        """
        alerts = self.sudo()
        if any(alert.state != "open" for alert in alerts):
            raise UserError(
                self.env._("Somebody has answered this alert already. Reload the page.")
            )
        alerts.write(
            {
                "state": state,
                "answered_at": now,
                "answered_by_id": self.env.uid,
                **values,
            }
        )
        if state == "taken":
            alerts._hand_to_current_user()
        elif state == "wrong_person" and values.get("colleague_id"):
            alerts._go_on_with_colleague(now)
        else:
            alerts._drop_activities()
        alerts._log({alert: alert._describe_answer() for alert in alerts})
        alerts._emit_answered(now)

    def _hand_to_current_user(self):
        """The call is theirs who took over, and so is an opportunity without owner."""
        user = self.env.user
        self.user_id = user
        self.escalation_activity_id.unlink()
        calls = self.activity_id.filtered(lambda call: call.user_id != user)
        calls.with_context(mail_activity_quick_update=True).user_id = user
        self.lead_id.filtered(
            lambda lead: not lead.user_id or not lead.user_id.active
        ).with_context(mail_auto_subscribe_no_notify=True).user_id = user

    def _go_on_with_colleague(self, now):
        """A new alert, about the right person, takes over call and opportunity."""
        # The old ones must be closed in the database too: one open at a time.
        self.flush_recordset(["state"])
        following = self.create(
            [
                alert._prepare_following_values(now)
                | {
                    "partner_id": alert.colleague_id.id,
                    "activity_id": alert.activity_id.id,
                }
                for alert in self
            ]
        )
        for alert in self:
            if alert.lead_id.partner_id == alert.partner_id:
                alert.lead_id.partner_id = alert.colleague_id
        self.escalation_activity_id.unlink()
        self.activity_id = False
        return following

    def _prepare_following_values(self, now):
        self.ensure_one()
        return {
            "enrolment_id": self.enrolment_id.id,
            "program_id": self.program_id.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "commercial_partner_id": self.commercial_partner_id.id,
            "lead_id": self.lead_id.id,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "alerted_at": now,
            "strength": self.strength,
            "reasons": self.reasons,
            "previous_id": self.id,
        }

    def _drop_activities(self):
        """Remove the calls that the answer made needless."""
        (self.activity_id | self.escalation_activity_id).filtered("active").unlink()

    def _log(self, bodies):
        """One note in the chatter of the opportunity or the customer.

        :param bodies: text or Markup per alert
        """
        on_lead = {alert.lead_id.id: body for alert, body in bodies.items()}
        on_lead.pop(False, None)
        self.env["crm.lead"].browse(on_lead)._message_log_batch(on_lead)
        on_customer = {
            alert.commercial_partner_id.id: body
            for alert, body in bodies.items()
            if not alert.lead_id
        }
        self.env["res.partner"].browse(on_customer)._message_log_batch(on_customer)

    def _emit_answered(self, now):
        self.env["lifecycle.event"]._emit(
            "alert_answered",
            [
                {
                    "partner_id": alert.partner_id.id,
                    "occurred_at": now,
                    "company_id": alert.company_id.id,
                    "payload": {
                        "answer": alert.state,
                        "back_on": fields.Date.to_string(alert.back_on) or None,
                        "afterwards": alert.afterwards or None,
                    },
                    "res_model": self._name,
                    "res_id": alert.id,
                    "unique_key": f"alert_answered/{alert.id}",
                }
                for alert in self
            ],
        )

    @api.model
    def _end_merged(self, sources, target):
        """Before contacts are merged: only one open alert of a customer can stay."""
        alerts = self.search(
            [
                ("commercial_partner_id", "in", (sources | target).ids),
                ("state", "=", "open"),
            ]
        )
        surplus = self.union(
            *(same[1:] for same in alerts.grouped("company_id").values())
        )
        surplus._overtake()

    def _overtake(self):
        """Close alerts that nobody has to answer any more."""
        self.write({"state": "overtaken"})
        self._drop_activities()
