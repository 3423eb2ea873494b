"""Handing out guides: who downloads one becomes a contact, and the download counts."""

from odoo import fields, http
from odoo.http import request
from odoo.tools import email_normalize

from ..engine.automatic import is_automatic_click
from .pages import invalid, note_open, read_sent, render

MAX_NAME = 100


def consent_text(env):
    """What stands beside the box of the form, in the reader's language."""
    return env._("I would like to get more on this by mail. I can say no at any time.")


class LifecycleGuide(http.Controller):
    @http.route(
        "/lifecycle/guide/<int:content_id>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
    )
    def guide(self, content_id, **post):
        """The public form. It answers the same whether the address is known or not,
        and whether this is the first time that it is sent or the thousandth."""
        content = self._get_guide(content_id)
        if not content:
            return invalid()
        if request.httprequest.method == "GET":
            return self._render_form(content)
        name = " ".join((post.get("name") or "").split())[:MAX_NAME]
        email = email_normalize(post.get("email") or "")
        if not name or not email:
            return self._render_form(content, problem=True, post=post)
        # Only machines fill in a field that people do not see.
        if not post.get("homepage") and self._is_welcome():
            partner = self._find_or_create(content, name, email, post.get("consent"))
            content._log_download(partner, once_a_day=True)
        return self._redirect(content)

    @http.route(
        "/lifecycle/guide/<token>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def guide_of_contact(self, token, **_post):
        """The link in a message: straight to the guide. A scanner that looks at the
        mail has downloaded nothing."""
        parts = request.env["lifecycle.link"]._read_token("guide", token)
        if not parts:
            return invalid()
        content = self._get_guide(parts[0])
        if not content:
            return invalid()
        sent = read_sent(parts[1:])
        asked = request.httprequest
        if sent and not is_automatic_click(asked.method, asked.user_agent.string):
            enrolment, step = sent
            note_open(enrolment, step).trace_id.set_clicked()
            company = enrolment.company_id
            content.with_company(company)._log_download(enrolment.partner_id)
        return self._redirect(content)

    # ------------------------------------------------------------

    def _get_guide(self, content_id):
        content = request.env["lifecycle.content"].sudo().browse(content_id).exists()
        is_guide = content.active and content.kind == "guide"
        link = (content.link or "").lower()
        if is_guide and link.startswith(("https://", "http://", "/")):
            return content
        return content.browse()

    def _is_welcome(self):
        visitors = request.env["lifecycle.guide.visitor"].sudo()
        address = request.httprequest.remote_addr or ""
        return visitors._is_welcome(address, fields.Datetime.now())

    def _redirect(self, content):
        return request.redirect(content.link, code=303, local=False)

    def _render_form(self, content, problem=False, post=None):
        return render(
            "page_guide",
            company=content.company_id,
            content=content.with_context(**request.env.context),
            consent_text=consent_text(request.env),
            problem=problem,
            post=post or {},
        )

    def _find_or_create(self, content, name, email, consent):
        """The contact with this address. A new one is a lead too, and gets marketing
        only with consent. A known one keeps what it has said: anybody can type in
        anybody's address."""
        company = content.company_id or request.env.company
        partners = request.env["res.partner"].sudo().with_company(company)
        known = partners.search(
            [
                ("email_normalized", "=", email),
                ("company_id", "in", [False, company.id]),
            ],
            order="is_company, id",
            limit=1,
        )
        marketing = request.env.ref("lifecycle_programs.lifecycle_category_marketing")
        if known:
            self._note_consent(known, company, email, marketing, consent)
            return known
        partner = partners.create(
            {"name": name, "email": email, "lang": request.env.lang or False}
        )
        request.env["crm.lead"].sudo().with_company(company).create(
            {
                "name": content.name,
                "type": "lead",
                "partner_id": partner.id,
                "contact_name": name,
                "email_from": email,
                "user_id": False,
            }
        )
        if consent:
            self._note_consent(partner, company, email, marketing, consent)
        else:
            request.env["lifecycle.opt.out"].sudo().with_company(company)._opt_out(
                email, category=marketing, partner=partner, source="form"
            )
        return partner

    def _note_consent(self, partner, company, email, category, consent):
        """Somebody has ticked the box for this address."""
        if consent:
            request.env["lifecycle.consent"].sudo().with_company(company)._note_yes(
                email, category, partner, "form", consent_text(request.env)
            )
