"""SMS steps: drafts become rows of Odoo's SMS queue, with traces, in one batch."""

import re
from uuid import uuid4

from odoo import Command, api, models

from .step_result import StepResult


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _run_sms_batch(self, enrolments, now):
        if not self.message_id:
            return {one.id: StepResult("skipped", "no_message") for one in enrolments}
        drafts, results = self._prepare_drafts(enrolments, "sms", now)
        if drafts:
            results |= self._create_sms(drafts)
        return results

    def _create_sms(self, drafts):
        """Put the SMS into the queue; creating them wakes it."""
        mailing = self._ensure_mailing()
        rows = (
            self.env["sms.sms"]
            .sudo()
            .create([self._prepare_sms_values(draft, mailing) for draft in drafts])
        )
        # Odoo finds the trace of a click by the id of the SMS. (Its own method takes a
        # full stop after the link for a part of it.)
        short_link = re.compile(re.escape(self.get_base_url()) + r"/r/\w+")
        for sms in rows:
            sms.body = short_link.sub(rf"\g<0>/s/{sms.id}", sms.body)
        # Between an SMS and its trace there is a number, no relation.
        traces = self.env["mailing.trace"].search([("sms_id_int", "in", rows.ids)])
        trace_by_sms = {trace.sms_id_int: trace for trace in traces}
        keeps_text = not self.message_id.category_id.can_opt_out
        return {
            draft.enrolment.id: draft.prepare_result(
                self.message_id,
                trace_by_sms[sms.id],
                **({"body": sms.body} if keeps_text else {}),
            )
            for draft, sms in zip(drafts, rows, strict=True)
        }

    def _prepare_sms_values(self, draft, mailing):
        partner = draft.enrolment.partner_id
        uuid = uuid4().hex
        return {
            "uuid": uuid,
            "partner_id": partner.id,
            "number": draft.address,
            "body": self._compose_sms(draft),
            "mailing_id": mailing.id,
            "mailing_trace_ids": [
                Command.create(
                    {
                        "trace_type": "sms",
                        "model": "res.partner",
                        "res_id": partner.id,
                        "mass_mailing_id": mailing.id,
                        "sms_number": draft.address,
                        "sms_tracker_ids": [Command.create({"sms_uuid": uuid})],
                    }
                )
            ],
        }

    def _compose_sms(self, draft):
        """The text, with the link to say no where that can be said."""
        text = draft.texts["body_text"].strip()
        if not self.message_id.category_id.can_opt_out:
            return text
        url = self.env["lifecycle.link"]._make_short_url(draft.enrolment, self)
        return f"{text}\n{self._get_sms_stop(draft.lang, url)}"

    @api.model
    def _get_sms_stop(self, lang, url):
        env = self.with_context(lang=lang).env
        return env._("Stop: %(url)s", url=url)
