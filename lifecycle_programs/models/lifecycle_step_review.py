"""Draft steps, and companies that want to be asked: one way to hold messages."""

from odoo import api, fields, models

from .lifecycle_step_message import Draft, pack_values, unpack_values
from .step_result import StepResult


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    release = fields.Selection(
        [("send", "Send"), ("review", "Hold for review")],
        string="When it is due",
        required=True,
        default="send",
        help="Held messages are written for real contacts and wait under “Waiting for "
        "review”, until somebody approves or drops them one by one.",
    )

    @api.model
    def _step_types(self):
        types = super()._step_types()
        return types | {
            code: types[code] | {"fields": [*types[code]["fields"], "release"]}
            for code in ("mail", "sms", "message", "survey")
        }

    @api.model
    def _gate_checks(self):
        return ["_gate_mode", *super()._gate_checks()]

    def _gate_mode(self, batch):
        """A company may keep its programs from writing at all. What nobody can say no
        to, invoices and legal notices, goes all the same."""
        if self.env.company.lifecycle_sending == "never" and batch.category.can_opt_out:
            for enrolment in batch.enrolments:
                batch.skip(enrolment, "never")

    def _needs_review(self):
        asks = self.env.company.lifecycle_sending == "ask"
        return self.release == "review" or (
            asks and self.message_id.category_id.can_opt_out
        )

    def _prepare_drafts(self, enrolments, channel, now):
        """As without reviews, for messages that need none. What was held leaves only
        after somebody has approved it, whatever the step or the company says now."""
        reviews = enrolments._get_reviews(self, channel)
        results = {}
        approved_ids = set()
        for enrolment_id, review in reviews.items():
            if review.state == "dropped":
                results[enrolment_id] = StepResult("skipped", "dropped")
            elif review.state in ("approved", "refused"):
                # Refused once, another channel may be under review meanwhile.
                approved_ids.add(enrolment_id)
            else:
                results[enrolment_id] = StepResult("wait", "review", holds=True)
        approved = enrolments.filtered(lambda one: one.id in approved_ids)
        fresh = enrolments.filtered(lambda one: one.id not in reviews)
        drafts = []
        if approved:
            drafts, refused = self._release_drafts(approved, reviews, channel, now)
            results |= refused
        if fresh:
            new, refused = super()._prepare_drafts(fresh, channel, now)
            results |= refused
            if self._needs_review():
                results |= self._hold_for_review(new, now)
            else:
                drafts += new
        return drafts, results

    def _hold_for_review(self, drafts, now):
        """Keep the finished texts, and let their enrolments stand still."""
        self.env["lifecycle.review"].sudo().create(
            [
                {
                    "enrolment_id": draft.enrolment.id,
                    "visit": draft.enrolment.visit,
                    "step_id": self.id,
                    "program_id": self.program_id.id,
                    "company_id": self.env.company.id,
                    "partner_id": draft.partner_id,
                    "message_id": self.message_id.id,
                    "address": draft.address,
                    "lang": draft.lang,
                    "texts": {name: str(text) for name, text in draft.texts.items()},
                    "detail": pack_values(draft.values),
                    "content_id": draft.content.id,
                    "grant_id": draft.grant.id,
                    "held_at": now,
                }
                for draft in drafts
            ]
        )
        if drafts:
            self.program_id._ask_for_review()
        return {
            draft.enrolment.id: StepResult("wait", "review", holds=True)
            for draft in drafts
        }

    def _release_drafts(self, enrolments, reviews, channel, now):
        """What leaves is what was read, to whom the checks let through now."""
        addresses, refused = self._gate(enrolments, channel, now)
        for enrolment_id, result in refused.items():
            if result.outcome == "skipped":
                reviews[enrolment_id].state = "refused"
        drafts = []
        for enrolment, address in addresses.items():
            reviews[enrolment.id].state = "sent"
            drafts.append(reviews[enrolment.id]._make_draft(enrolment, address))
        return drafts, refused


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _get_reviews(self, step, channel):
        """The reviews of the messages that these enrolments stand at, for a channel, by
        the id of the enrolment. A step keeps its key in another version."""
        reviews = (
            self.env["lifecycle.review"]
            .sudo()
            .search(
                [
                    ("enrolment_id", "in", self.ids),
                    ("step_id.key", "=", step.key),
                    ("channel", "=", channel),
                ]
            )
        )
        return {
            review.enrolment_id.id: review
            for review in reviews
            if review.enrolment_id.visit == review.visit
        }


class LifecycleReview(models.Model):
    _inherit = "lifecycle.review"

    def _make_draft(self, enrolment, address):
        return Draft(
            enrolment=enrolment,
            partner_id=enrolment.partner_id.id,
            channel=self.channel,
            address=address,
            lang=self.lang,
            content=self.content_id,
            grant=self.grant_id,
            values=unpack_values(self.detail or {}),
            texts=self.texts,
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_sending = fields.Selection(
        [
            ("automate", "Automate"),
            ("ask", "Ask me first"),
            ("never", "Never"),
        ],
        string="Messages of Programs",
        required=True,
        default="automate",
        help="“Ask me first” holds every message until somebody approves it, “Never” "
        "leaves them all out. Billing and legal messages go in any case.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_sending = fields.Selection(
        related="company_id.lifecycle_sending", readonly=False
    )
