"""What the editor of messages in the web client asks while a message is written."""

from dataclasses import asdict, replace

from markupsafe import Markup, escape

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import email_normalize, email_split, html2plaintext

from ..engine import RuleError, to_condition
from ..engine.phone import normalise_phone
from .lifecycle_message import ORDER, TEXTS
from .speaking import in_user_language

MARKETER = "lifecycle_programs.group_lifecycle_marketer"
USER = "lifecycle_programs.group_lifecycle_user"
MAX_CHARACTERS = 300_000


class LifecycleMessageEditor(models.AbstractModel):
    """The server side of the message form.

    ``form`` is what the form holds unsaved: ``channel``, ``category_id``, ``subject``,
    ``body``, ``body_text``, in the language of the user.
    """

    _name = "lifecycle.message.editor"
    _description = "Message Editor"

    @api.model
    def _get_message(self, message_id, group=USER):
        """The message, for a user who may see it; an empty one when it is new."""
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(self.env._("Only people who work with programs may."))
        message = self.env["lifecycle.message"].browse(
            int(message_id) if message_id else []
        )
        message.check_access("read")
        return message

    @api.model
    def _read_form(self, form):
        """What of a form is looked at, in the types that are expected."""
        form = form or {}
        read = {
            name: str(form[name] or "")[:MAX_CHARACTERS]
            for name in ("subject", "body", "body_text")
            if name in form
        }
        if form.get("channel") in TEXTS:
            read["channel"] = form["channel"]
        category = self.env["lifecycle.category"].browse(
            int(form.get("category_id") or 0)
        )
        if category.exists():
            read["category_id"] = category.id
        return read

    @api.model
    def _get_partner(self, message, partner_id):
        partner = self.env["res.partner"].browse(int(partner_id or 0)).exists()
        partner.check_access("read")
        return partner or message._get_example_partner()

    # ------------------------------------------------------------
    # WRITING
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_setup(self, message_id, channel):
        """What can be inserted, what values are called, and the languages.

        :rtype: dict
        """
        message = self._get_message(message_id)
        user = self.env.user
        return {
            "groups": message._get_insert_groups(channel),
            "labels": message._get_labels(),
            "languages": [
                {"code": code, "name": name}
                for code, name in self.env["res.lang"].get_installed()
            ],
            "address": user.email or "",
            "phone": user.phone or "",
            "can_send": user.has_group(MARKETER),
        }

    @api.model
    @in_user_language
    def preview(self, message_id, form=None, partner_id=False, lang=False):
        """The message of a form as a contact would get it, and what is wrong with it.

        :return: ``contact`` (id and name), ``lang``, ``subject``, ``html`` (a whole
            document), ``plain``, ``sms``, ``size`` (places, parts, encoding, cost),
            ``short`` (``sms`` and ``size`` of a message that also goes by SMS),
            ``missing`` (labels), ``error`` and ``problems`` (severity, text, language,
            message, line, column, found, replacement)
        :rtype: dict
        """
        message = self._get_message(message_id)
        form = self._read_form(form)
        partner = self._get_partner(message, partner_id)
        example = message._render_example(partner, self._check_lang(lang), form)
        labels = message._get_labels()
        return {
            "contact": {"id": partner.id, "name": partner.display_name or ""},
            "lang": example.lang,
            "subject": example.subject,
            "html": self._make_document(example),
            "plain": example.plain,
            "sms": example.sms,
            "size": self._prepare_size(message, partner, example),
            "short": self._preview_short(message, partner, example.lang, form),
            "missing": [labels.get(name, name) for name in example.missing],
            "error": example.error
            and {
                "message": str(example.error),
                "text": example.text,
                "found": example.error.found,
            },
            "problems": [
                asdict(problem)
                | {"place": message._fields[problem.text]._description_string(self.env)}
                for problem in message._find_problems(form)
            ],
        }

    def _prepare_size(self, message, partner, example):
        if not example.size:
            return example.size
        places, parts, encoding = example.size
        cost = message._say_sms_cost(partner, example.size)
        return {"places": places, "parts": parts, "encoding": encoding, "cost": cost}

    def _preview_short(self, message, partner, lang, form):
        """The SMS beside the mail, of a message that takes the channels of its
        category; None when it takes none or has no short text."""
        category = message.category_id
        if form.get("category_id"):
            category = category.browse(form["category_id"])
        if (
            message._get_channel(form) != ORDER
            or "sms" not in category._get_channels()
            or not form.get("body_text", message.body_text)
        ):
            return None
        example = message._render_example(partner, lang, form | {"channel": "sms"})
        if example.error:
            return None
        size = self._prepare_size(message, partner, example)
        return {"sms": example.sms, "size": size}

    def _check_lang(self, lang):
        return lang if lang in dict(self.env["res.lang"].get_installed()) else None

    def _make_document(self, example):
        """The mail as a page of its own, for a frame in which nothing runs."""
        if not example.body:
            return ""
        return Markup(
            '<!DOCTYPE html><html lang="%s"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            '<base target="_blank"><title>%s</title></head>'
            '<body style="margin:0">%s</body></html>'
        ) % (
            example.lang.replace("_", "-"),
            example.subject,
            # It was made of a sanitised text; values in it are escaped.
            Markup(example.body),
        )

    @api.model
    @api.readonly
    @in_user_language
    def make_condition(self, rule, message_id):
        """A rule as the condition of a block.

        :return: ``condition``, or ``problem`` in words
        :rtype: dict
        """
        message = self._get_message(message_id)
        place = self.env["lifecycle.rule.editor"]._place(
            "lifecycle.message", message.id, "body"
        )
        try:
            condition = to_condition(str(rule or ""), place.facts, place.macros)
        except RuleError as error:
            return {"problem": str(error)}
        return {"condition": condition}

    # ------------------------------------------------------------
    # TEST
    # ------------------------------------------------------------

    @api.model
    @in_user_language
    def send_test(self, message_id, form, partner_id, lang, address):
        """Send the message of a form to somebody who wants to see it, as the contact
        would get it. It is marked as a test, belongs to no program and is tracked
        nowhere; its personal links lead nowhere.

        :param address: mail address or phone number
        :return: the address to which it goes
        :rtype: str
        """
        message = self._get_message(message_id, MARKETER)
        form = self._read_form(form)
        partner = self._get_partner(message, partner_id)
        example = message._render_example(partner, self._check_lang(lang), form)
        if example.error:
            raise UserError(str(example.error))
        if example.sms:
            return self._send_test_sms(example, partner, address)
        if not example.body:
            raise UserError(self.env._("Choose a contact to see the message as."))
        return self._send_test_mail(example, partner, address)

    def _send_test_mail(self, example, partner, address):
        email = email_normalize(str(address or ""))
        if not email or len(email_split(str(address))) != 1:
            raise ValidationError(self.env._("Give one mail address."))
        note = self.env._(
            "This is a test: the message as %(contact)s would get it. Personal links "
            "lead nowhere.",
            contact=partner.display_name,
        )
        body = Markup('<p style="%s">%s</p>%s') % (
            "margin:0;padding:8px 12px;background-color:#fff3cd;color:#664d03;"
            "font-family:sans-serif;font-size:13px;",
            note,
            Markup(example.body),
        )
        company = self.env.company
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("[Test] %s", example.subject),
                "body_html": body,
                "body": escape(html2plaintext(note)),
                "email_from": company.lifecycle_sender_email or company.email_formatted,
                "reply_to": self.env.user.email_formatted,
                "email_to": email,
                "author_id": self.env.user.partner_id.id,
                "message_type": "email_outgoing",
                "is_notification": True,
                "auto_delete": True,
                "state": "outgoing",
            }
        )
        self.env["lifecycle.step"]._trigger_queue("mail.ir_cron_mail_scheduler_action")
        return email

    def _send_test_sms(self, example, partner, address):
        number = normalise_phone(
            str(address or ""), self.env.company.country_id.code or None
        )
        if not number:
            raise ValidationError(
                self.env._("Give one phone number, with its country code.")
            )
        self.env["sms.sms"].sudo().create(
            {
                "number": number,
                "body": self.env._("[Test] %s", example.sms),
                "state": "outgoing",
            }
        )
        return number


class LifecycleRuleEditor(models.AbstractModel):
    _inherit = "lifecycle.rule.editor"

    @api.model
    def _places(self):
        return super()._places() | {("lifecycle.message", "body"): "enrolment"}

    @api.model
    def _place(self, model, res_id, field, form=None):
        place = super()._place(model, res_id, field, form)
        if model != "lifecycle.message":
            return place
        # A message is written long after the event that let the contact in.
        facts = {
            name: fact
            for name, fact in place.facts.items()
            if not name.startswith("event.")
        }
        return replace(place, facts=facts)

    @api.model
    def _program_of(self, record, program_id):
        if record._name == "lifecycle.message":
            program = record.step_ids.program_id[:1]
            program.check_access("read")
            return program
        return super()._program_of(record, program_id)
