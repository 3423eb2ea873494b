from odoo import api, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _lifecycle_create(self, rows):
        """Activities that programs give to people, in one batch and without a mail:
        they stand on the record and in the list of activities.

        :param rows: list of (record, values)
        :return: the activities, in the same order
        """
        for name in {record._name for record, _values in rows}:
            # Read at once what Odoo reads of each record in turn, its name.
            same = [record.id for record, _values in rows if record._name == name]
            self.env[name].browse(same).mapped("display_name")
        return self.with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                    "automated": True,
                    **values,
                }
                for record, values in rows
            ]
        )
