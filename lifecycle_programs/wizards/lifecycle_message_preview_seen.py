from odoo import models


class LifecycleMessagePreview(models.TransientModel):
    _inherit = "lifecycle.message.preview"

    def onchange(self, values, field_names, fields_spec):
        # The preview is a form that is looked at and never saved.
        self.env["lifecycle.gallery"]._note_seen()
        return super().onchange(values, field_names, fields_spec)
