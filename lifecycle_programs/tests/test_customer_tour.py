"""A customer with a telephone: from a mail to what one gets, in a real browser."""

import json

import lxml.html

from odoo.tests import HttpCase, new_test_user, tagged

from .mailbox_common import smtp_server
from .messages_common import CATEGORY, MessageCommon

PHONE = "390x844"
# The public pages stand alone, without Odoo's tours: a frame as wide as the telephone
# is followed from page to page.
CHANGE = """
    const status = "[role=status]";
    const frame = document.createElement("iframe");
    frame.style.cssText = "position:fixed;inset:0;width:100vw;height:100vh;border:0";
    const loaded = () => new Promise((done) => {
        const tell = () => done(frame.contentDocument);
        frame.addEventListener("load", tell, { once: true });
    });
    const find = (page) => page.querySelector(`input[value="${BOX}"]`);
    const fits = (page) => {
        if (page.documentElement.scrollWidth > page.documentElement.clientWidth) {
            throw new Error("The page is wider than the telephone");
        }
    };
    (async () => {
        let page = loaded();
        frame.src = location.href;
        document.body.append(frame);
        page = await page;
        fits(page);
        const box = find(page);
        if (!box.checked || page.querySelector(status)) {
            throw new Error("Nothing should have changed yet");
        }
        box.closest("label").click();
        const changed = loaded();
        page.querySelector("button[value=save]").click();
        page = await changed;
        fits(page);
        const told = page.querySelector(status).textContent;
        if (!told.includes(TOLD) || find(page).checked) {
            throw new Error(`Not confirmed: ${told}`);
        }
        console.log("test successful");
    })();
"""


@tagged("lifecycle", "post_install", "-at_install")
class TestCustomer(MessageCommon, HttpCase):
    browser_size = PHONE
    touch_enabled = True

    def get_mail(self, partner, body):
        """The HTML of a mail as it arrives, and its step."""
        step = self.make_mail_step(self.make_message(body))
        self.enrol(step, partner)
        self.run_due()
        self.env["ir.mail_server"].search([]).active = False
        servers = self.env.registry["ir.mail_server"]
        self.patch(servers, "_disable_send", lambda server: False)
        with smtp_server() as (mailbox, port):
            self.env["ir.mail_server"].create(
                {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            self.env["mail.mail"].process_email_queue()
        (mail,) = mailbox.mails
        html = mail.get_body(("html",)).get_content()
        return lxml.html.fromstring(html), step

    def path_of(self, page, part):
        """The address of the link that has this in it, on this server."""
        hrefs = [href for href in page.xpath("//a/@href") if part in href]
        self.assertTrue(hrefs, part)
        return hrefs[0].removeprefix(self.env["lifecycle.step"].get_base_url())

    def test_from_a_mail_to_what_one_gets(self):
        """R140: without a login, on a telephone: seen, changed, confirmed."""
        partner = self.make_contact()
        page, step = self.get_mail(partner, "<p>Hello</p>")
        path = self.path_of(page, "/lifecycle/unsubscribe/")
        marketing = self.env.ref(f"{CATEGORY}marketing")
        values = (
            f"const BOX = {json.dumps(f'{marketing.id}:mail')};"
            f"const TOLD = {json.dumps(marketing.name)};"
        )
        self.browser_js(path, values + CHANGE, "document.readyState === 'complete'")
        opt_out = self.env["lifecycle.opt.out"].search([])
        self.assertEqual(opt_out.address, partner.email)
        self.assertEqual(opt_out.category_id, marketing)
        self.assertEqual(opt_out.source, "page")

    def test_from_a_tracked_link_to_the_portal(self):
        """With a login: a link of the mail leads through the tracker to the inbox, and
        from there to what one gets (R75, R140)."""
        user = new_test_user(self.env, "portal_liisa", "base.group_portal")
        partner = user.partner_id
        partner.write({"name": "Liisa Virtanen", "email": "liisa@example.com"})
        page, step = self.get_mail(partner, '<p><a href="/my/inbox">All of it</a></p>')
        path = self.path_of(page, "/r/")
        message = self.make_message(
            "<p>Your tent is <b>ready</b>.</p>",
            subject="Your tent is ready",
            channel="in_app",
            category="service",
        )
        other = self.make_mail_step(message, step={"type": "message"}, code="ready")
        self.enrol(other, partner)
        self.run_due()
        self.start_tour(path, "lifecycle_programs_customer", login=user.login)
        inbox = self.env["lifecycle.portal.message"].search(
            [("partner_id", "=", partner.id)]
        )
        self.assertTrue(inbox.read_at)
        self.assertEqual(inbox.trace_id.trace_status, "open")
        mail = self.enrolment_of(partner, step.program_id).step_run_ids.trace_id
        click = self.env["link.tracker.click"].search([])
        self.assertEqual(click.mailing_trace_id, mail)
        opt_out = self.env["lifecycle.opt.out"].search([])
        self.assertEqual(opt_out.address, f"in_app:{partner.id}")
        self.assertEqual(opt_out.category_id, self.env.ref(f"{CATEGORY}service"))
