"""Saying no, saying yes again, and answering with one click."""

from odoo import fields, http
from odoo.http import request

from .pages import invalid, note_open, read_sent, render


def public(path, **options):
    """A page that needs no login; the token in its address is what counts, so there is
    no session to protect (csrf) or to keep."""
    return http.route(
        path, type="http", auth="public", csrf=False, save_session=False, **options
    )


class LifecyclePreferences(http.Controller):
    # ------------------------------------------------------------
    # PREFERENCES
    # ------------------------------------------------------------

    @public("/lifecycle/unsubscribe/<token>", methods=["GET", "POST"])
    def unsubscribe(self, token, **post):
        """GET shows the page and changes nothing: mail scanners open every link. POST
        is the page's form, or the one click of a mail program (RFC 8058)."""
        parts = request.env["lifecycle.link"]._read_token("unsubscribe", token)
        if not parts:
            return invalid()
        # Links of the first release name no program.
        category_id, partner_id, company_id, address, program_id = [*parts, 0][:5]
        return self._preferences(
            address,
            request.env["lifecycle.category"].sudo().browse(category_id).exists(),
            request.env["res.partner"].sudo().browse(partner_id).exists(),
            request.env["res.company"].sudo().browse(company_id).exists(),
            request.env["lifecycle.program"].sudo().browse(program_id).exists(),
        )

    @public("/lifecycle/s/<value>", methods=["GET", "POST"])
    def unsubscribe_sms(self, value, **post):
        """The same page for the short link of an SMS."""
        parts = request.env["lifecycle.link"]._read_short(value)
        sent = read_sent(parts) if parts else None
        if not sent:
            return invalid()
        enrolment, step = sent
        run = note_open(enrolment, step)
        address = run.address or enrolment.partner_id.phone_sanitized
        if not address:
            return invalid()
        return self._preferences(
            address,
            step.message_id.category_id,
            enrolment.partner_id,
            enrolment.company_id,
            enrolment.program_id,
        )

    def _preferences(self, address, category, partner, company, program):
        company = company or request.env.company
        preferences = (
            request.env["lifecycle.preferences"]
            .sudo()
            .with_company(company)
            .with_context(lang=partner.lang or request.env.lang)
        )
        category = category.with_env(preferences.env)
        addresses = preferences._get_addresses(partner, address)
        changes = []
        if request.httprequest.method == "POST":
            form = request.httprequest.form
            changes = preferences._apply_form(addresses, form, partner, program)
            is_one_click = form.get("List-Unsubscribe") == "One-Click"
            if is_one_click or form.get("action", "unsubscribe") == "unsubscribe":
                # When the category of the message is gone, the no is to marketing.
                meant = category or preferences._get_categories().filtered("is_capped")
                # Who cannot choose in a mail program means all: the message that does
                # not come by mail any more is not to come as an SMS.
                meant_for = addresses.values() if is_one_click else [address]
                changes = [
                    change
                    for one in meant_for
                    for change in preferences._unsubscribe(
                        one,
                        meant.filtered("can_opt_out"),
                        partner,
                        source="one_click" if is_one_click else "page",
                    )
                ]
        return render(
            "page_preferences",
            lang=partner.lang,
            company=company,
            changes=changes,
            **preferences._prepare_page(
                addresses, fields.Datetime.now(), address, category, program
            ),
        )

    # ------------------------------------------------------------
    # ONE PROGRAM
    # ------------------------------------------------------------

    @public("/lifecycle/no-thanks/<token>", methods=["GET", "POST"])
    def no_thanks(self, token, **post):
        parts = request.env["lifecycle.link"]._read_token("no_thanks", token)
        if not parts:
            return invalid()
        program_id, partner_id, address = parts
        program = request.env["lifecycle.program"].sudo().browse(program_id).exists()
        partner = request.env["res.partner"].sudo().browse(partner_id).exists()
        done = request.httprequest.method == "POST"
        if done and program:
            request.env["lifecycle.opt.out"].sudo()._opt_out(
                address, program=program, partner=partner
            )
        return render(
            "page_no_thanks",
            lang=partner.lang,
            company=program.company_id,
            done=done,
        )

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    @public("/lifecycle/answer/<token>", methods=["GET", "POST"])
    def answer(self, token, **post):
        """A link that stands for an answer; the button on its page gives it."""
        parts = request.env["lifecycle.link"]._read_token("answer", token)
        sent = read_sent(parts[:2]) if parts else None
        if not sent:
            return invalid()
        enrolment, step = sent
        answer = parts[2]
        done = request.httprequest.method == "POST"
        if done:
            self._give_answer(enrolment, step, answer)
        return render(
            "page_answer",
            lang=enrolment.partner_id.lang,
            company=enrolment.company_id,
            answer=answer,
            plain_answer=answer.replace("_", " ").capitalize(),
            done=done,
        )

    def _give_answer(self, enrolment, step, answer):
        run = note_open(enrolment, step)
        now = fields.Datetime.now()
        program = enrolment.program_id
        request.env["lifecycle.event"].sudo()._emit(
            "answer_given",
            [
                {
                    "partner_id": enrolment.partner_id.id,
                    "company_id": enrolment.company_id.id,
                    "occurred_at": now,
                    "payload": {
                        "answer": answer,
                        "program": program.code,
                        "step": step.key,
                    },
                    "res_model": enrolment._name,
                    "res_id": enrolment.id,
                    # Pressing twice is one answer.
                    "unique_key": f"answer:{enrolment.id}:{step.id}:{answer}"
                    f":{now.date()}",
                }
            ],
        )
        address = run.address or enrolment.partner_id.email_normalized
        if answer == "no_thanks" and address:
            request.env["lifecycle.opt.out"].sudo()._opt_out(
                address, program=program, partner=enrolment.partner_id
            )
