from odoo import api, models


class LifecycleMessagePreview(models.TransientModel):
    _inherit = "lifecycle.message.preview"

    def onchange(self, values, field_names, fields_spec):
        # The preview is a form that is looked at and never saved.
        self.env["lifecycle.gallery"]._note_seen()
        return super().onchange(values, field_names, fields_spec)


class LifecycleMessageEditor(models.AbstractModel):
    _inherit = "lifecycle.message.editor"

    @api.model
    def preview(self, message_id, form=None, partner_id=False, lang=False):
        seen = super().preview(message_id, form, partner_id, lang)
        # A new message has nothing in it yet.
        if message_id and (seen["html"] or seen["sms"]):
            self.env["lifecycle.gallery"]._note_seen()
        return seen
