import base64
import json

from odoo import fields, models
from odoo.exceptions import UserError


class LifecyclePrivacyWizard(models.TransientModel):
    """A person asks what we know, or wants to be forgotten."""

    _name = "lifecycle.privacy.wizard"
    _description = "Export or Erase a Person"

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)
    keep_refusals = fields.Boolean(
        string="Remember whom not to write to",
        default=True,
        help="Opt-outs keep their address, so that nobody writes to it again by "
        "mistake, from an old list for example.",
    )
    erases_contact = fields.Boolean(
        string="Make the contact itself unrecognisable",
        help="Name, addresses and picture go, and the contact is archived. Orders and "
        "invoices stay with it: the books need them.",
    )
    confirmed = fields.Boolean(string="Yes, erase. It cannot be undone.")

    def action_export(self):
        """Make the file with all that the programs know about the contact."""
        self.ensure_one()
        self.check_access("write")
        self.partner_id.check_access("read")
        export = self.env["lifecycle.privacy"].sudo()._export(self.partner_id.sudo())
        text = json.dumps(export, ensure_ascii=False, indent=2, default=str)
        self.file = base64.b64encode(text.encode())
        self.file_name = f"contact-{self.partner_id.id}.json"
        return self._show()

    def action_erase(self):
        """Forget the person; what is counted stays without a name."""
        self.ensure_one()
        self.check_access("write")
        self.partner_id.check_access("write")
        if not self.confirmed:
            raise UserError(self.env._("Confirm first that this cannot be undone."))
        partner = self.partner_id.sudo()
        if self.erases_contact and partner.with_context(active_test=False).user_ids:
            raise UserError(
                self.env._("This contact has a login. Remove the user first.")
            )
        privacy = self.env["lifecycle.privacy"].sudo()
        privacy._erase(partner, fields.Datetime.now(), self.keep_refusals)
        if self.erases_contact:
            privacy._anonymise_contact(partner)
        partner.message_post(
            body=self.env._("What the programs knew about this person was erased."),
            subtype_xmlid="mail.mt_note",
        )
        return {"type": "ir.actions.act_window_close"}

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export or erase"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
