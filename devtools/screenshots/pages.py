"""What is taken, and how the picture is reached."""

from dataclasses import dataclass

from .steps import PROGRAM, STEPS

DESKTOP = (1400, 900)
PHONE = (390, 844)
#: People of the demo; their password is their login.
SALESPERSON = "sofia"
ADMIN = "admin"
RESCUE = ("lifecycle.program", [("code", "=", "rescue")], "id")
UPSELL = ("lifecycle.program", [("code", "=", "upsell")], "id")
INSIDE = (
    "lifecycle.enrolment",
    [("program_id.code", "=", "rescue"), ("state", "=", "active")],
    "id",
)
#: Somebody who came back with a discount.
CUSTOMER = ("lifecycle.grant", [("state", "=", "used")], "partner_id")
MESSAGE = ("lifecycle.message", [("name", "=", "Rescue: a benefit")], "id")


@dataclass(frozen=True)
class Page:
    """One picture.

    :ivar name: of the file under docs/images
    :ivar path: of the page; ``{id}`` stands for the record's id
    :ivar ready: CSS selector of what has to be on the page
    :ivar record: model, domain and field; the field of the first record is the id
    :ivar clicks: CSS selectors of what is clicked before, one after the other
    :ivar until_gone: CSS selector of what has to have left the page
    :ivar part: CSS selector of what is photographed; the whole window without it
    :ivar size: width and height of the window, in pixels
    :ivar login: who looks
    """

    name: str
    path: str
    ready: str
    record: tuple | None = None
    clicks: tuple = ()
    until_gone: str | None = None
    part: str | None = None
    size: tuple = DESKTOP
    login: str = ADMIN


PAGES = (
    # First: with it all steps of the banner above the programs are done.
    Page(
        "message",
        "/odoo/lifecycle-messages/{id}",
        "iframe.o_lifecycle_preview_mail",
        record=MESSAGE,
    ),
    Page(
        "dashboard",
        "/odoo/lifecycle",
        ".o_lifecycle_page .o_lifecycle_programs",
        clicks=(".o_lifecycle_filters [data-period='365']",),
        until_gone=".opacity-50",
        size=(1400, 1680),
    ),
    Page(
        "programs",
        "/odoo/lifecycle-programs",
        ".o_kanban_record:not(.o_kanban_ghost)",
    ),
    Page(
        "program",
        "/odoo/lifecycle-programs/{id}",
        ".o_form_view .o_lifecycle_card",
        record=RESCUE,
        size=(1400, 1100),
    ),
    Page(
        "canvas",
        "/odoo/lifecycle-programs/{id}",
        ".o_form_view .o_lifecycle_card",
        record=RESCUE,
        part=".o_lifecycle_canvas",
        size=(1500, 1300),
    ),
    Page("gallery", "/odoo/lifecycle-gallery", ".o_lifecycle_gallery_card"),
    Page(
        "week",
        "/odoo/lifecycle-week",
        ".o_lifecycle_forecast table",
        size=(1400, 560),
    ),
    Page(
        "rehearsal",
        "/odoo/lifecycle-programs/{id}",
        ".o_lifecycle_rehearsal_lines li",
        record=UPSELL,
        clicks=("button[name=action_rehearse]", ".modal button[name=action_start]"),
        until_gone=".o_lifecycle_rehearsal .progress",
    ),
    Page(
        "why",
        "/odoo/lifecycle-people/{id}",
        ".modal .o_lifecycle_why",
        record=INSIDE,
        clicks=("button[name=action_why]",),
    ),
    Page(
        "timeline",
        "/odoo/contacts/{id}",
        ".o_lifecycle_timeline_entry",
        record=CUSTOMER,
        clicks=("button[name=action_lifecycle_timeline]",),
    ),
    Page(
        "reporting",
        "/odoo/lifecycle-numbers",
        ".o_pivot tbody tr",
        size=(1400, 620),
    ),
    Page(
        "preferences",
        "/my/messages",
        "input[type=checkbox]",
        size=PHONE,
        login=SALESPERSON,
    ),
    Page("pipeline", "/odoo/crm", ".o_kanban_record .ribbon", login=SALESPERSON),
    Page(
        "ready",
        "/odoo/ready-today",
        ".o_kanban_record .o_lifecycle_ready_why",
        size=PHONE,
        login=SALESPERSON,
    ),
)
# The form of a step of each type, in a draft that is there only for them.
STEP_PAGES = tuple(
    Page(
        f"steps/{kind}",
        "/odoo/lifecycle.step/{id}",
        ".o_form_view .o_form_sheet",
        record=(
            "lifecycle.step",
            [("program_id.code", "=", PROGRAM), ("type", "=", kind)],
            "id",
        ),
        part=".o_form_sheet",
        size=(1000, 900),
    )
    for kind in STEPS
)
