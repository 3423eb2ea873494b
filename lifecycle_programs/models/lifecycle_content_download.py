from odoo import fields, models


class LifecycleContent(models.Model):
    _inherit = "lifecycle.content"

    def _log_download(self, partner, once_a_day=False):
        """The contact has downloaded this content.

        Called by whoever hands the file out: a page, a form, a lead's source.

        :param once_a_day: for a form in which anybody can type in anybody's address:
            however often it is sent, a program hears of it once, and mails once
        """
        self.ensure_one()
        now = fields.Datetime.now()
        content = self.sudo()
        events = self.env["lifecycle.event"]
        payload = {"guide": content.with_context(lang="en_US").name}
        if content.topic_id:
            payload["topic"] = content.topic_id.code
        events._emit(
            "guide_downloaded",
            [
                {
                    "partner_id": partner.id,
                    "company_id": company_id,
                    "occurred_at": now,
                    "payload": payload,
                    "res_model": self._name,
                    "res_id": self.id,
                    "unique_key": f"guide_downloaded/{self.id}/{partner.id}"
                    f"/{company_id}/{now.date()}"
                    if once_a_day
                    else None,
                }
                for company_id in content.company_id.ids
                or events._get_company_ids(partner)
            ],
        )
