"""Messages that wait for a person to read them before they leave."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_message import CHANNELS

ACTIVITY = "lifecycle_programs.mail_activity_type_review"


class LifecycleReview(models.Model):
    """A message as it was rendered for one contact, held for review.

    States: ``waiting`` -> ``approved`` (leaves as soon as the checks before sending let
    it) -> ``sent``; ``waiting`` -> ``dropped`` (the program goes on without it);
    ``gone`` when the contact left the program first, ``refused`` when a check kept an
    approved message back.
    """

    _name = "lifecycle.review"
    _description = "Message Held for Review"
    _order = "held_at, id"
    _rec_name = "subject"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", required=True, ondelete="cascade", readonly=True
    )
    visit = fields.Integer(required=True, readonly=True)
    step_id = fields.Many2one(
        "lifecycle.step", required=True, ondelete="cascade", readonly=True
    )
    program_id = fields.Many2one(
        "lifecycle.program",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    message_id = fields.Many2one(
        "lifecycle.message", required=True, ondelete="cascade", readonly=True
    )
    channel = fields.Selection(CHANNELS, compute="_compute_channel", store=True)
    address = fields.Char(string="To", required=True, readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    texts = fields.Json(readonly=True, help="The texts as they would leave.")
    detail = fields.Json(readonly=True, help="The values that the texts were made of.")
    content_id = fields.Many2one("lifecycle.content", ondelete="set null")
    grant_id = fields.Many2one("lifecycle.grant", ondelete="set null")
    subject = fields.Char(compute="_compute_subject", store=True)
    body = fields.Html(
        string="Text", compute="_compute_body", sanitize="email_outgoing"
    )
    state = fields.Selection(
        [
            ("waiting", "Waits"),
            ("approved", "Approved"),
            ("sent", "Sent"),
            ("dropped", "Dropped"),
            ("refused", "Kept back"),
            ("gone", "Left the program"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    held_at = fields.Datetime(string="Since", required=True, readonly=True)
    decided_at = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)

    _once = models.UniqueIndex("(enrolment_id, visit, channel)")
    _open = models.Index("(program_id) WHERE state = 'waiting'")

    @api.depends("address")
    def _compute_channel(self):
        get_channel = self.env["lifecycle.opt.out"]._get_channel
        for review in self:
            review.channel = get_channel(review.address)

    @api.depends("texts")
    def _compute_subject(self):
        for review in self:
            texts = review.texts or {}
            text = texts.get("body_text") or ""
            review.subject = texts.get("subject") or text.partition("\n")[0]

    @api.depends("texts")
    def _compute_body(self):
        for review in self:
            texts = review.texts or {}
            text = texts.get("body_text") or ""
            review.body = (
                Markup(texts["body"]) if "body" in texts else Markup("<p>%s</p>") % text
            )

    # ------------------------------------------------------------
    # DECIDE
    # ------------------------------------------------------------

    def action_approve(self):
        """Let these messages go, and no others. They pass the checks before sending
        when they leave, not now."""
        return self._decide("approved")

    def action_drop(self):
        """These messages never leave; their programs go on after them."""
        return self._decide("dropped")

    def _decide(self, state):
        # Whoever may edit programs may let them write; reading is for everybody.
        self.program_id.check_access("write")
        now = fields.Datetime.now()
        # Locked, so that two people do not decide at the same moment.
        reviews = self.sudo().try_lock_for_update()
        reviews = reviews.filtered(
            lambda one: one.state == "waiting" and one.enrolment_id.state == "active"
        )
        reviews.write(
            {"state": state, "decided_at": now, "decided_by_id": self.env.uid}
        )
        reviews.enrolment_id.write({"due_at": now})
        reviews.program_id._settle_review_activity()
        self.env["lifecycle.enrolment"].sudo()._wake_runner(now)
        return True


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    review_count = fields.Integer(
        string="Wait for review", compute="_compute_review_count"
    )

    def _compute_review_count(self):
        counts = self._count_reviews()
        for program in self:
            program.review_count = counts.get(program, 0)

    def _count_reviews(self):
        """How many messages of each program wait."""
        return dict(
            self.env["lifecycle.review"]._read_group(
                [("program_id", "in", self.ids), ("state", "=", "waiting")],
                ["program_id"],
                ["__count"],
            )
        )

    def action_open_reviews(self):
        return self._open("lifecycle_review_action", search_default_waiting=1)

    def _ask_for_review(self):
        """A task for the owner, one at a time however many messages wait."""
        kind = self.env.ref(ACTIVITY)
        for program in self.sudo():
            if program.user_id and kind not in program.activity_ids.activity_type_id:
                program.activity_schedule(
                    ACTIVITY,
                    summary=self.env._("Messages wait for your review"),
                    user_id=program.user_id.id,
                )

    def _settle_review_activity(self):
        programs = self.sudo()
        waiting = programs._count_reviews()
        done = programs.filtered(lambda program: program not in waiting)
        done.activity_unlink([ACTIVITY])


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _leave(self, state, reason, now):
        # Nobody need read what does not leave any more.
        waiting = (
            self.env["lifecycle.review"]
            .sudo()
            .search(
                [
                    ("enrolment_id", "in", self.ids),
                    ("state", "in", ("waiting", "approved")),
                ]
            )
        )
        waiting.write({"state": "gone"})
        waiting.program_id._settle_review_activity()
        return super()._leave(state, reason, now)


class LifecyclePrivacy(models.AbstractModel):
    _inherit = "lifecycle.privacy"

    @api.model
    def _get_sections(self, partner, addresses):
        return [
            *super()._get_sections(partner, addresses),
            (
                "reviews",
                "lifecycle.review",
                [("partner_id", "=", partner.id)],
                ("held_at", "address", "texts", "state", "decided_at"),
            ),
        ]

    @api.model
    def _get_erasing(self, partner, addresses):
        return [
            *super()._get_erasing(partner, addresses),
            SQL("DELETE FROM lifecycle_review WHERE partner_id = %s", partner.id),
        ]
