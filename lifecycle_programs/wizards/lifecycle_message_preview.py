from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..engine.errors import TemplateError
from ..engine.sms import sms_length
from ..models.lifecycle_message import TEXTS
from ..models.lifecycle_step_message import unpack_values


class LifecycleMessagePreview(models.TransientModel):
    """A message as a chosen contact would get it, or as somebody got it.

    Nothing is sent or written: personal links lead nowhere here, other links are not
    shortened.
    """

    _name = "lifecycle.message.preview"
    _description = "Message Preview"

    message_id = fields.Many2one(
        "lifecycle.message", required=True, ondelete="cascade", readonly=True
    )
    step_run_id = fields.Many2one(
        "lifecycle.step.run",
        string="As Sent",
        ondelete="cascade",
        readonly=True,
        help="Show the message as it was sent then.",
    )
    channel = fields.Selection(related="message_id.channel")
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        default=lambda self: self._default_partner_id(),
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Empty: the contact's.",
    )
    problem = fields.Text(compute="_compute_texts")
    missing = fields.Char(string="No Value For", compute="_compute_texts")
    subject = fields.Char(compute="_compute_texts")
    body = fields.Html(
        string="Mail", compute="_compute_texts", sanitize="email_outgoing"
    )
    plain = fields.Text(string="Plain Text", compute="_compute_texts")
    sms = fields.Text(string="SMS", compute="_compute_texts")
    sms_size = fields.Char(string="Length", compute="_compute_texts")

    @api.model
    def _default_partner_id(self):
        """Somebody who has been in the program, else the newest contact with mail."""
        message = self.env["lifecycle.message"].browse(
            self.env.context.get("default_message_id")
        )
        programs = message.step_ids.program_id
        return self.env["lifecycle.enrolment"].search(
            [("program_id", "in", programs.ids)], limit=1
        ).partner_id or self.env["res.partner"].search(
            [("email", "!=", False), ("is_company", "=", False)],
            order="id desc",
            limit=1,
        )

    @api.depends("message_id", "partner_id", "lang", "step_run_id")
    def _compute_texts(self):
        for preview in self:
            texts = preview._render()
            for name in ("problem", "missing", "subject", "body", "plain", "sms"):
                preview[name] = texts.get(name)
            preview.sms_size = texts.get("sms_size")

    # ------------------------------------------------------------
    # RENDERING
    # ------------------------------------------------------------

    def _render(self):
        self.ensure_one()
        sent = self.step_run_id.detail or {}
        if sent.get("body") and self.channel == "mail":
            return self._present(sent["subject"], sent["body"])
        if sent.get("body"):
            return {"sms": sent["body"]}
        if not self.partner_id:
            return {}
        enrolment = self.step_run_id.enrolment_id or self._get_enrolment()
        lang = sent.get("lang") or self.lang or enrolment._get_lang()
        message = self.message_id.with_context(lang=lang)
        templates = {text: message._compile(text) for text in TEXTS[self.channel]}
        names = set().union(*(one.variables for one in templates.values()))
        values = (
            unpack_values(sent["values"])
            if sent
            else self._get_values(enrolment, names, lang)
        )
        values |= {name: "#" for name in names if name.startswith("links.")}
        missing = sorted(name for name in names if values.get(name) is None)
        context = values | enrolment._get_format_values() | {"lang": lang}
        result = {"missing": ", ".join(missing)}
        try:
            texts = {
                text: template.render(context) for text, template in templates.items()
            }
        except TemplateError as error:
            return result | {"problem": str(error)}
        if self.channel == "sms":
            return result | self._present_sms(texts["body_text"], lang)
        step = self._get_step()
        body = step._drop_unsafe_links(texts["body"])
        frame = step._render_frame(self.message_id.category_id, lang)
        return result | self._present(texts["subject"], frame.fill(body, "#", "#"))

    def _present(self, subject, body):
        return {"subject": subject, "body": body, "plain": html2plaintext(body)}

    def _present_sms(self, text, lang):
        step = self._get_step()
        text = text.strip()
        if self.message_id.category_id.can_opt_out:
            # Stands for the personal link, which has about this length.
            path = "/lifecycle/s/xxxx.xxx.xxxxxxxxxxxx"
            url = self.env["lifecycle.link"]._get_url(path)
            text = f"{text}\n{step._get_sms_stop(lang, url)}"
        places, parts, encoding = sms_length(text)
        size = self.env._(
            "%(places)s places, %(parts)s SMS (%(encoding)s)",
            places=places,
            parts=parts,
            encoding=encoding,
        )
        return {"sms": text, "sms_size": size}

    def _get_step(self):
        """The step that the message is shown for."""
        return self.step_run_id.step_id or self.message_id.step_ids[-1:]

    def _get_enrolment(self):
        """The contact in the program of the message: as it is, or as it would be."""
        program = self._get_step().program_id
        enrolments = self.env["lifecycle.enrolment"]
        domain = [("program_id", "=", program.id)]
        own = enrolments.search(
            [*domain, ("partner_id", "=", self.partner_id.id)], limit=1
        )
        if own:
            return own
        # What somebody else's entry brought along is the best example there is.
        example = enrolments.search(domain, limit=1)
        return enrolments.new(
            {
                "program_id": program.id,
                "company_id": (program.company_id or self.env.company).id,
                "partner_id": self.partner_id.id,
                "commercial_partner_id": self.partner_id.commercial_partner_id.id,
                "payload": example.payload,
                "entered_at": fields.Datetime.now(),
            }
        )

    def _get_values(self, enrolment, names, lang):
        values = enrolment._get_values(names, fields.Datetime.now())[enrolment.id]
        step = self._get_step()
        content = self.env["lifecycle.content"].with_context(lang=lang)
        if step.content_kind:
            content = content.search(
                [("kind", "=", step.content_kind), ("lang", "in", [False, lang])],
                limit=1,
            )
        values |= {
            "content.title": content.name or None,
            "content.text": content.text or None,
            "content.link": content.link or None,
            "content.kind": content.kind or None,
        }
        if "offers" in names:
            values["offers"] = (enrolment.payload or {}).get("offers") or [
                {
                    "name": (offer.offered_product_id or offer.offered_categ_id).name,
                    "pitch": offer.pitch or None,
                    "link": offer.link or None,
                    "price": offer.offered_product_id.list_price or None,
                }
                for offer in step.program_id.offer_ids[:3]
            ]
        return values
