import functools
import html
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import is_html_empty

from ..engine.template import compile_template
from .lifecycle_rules import ENROLMENT_FACTS
from .lifecycle_values import MESSAGE_VALUES
from .speaking import in_user_language

CHANNELS = [
    ("mail", "Email"),
    ("sms", "SMS"),
    ("in_app", "Customer portal"),
    ("push", "Push"),
]
# Not one channel, but the first in the order of the category that reaches the contact.
ORDER = "order"
# The texts of each channel.
TEXTS = {
    "mail": ("subject", "body"),
    "sms": ("body_text",),
    "in_app": ("subject", "body"),
    "push": ("subject", "body_text"),
    ORDER: ("subject", "body", "body_text"),
}
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)

# Sending compiles the same few texts again and again, in batches and one by one.
compile_cached = functools.lru_cache(maxsize=512)(compile_template)


def template_source(body):
    """The Jinja2 source of a sanitised HTML text.

    Sanitising writes ``{% if a > b %}`` as ``{% if a &gt; b %}``. Inside placeholders
    that is undone; what they put out is escaped when the message is rendered.
    """
    return PLACEHOLDER.sub(lambda match: html.unescape(match[0]), str(body or ""))


class LifecycleMessage(models.Model):
    """What a message step sends: Jinja2 texts per language, channel, category."""

    _name = "lifecycle.message"
    _description = "Program Message"
    _order = "name, id"

    name = fields.Char(required=True)
    channel = fields.Selection(
        [*CHANNELS, (ORDER, "By the order of the category")],
        required=True,
        default="mail",
        help="By the order of the category: the first channel that is allowed and "
        "possible for the contact, of those that the message has a text for.",
    )
    category_id = fields.Many2one(
        "lifecycle.category",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.ref(
            "lifecycle_programs.lifecycle_category_marketing", raise_if_not_found=False
        ),
    )
    subject = fields.Char(
        translate=True,
        help="Placeholders such as {{ contact.first_name }} work here and in the text.",
    )
    # Whole-text translation, unlike Odoo's default for HTML: a language may need other
    # blocks and conditions, not just other words.
    body = fields.Html(
        translate=True,
        sanitize="email_outgoing",
        sanitize_tags=True,
        sanitize_attributes=True,
        sanitize_style=True,
        help="Only the text itself: logo, address and the links to say no are added.",
    )
    body_text = fields.Text(
        string="Short Text",
        translate=True,
        help="The text of an SMS or a push message, with the same placeholders as a "
        "mail.",
    )
    step_ids = fields.One2many("lifecycle.step", "message_id", string="Steps")
    is_published = fields.Boolean(
        compute="_compute_is_published",
        help="A published version uses this message, so it does not change any more.",
    )

    @api.depends("step_ids.version_id.state")
    def _compute_is_published(self):
        for message in self:
            message.is_published = any(
                version.state != "draft" for version in message.step_ids.version_id
            )

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    @api.constrains("channel", "subject", "body", "body_text")
    def _check_texts(self):
        """Every text in every language compiles, and names only what there is."""
        languages = self.env["res.lang"].get_installed()
        for message in self:
            for code, language in languages:
                message.with_context(lang=code)._check_texts_in(language)

    @in_user_language
    def _check_texts_in(self, language):
        for text in TEXTS[self.channel]:
            for problem in self._find_template_problems(
                text, self._get_source(text), language
            ):
                raise ValidationError(
                    self.env._(
                        "%(message)s, %(field)s in %(language)s, line %(line)s: "
                        "%(problem)s",
                        message=self.name,
                        field=self._fields[text]._description_string(self.env),
                        language=language,
                        line=problem.line or 1,
                        problem=problem.message,
                    )
                )

    def _get_known_names(self):
        """The names that texts may use, besides numbers of programs and links."""
        facts = self.env["lifecycle.fact"]._facts()
        entry = self.env["lifecycle.event.type"]._payload_facts("entry")
        return {*facts, *entry, *ENROLMENT_FACTS, *MESSAGE_VALUES}

    def _is_known(self, name, known):
        space, _dot, key = name.partition(".")
        if space == "links":
            return key.isidentifier()
        if space == "param":
            # A message stands alone until a step uses it.
            parameters = self.step_ids.program_id.parameter_ids
            return key in parameters.mapped("code") if self.step_ids else bool(key)
        return name in known

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

    def write(self, vals):
        fixed = {"channel", "category_id", "subject", "body", "body_text"}
        if fixed & vals.keys() and any(message.is_published for message in self):
            raise UserError(
                self.env._(
                    "This message is in use and stays as it was sent. Edit the steps "
                    "of its program: that makes a draft with a copy of the message."
                )
            )
        return super().write(vals)

    # ------------------------------------------------------------
    # RENDERING
    # ------------------------------------------------------------

    def _has_texts(self, channel):
        """Whether all is there that the channel needs."""
        self.ensure_one()
        return all(not is_html_empty(self[text]) for text in TEXTS[channel])

    def _get_source(self, text):
        """The Jinja2 source of one of the texts, in the language of the context."""
        self.ensure_one()
        if text == "body":
            return template_source(self.body)
        return self[text] or ""

    def _compile(self, text):
        """The compiled template of one of the texts."""
        return compile_cached(self._get_source(text), html=text == "body")

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_preview(self):
        """Show the message as a contact would get it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "lifecycle.message.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_id": self.id},
        }
