"""Web push to the browsers of customers who have allowed it.

Devices, keys and encryption are Odoo's. The queue is not: Odoo's forgets a message that
did not get through, and another channel has to hear of it.
"""

import json
import logging
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.mail.tools.web_push import (
    DeviceUnreachableError,
    push_to_end_point,
)

from ..engine.webhook import Refused, check_url, post
from .lifecycle_retry import run_in_batches
from .portal_address import PUSH

_logger = logging.getLogger(__name__)

BATCH = 20
#: Browsers of one customer that get pushes; of more, those that came last.
MAX_DEVICES = 5
#: Minutes until the next try, while a push service does not answer.
RETRY_MINUTES = (2, 10, 30)
#: Seconds that a push service keeps a message for a device that is off.
KEEP = 24 * 3600
MAX_TEXT = 240
# Set where the push service is in the company's own network.
PRIVATE = "lifecycle_programs.push_private"
VAPID = "mail.web_push_vapid_"


class Session:
    """Stands for the session that Odoo's `push_to_end_point` posts with.

    The address comes from a browser, so it is checked as that of a webhook is: a name
    is resolved once, and nothing in our own network is called.

    :ivar answer: what came back last, an `engine.webhook.Answer`
    """

    def __init__(self, allow_private):
        self.allow_private = allow_private
        self.answer = None

    def post(self, endpoint, headers, data, timeout):
        headers = headers | {
            "Content-Type": "application/octet-stream",
            "TTL": str(KEEP),
        }
        self.answer = post(endpoint, data, headers, allow_private=self.allow_private)
        return self

    @property
    def status_code(self):
        return self.answer.status or 0

    @property
    def text(self):
        return self.answer.error


class LifecyclePush(models.Model):
    """A push message on its way to the devices of a contact.

    A row goes when a device has taken the message. When none takes it, its trace fails,
    which is what brings it to the next channel.
    """

    _name = "lifecycle.push"
    _description = "Push Message"
    _order = "due_at, id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    trace_id = fields.Many2one("mailing.trace", required=True, ondelete="cascade")
    payload = fields.Json(required=True)
    due_at = fields.Datetime(required=True)
    tries = fields.Integer(default=0)

    _due = models.Index("(due_at)")
    _trace_once = models.UniqueIndex("(trace_id)")

    # ------------------------------------------------------------
    # QUEUE
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """A few messages per transaction: what was taken is committed soon after."""
        now = fields.Datetime.now()
        run_in_batches(
            self.env, lambda: self._send_due(now), lambda: self._count_due(now)
        )

    @api.model
    def _get_due_domain(self, now):
        stopped = self.env["res.company"]._get_lifecycle_stopped()
        return [("due_at", "<=", now), ("company_id", "not in", stopped.ids)]

    @api.model
    def _count_due(self, now):
        return self.search_count(self._get_due_domain(now))

    @api.model
    def _send_due(self, now, limit=BATCH):
        """Send some of what is due; the caller commits.

        :return: how many messages were dealt with
        """
        due = self.search(self._get_due_domain(now), limit=limit).try_lock_for_update()
        for push in due.filtered(lambda one: one.due_at <= now):
            push._send(now)
        return len(due)

    def _send(self, now):
        """To every device of the contact. The notification has a tag: a device that
        gets it twice shows it once."""
        self.ensure_one()
        devices = self.partner_id.lifecycle_push_device_ids
        answers = [self._push(device) for device in devices[:MAX_DEVICES]]
        if any(answer and answer.is_done for answer in answers):
            self.trace_id.set_sent()
            self.unlink()
        elif self.tries < len(RETRY_MINUTES) and any(
            answer and answer.is_passing for answer in answers
        ):
            wait = timedelta(minutes=RETRY_MINUTES[self.tries])
            self.write({"tries": self.tries + 1, "due_at": now + wait})
            self._wake(now + wait)
        else:
            self._fail()

    def _push(self, device):
        """Send to one device; forget it when its push service does not know it.

        :return: `engine.webhook.Answer`, or None when it was not called
        """
        params = self.env["ir.config_parameter"].sudo()
        private_key = params.get_param(f"{VAPID}private_key")
        if not private_key:
            # As in a copied database. The device can be asked once there is one.
            return None
        session = Session(params.get_param(PRIVATE) == "True")
        try:
            push_to_end_point(
                base_url=self.get_base_url(),
                device={"endpoint": device.endpoint, "keys": device.keys},
                payload=json.dumps(self.payload),
                vapid_private_key=private_key,
                vapid_public_key=params.get_param(f"{VAPID}public_key"),
                session=session,
            )
        except DeviceUnreachableError:
            device.unlink()
            return None
        except (Refused, ValueError) as error:
            # What the browser gave is no address, or no key.
            _logger.info("Device %s is forgotten: %s", device.id, error)
            device.unlink()
            return None
        return session.answer

    def _fail(self):
        """No device took it. Whoever has found it in the inbox meanwhile has it; for
        the others it is not there any more, because it comes another way."""
        trace = self.trace_id
        self.unlink()
        inbox = self.env["lifecycle.portal.message"].search(
            [("trace_id", "=", trace.id)]
        )
        if inbox.read_at:
            return
        inbox.unlink()
        trace.set_failed(failure_type="unknown")

    @api.model
    def _wake(self, at=None):
        self.env.ref("lifecycle_programs.ir_cron_send_pushes").sudo()._trigger(at)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _deliver(self, drafts, channel, now):
        """A push announces a message in the inbox."""
        if channel != PUSH:
            return super()._deliver(drafts, channel, now)
        results = self._create_portal_messages(drafts, PUSH, now)
        traces = [results[draft.enrolment.id].values["trace_id"] for draft in drafts]
        inbox = self.env["lifecycle.portal.message"].sudo()
        messages = {
            message.trace_id.id: message
            for message in inbox.search([("trace_id", "in", traces)])
        }
        self.env["lifecycle.push"].sudo().create(
            [
                {
                    "partner_id": draft.partner_id,
                    "company_id": self.env.company.id,
                    "trace_id": trace_id,
                    "payload": self._prepare_push(draft, messages[trace_id]),
                    "due_at": now,
                }
                for draft, trace_id in zip(drafts, traces, strict=True)
            ]
        )
        self.env["lifecycle.push"].sudo()._wake()
        return results

    def _prepare_push(self, draft, message):
        """As Odoo's own notifications are, so that any of its workers can show it."""
        text = draft.texts["body_text"].strip()
        return {
            "title": message.subject,
            "options": {
                "body": text[:MAX_TEXT],
                "icon": f"/logo.png?company={self.env.company.id}",
                "lang": draft.lang.replace("_", "-"),
                "tag": f"lifecycle-{message.id}",
                "data": {"url": f"/my/inbox/{message.id}"},
            },
        }


class MailPushDevice(models.Model):
    _inherit = "mail.push.device"

    lifecycle_portal = fields.Boolean(
        string="Customer Portal",
        readonly=True,
        help="A customer has allowed messages of programs on this device.",
    )

    @api.model
    def _lifecycle_register(self, partner, endpoint, keys, public_key):
        """Keep a browser that a customer has allowed messages on.

        :return: whether it can be used
        """
        params = self.env["ir.config_parameter"].sudo()
        texts = [endpoint, *(keys or {}).values()]
        if (
            not self._verify_vapid_public_key(public_key)
            or set(keys or {}) != {"p256dh", "auth"}
            or not all(isinstance(text, str) and len(text) < 1000 for text in texts)
        ):
            return False
        try:
            check_url(endpoint, allow_private=params.get_param(PRIVATE) == "True")
        except Refused:
            return False
        values = {
            "partner_id": partner.id,
            "keys": json.dumps(keys),
            "lifecycle_portal": True,
        }
        devices = self.sudo()
        device = devices.search([("endpoint", "=", endpoint)])
        if device:
            device.write(values)
        else:
            devices.create(values | {"endpoint": endpoint})
        own = [("partner_id", "=", partner.id), ("lifecycle_portal", "=", True)]
        devices.search(own, order="id desc", offset=MAX_DEVICES).unlink()
        return True

    @api.model
    def _lifecycle_forget(self, partner, endpoint):
        """A customer does not want messages on this browser any more."""
        self.sudo().search(
            [("partner_id", "=", partner.id), ("endpoint", "=", endpoint)]
        ).unlink()


class ResPartner(models.Model):
    _inherit = "res.partner"

    lifecycle_push_device_ids = fields.One2many(
        "mail.push.device",
        "partner_id",
        domain=[("lifecycle_portal", "=", True)],
        groups="base.group_system",
    )
