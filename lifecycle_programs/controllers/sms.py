"""Where a carrier hands on the SMS that people send us."""

import json

from odoo import fields, http
from odoo.http import request

MAX_BYTES = 64 * 1024
MAX_KEY = 200
# How carriers call the parts of a message, without case and underscores.
NUMBER = ("from", "sender", "msisdn", "originator", "source", "fromnumber")
TEXT = ("text", "body", "message", "content", "cleantext")
KEY = ("id", "messageid", "messagesid", "msgid", "smsmessagesid", "uuid")
# Where JSON keeps several messages.
LISTS = ("results", "messages", "items", "data")


class LifecycleSms(http.Controller):
    @http.route(
        "/lifecycle/sms/inbound",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def inbound(self, **_post):
        """One SMS as a form, or one or several as JSON. The token comes as
        ``Authorization: Bearer``, or as ``token`` in the address where the carrier can
        do no better."""
        company = request.env["res.company"]._lifecycle_find_by_sms_token(_get_token())
        if not company:
            return _answer(403, "the token is not valid")
        if (request.httprequest.content_length or 0) > MAX_BYTES:
            return _answer(413, "too long")
        messages = [_read_message(one) for one in _get_messages()]
        if not messages or not all(messages):
            return _answer(400, "from, text and id are needed")
        now = fields.Datetime.now()
        inbound = request.env["lifecycle.sms.inbound"].sudo()
        states = [inbound._receive(company, *one, now) for one in messages]
        return _answer(200, *states)


def _get_token():
    header = request.httprequest.headers.get("Authorization", "")
    kind, _space, token = header.partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    return request.httprequest.args.get("token")


def _get_messages():
    """The messages of the request, as dictionaries."""
    if request.httprequest.mimetype != "application/json":
        return [request.httprequest.form.to_dict()]
    try:
        content = json.loads(request.httprequest.get_data(as_text=True))
    except ValueError:
        return []
    if isinstance(content, dict):
        content = next(
            (content[key] for key in LISTS if isinstance(content.get(key), list)),
            [content],
        )
    return content if isinstance(content, list) else []


def _read_message(given):
    """The number, the text and the id of a message; None if one is missing."""
    if not isinstance(given, dict):
        return None
    values = {
        key.lower().replace("_", "").replace("-", ""): str(value)
        for key, value in given.items()
        if isinstance(value, str | int)
    }
    number, text, key = (
        next((values[name] for name in names if name in values), None)
        for names in (NUMBER, TEXT, KEY)
    )
    if not number or text is None or not key or len(key) > MAX_KEY:
        return None
    return number, text, key


def _answer(status, *states):
    return request.make_json_response({"status": list(states)}, status=status)
