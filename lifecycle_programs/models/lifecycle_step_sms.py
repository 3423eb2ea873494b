"""SMS steps: drafts become rows of Odoo's SMS queue, with traces, in one batch."""

import re
from uuid import uuid4

from odoo import api, models

from .bulk_insert import insert_rows, take_ids

# Stands for the link to say no, which differs from contact to contact.
URL_MARK = "lifecycle-url"


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _run_sms_batch(self, enrolments, now):
        return self._send(enrolments, "sms", now)

    def _create_sms(self, drafts):
        """Put the SMS into the queue, and wake it."""
        mailing = self._ensure_mailing()
        queue = self.env["sms.sms"].sudo()
        rows = self._prepare_sms_rows(drafts, mailing)
        insert_rows(queue, rows)
        traces = self._insert_sms_traces(rows, drafts)
        self._trigger_queue("sms.ir_cron_sms_scheduler_action")
        message = self.message_id
        keeps_text = not message.category_id.can_opt_out
        numbers = [row["number"] for row in rows]
        prices = self.env["lifecycle.sms.price"]._get_prices(numbers)
        return {
            draft.enrolment.id: draft.prepare_result(
                message,
                trace,
                columns=self._count_sms(row["body"], prices[row["number"]]),
                **({"body": row["body"]} if keeps_text else {}),
            )
            for draft, row, trace in zip(drafts, rows, traces, strict=True)
        }

    def _prepare_sms_rows(self, drafts, mailing):
        # What is the same for all is asked once.
        queue = self.env["sms.sms"].sudo()
        short_link = self._get_short_link()
        same = {
            "mailing_id": mailing.id,
            "lifecycle_sender": self._get_sms_sender() or None,
        }
        if "record_company_id" in queue._fields:
            # Which Twilio account sends it.
            same["record_company_id"] = self.env.company.id
        return [
            {
                "id": sms_id,
                "uuid": uuid4().hex,
                "partner_id": draft.partner_id,
                "number": draft.address,
                "body": _name_sms(short_link, text, sms_id),
                **same,
            }
            for draft, text, sms_id in zip(
                drafts,
                self._compose_sms(drafts),
                take_ids(queue, len(drafts)),
                strict=True,
            )
        ]

    def _get_short_link(self):
        return re.compile(re.escape(self.get_base_url()) + r"/r/\w+")

    def _insert_sms_traces(self, rows, drafts):
        """Insert the traces of SMS, and what ties both together: numbers, no relation.

        :param rows: of `_prepare_sms_rows`
        """
        traces = self.env["mailing.trace"]
        trackers = self.env["sms.tracker"].sudo()
        campaign = self._ensure_mailing().campaign_id
        ids = take_ids(traces, len(rows))
        made = insert_rows(
            traces,
            [
                {
                    "id": trace_id,
                    "trace_type": "sms",
                    "model": "res.partner",
                    "res_id": draft.partner_id,
                    "mass_mailing_id": row["mailing_id"],
                    "campaign_id": campaign.id or None,
                    "sms_number": draft.address,
                    "sms_id_int": row["id"],
                    "sms_code": traces._get_random_code(),
                }
                for trace_id, row, draft in zip(ids, rows, drafts, strict=True)
            ],
        )
        insert_rows(
            trackers,
            [
                {
                    "id": tracker_id,
                    "sms_uuid": row["uuid"],
                    "mailing_trace_id": trace_id,
                }
                for tracker_id, row, trace_id in zip(
                    take_ids(trackers, len(rows)), rows, ids, strict=True
                )
            ],
        )
        return made

    def _compose_sms(self, drafts):
        """The texts, with the link to say no where that can be said."""
        texts = [draft.texts["body_text"].strip() for draft in drafts]
        if not self.message_id.category_id.can_opt_out:
            return texts
        make = self.env["lifecycle.link"]._make_short_url
        stop = {
            lang: self.with_context(lang=lang)._get_sms_stop(URL_MARK)
            for lang in {draft.lang for draft in drafts}
        }
        return [
            f"{text}\n{stop[draft.lang].replace(URL_MARK, make(draft.enrolment, self))}"
            for text, draft in zip(texts, drafts, strict=True)
        ]

    @api.model
    def _get_sms_stop(self, url):
        return self.env._("Stop: %(url)s", url=url)


def _name_sms(short_link, text, sms_id):
    """Odoo finds the trace of a click by the id of the SMS. (Its own method takes a
    full stop after the link for a part of it.)"""
    return short_link.sub(lambda found: f"{found[0]}/s/{sms_id}", text)
