from odoo import fields, models


class LifecycleContent(models.Model):
    _inherit = "lifecycle.content"

    def _log_download(self, partner):
        """The contact has downloaded this content.

        Called by whoever hands the file out: a page, a form, a lead's source.
        """
        self.ensure_one()
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
                    "occurred_at": fields.Datetime.now(),
                    "payload": payload,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for company_id in content.company_id.ids
                or events._get_company_ids(partner)
            ],
        )
