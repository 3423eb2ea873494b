"""What the public pages have in common.

They work without a login and without the website addon. A token says who is there; a
link that we did not make shows the same page as one whose contact is gone.
"""

from odoo.http import request


def render(page, lang=None, company=None, status=200, **values):
    """A page in the reader's language, with the company's name on it."""
    languages = dict(request.env["res.lang"].sudo().get_installed())
    if lang in languages:
        request.update_context(lang=lang)
    company = (company or request.env.company).sudo()
    response = request.render(
        f"lifecycle_programs.{page}",
        {
            "company": company.with_context(**request.env.context),
            "html_lang": (request.env.context.get("lang") or "en_US").replace("_", "-"),
            **values,
        },
    )
    response.status_code = status
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def invalid():
    """For a forged, cut or outdated link."""
    return render("page_invalid", status=404)


def note_open(enrolment, step):
    """Whoever used the link of a message has opened it.

    :return: the step run that sent the message, if it is known
    """
    run = (
        request.env["lifecycle.step.run"]
        .sudo()
        .search(
            [
                ("enrolment_id", "=", enrolment.id),
                ("step_id", "=", step.id),
                ("outcome", "=", "done"),
            ],
            limit=1,
        )
    )
    run.trace_id.set_opened()
    return run


def read_sent(parts):
    """The enrolment and the step of a message; None when they are gone."""
    enrolment_id, step_id = parts
    enrolment = request.env["lifecycle.enrolment"].sudo().browse(enrolment_id).exists()
    step = request.env["lifecycle.step"].sudo().browse(step_id).exists()
    return (enrolment, step) if enrolment and step else None
