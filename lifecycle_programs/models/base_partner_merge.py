from odoo import fields, models
from odoo.tools import SQL

from .res_partner import MERGING

# The models that know the customer beside the contact.
WITH_CUSTOMER = ("lifecycle.enrolment", "lifecycle.grant", "lifecycle.alert")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """What can exist once only is brought to an end first: Odoo's update is generic
        and would fail, or delete the source's rows together with their history."""
        now = fields.Datetime.now()
        self.env["lifecycle.enrolment"].sudo().search(
            [("partner_id", "in", src_partners.ids), ("state", "=", "active")]
        )._leave("exited", "merged", now)
        customer = dst_partner.commercial_partner_id
        for model in ("lifecycle.grant", "lifecycle.alert"):
            self.env[model].sudo()._end_merged(src_partners, customer)
        self.env.flush_all()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        for model in WITH_CUSTOMER:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE %s SET commercial_partner_id = %s
                     WHERE partner_id = %s AND commercial_partner_id <> %s
                    """,
                    SQL.identifier(self.env[model]._table),
                    customer.id,
                    dst_partner.id,
                    customer.id,
                )
            )
            self.env[model].invalidate_model(["commercial_partner_id"])
        return result

    def _update_values(self, src_partners, dst_partner):
        """The strictest wish wins: what one of the contacts has said no to, the merged
        contact has, whichever of the addresses it keeps."""
        preferences = self.env["lifecycle.preferences"].sudo()
        wishes = preferences._get_wishes(src_partners | dst_partner)
        result = super()._update_values(
            src_partners, dst_partner.with_context(**{MERGING: True})
        )
        preferences._keep_wishes(wishes, dst_partner)
        return result
