"""Webhook steps: another system is told, and may be waited for."""

import json
import re
import uuid
from datetime import timedelta

from odoo import api, fields, models

from .lifecycle_webhook_call import GIVE_UP
from .step_result import StepResult

# Longer than a call is tried.
PATIENCE = GIVE_UP + timedelta(hours=1)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    webhook_id = fields.Many2one(
        "lifecycle.webhook",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('company_id', '=', company_id)]",
        help="The address that is called, with the contact and what it entered with.",
    )
    webhook_facts = fields.Char(
        string="Customer data to send",
        help="Names with commas between them, such as orders.count, nps.score. Nothing "
        "but these, the contact's name and addresses and the values of the entry is "
        "sent.",
    )
    webhook_waits = fields.Boolean(
        string="Wait for the answer",
        help="The contact goes on when the other system has said yes, or when it has "
        "failed for a day. Otherwise at once.",
    )

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "webhook": {
                "label": self.env._("Call a webhook"),
                "icon": "fa-plug",
                "fields": ["webhook_id", "webhook_facts", "webhook_waits"],
            }
        }

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type != "webhook":
            return problems
        if not self.webhook_id:
            problems.append(self.env._("choose the webhook."))
        elif self.webhook_id.sudo().company_id != self.company_id:
            problems.append(self.env._("the webhook is of another company."))
        known = self.env["lifecycle.fact"]._facts()
        for name in self._get_webhook_facts():
            if name not in known:
                problems.append(self.env._("there is no customer data “%s”.", name))
        return problems

    def _describe_webhook(self):
        return self.webhook_id.name or ""

    def _get_webhook_facts(self):
        return [name for name in re.split(r"[,\s]+", self.webhook_facts or "") if name]

    # ------------------------------------------------------------
    # RUN
    # ------------------------------------------------------------

    def _run_webhook_batch(self, enrolments, now):
        """Write the calls that the queue sends; look at those that were waited for.

        :return: a `StepResult` per enrolment id
        """
        self.ensure_one()
        waiting = enrolments.filtered("waiting")
        arrived = enrolments - waiting
        results = self._get_answers(waiting, now)
        if not self.webhook_id.sudo().active:
            return results | {
                one.id: StepResult("skipped", "webhook_off") for one in arrived
            }
        calls = self._create_calls(arrived, now)
        for one, call in zip(arrived, calls, strict=True):
            if self.webhook_waits:
                results[one.id] = StepResult("wait", due_at=now + PATIENCE)
            else:
                results[one.id] = StepResult(values={"detail": {"call": call.key}})
        return results

    def _create_calls(self, enrolments, now):
        calls = self.env["lifecycle.webhook.call"].sudo()
        if not enrolments:
            return calls
        values = enrolments._get_values(self._get_webhook_facts(), now)
        calls = calls.create(
            [
                {
                    "webhook_id": self.webhook_id.id,
                    "company_id": enrolment.company_id.id,
                    "partner_id": enrolment.partner_id.id,
                    "enrolment_id": enrolment.id,
                    "step_id": self.id,
                    "visit": enrolment.visit,
                    "key": (key := str(uuid.uuid4())),
                    "body": json.dumps(
                        self._prepare_call(enrolment, values[enrolment.id], key, now),
                        default=str,
                    ),
                    "asked_at": now,
                    "next_try_at": now,
                }
                for enrolment in enrolments
            ]
        )
        calls._wake_sender()
        return calls

    def _prepare_call(self, enrolment, values, key, now):
        """The body of a call. An addon adds to it."""
        contact = enrolment.partner_id
        return {
            "id": key,
            "at": f"{now.isoformat(timespec='seconds')}Z",
            "program": self.program_id.code,
            "version": self.version_id.number,
            "step": self.key,
            "contact": {
                "id": contact.id,
                "reference": contact.ref or None,
                "name": contact.name,
                "email": contact.email_normalized or None,
                "phone": contact.phone_sanitized or None,
                "language": contact.lang or None,
                "customer_id": enrolment.commercial_partner_id.id,
                "customer": enrolment.commercial_partner_id.name,
            },
            "entry": enrolment.payload or {},
            "data": {name: _plain(value) for name, value in values.items()},
        }

    def _get_answers(self, enrolments, now):
        """What came of the calls that these wait for."""
        found = self.env["lifecycle.webhook.call"].search(
            [("enrolment_id", "in", enrolments.ids), ("step_id", "=", self.id)]
        )
        calls = {(call.enrolment_id.id, call.visit): call for call in found}
        results = {}
        for one in enrolments:
            call = calls.get((one.id, one.visit))
            if call and call.state == "waiting":
                results[one.id] = StepResult("wait", due_at=now + PATIENCE)
                continue
            # What follows is on time: the answer took as long as it took.
            one.scheduled_at = now
            detail = {"call": call.key, "status": call.status} if call else None
            done = call and call.state == "done"
            results[one.id] = StepResult(
                "done" if done else "skipped",
                "webhook_done" if done else "webhook_failed",
                values={"detail": detail},
            )
        return results


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _apply_waits(self, pairs, now):
        """Whoever waits for the answer of a webhook is due when it has come."""
        answered = [
            enrolment.id
            for enrolment, event in pairs
            if event.type_id.code == "webhook_answered"
            and enrolment.waiting
            and enrolment.step_id.type == "webhook"
        ]
        self.browse(answered).write({"due_at": now})
        return super()._apply_waits(pairs, now)


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    @api.model
    def _get_reason_words(self):
        return super()._get_reason_words() | {
            "webhook_off": self.env._("the webhook is switched off"),
            "webhook_done": self.env._("the other system has said yes"),
            "webhook_failed": self.env._("the other system did not say yes"),
        }


class LifecycleRuleUse(models.AbstractModel):
    _inherit = "lifecycle.rule.use"

    @api.model
    def _rule_fields(self):
        fields_by_model = super()._rule_fields()
        texts = fields_by_model["lifecycle.step"]
        return fields_by_model | {"lifecycle.step": (*texts, "webhook_facts")}


def _plain(value):
    """A value as JSON knows it; numbers as numbers."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return int(number) if number.is_integer() else number
