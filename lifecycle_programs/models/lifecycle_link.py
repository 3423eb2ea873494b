"""Personal links in messages: they say who says what, and nobody can make one up."""

import base64
import binascii
import hmac
import json

from odoo import api, models, tools

from ..engine.token import sign, verify

#: What a personal link is for, and its place in the public pages.
PURPOSES = {
    "unsubscribe": "unsubscribe",
    "no_thanks": "no-thanks",
    "answer": "answer",
    "guide": "guide",
}
# Of the signature in a short link: 72 bits, against the length of an SMS.
SHORT_SIGNATURE = 12
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class LifecycleLink(models.AbstractModel):
    """Makes and reads the tokens of personal links.

    A token is signed over its purpose and its parts, so that a link for one thing is
    worth nothing for another. It carries what it needs by itself: saying no works even
    after the contact has been deleted.
    """

    _name = "lifecycle.link"
    _description = "Personal Link"

    # ------------------------------------------------------------
    # LINKS IN MAILS
    # ------------------------------------------------------------

    @api.model
    def _make_url(self, purpose, *parts):
        """The address of the public page for a purpose.

        :param parts: what the link is about: ids and texts
        """
        token = self._make_token(purpose, *parts)
        return self._get_url(f"/lifecycle/{PURPOSES[purpose]}/{token}")

    @api.model
    def _make_token(self, purpose, *parts):
        content = json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()
        text = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
        return f"{text}.{sign(self._get_secret(), purpose, text)}"

    @api.model
    def _read_token(self, purpose, token):
        """The parts of a token as a list; None if we did not make it for this."""
        text, _dot, signature = (token or "").partition(".")
        if not verify(self._get_secret(), signature, purpose, text):
            return None
        try:
            padded = text + "=" * (-len(text) % 4)
            return json.loads(base64.urlsafe_b64decode(padded))
        except (binascii.Error, ValueError):
            return None

    # ------------------------------------------------------------
    # LINKS IN SMS
    # ------------------------------------------------------------

    @api.model
    def _make_short_url(self, enrolment, step):
        """The page where the reader of an SMS says no, as short as it can be."""
        text = f"{_base36(enrolment.id)}.{_base36(step.id)}"
        return self._get_url(f"/lifecycle/s/{text}.{self._sign_short(text)}")

    @api.model
    def _read_short(self, value):
        """The ids of the enrolment and the step; None if we did not make it."""
        text, _dot, signature = (value or "").rpartition(".")
        expected = self._sign_short(text)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        try:
            enrolment_id, step_id = (int(part, 36) for part in text.split("."))
        except ValueError:
            return None
        return enrolment_id, step_id

    @api.model
    def _sign_short(self, text):
        return sign(self._get_secret(), "sms", text)[:SHORT_SIGNATURE]

    # ------------------------------------------------------------

    @api.model
    def _get_url(self, path):
        return self._get_base() + path

    # A parameter is asked for by every link of every message: Odoo forgets these when
    # one is written.

    @api.model
    @tools.ormcache()
    def _get_base(self):
        return self.get_base_url().rstrip("/")

    @api.model
    @tools.ormcache()
    def _get_secret(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.secret")


def _base36(number):
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = DIGITS[rest] + text
        if not number:
            return text
