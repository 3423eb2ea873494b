"""What is taken, and how the picture is reached."""

from dataclasses import dataclass

DESKTOP = (1400, 900)
PHONE = (390, 844)
MENU = "/odoo/action-lifecycle_programs."


@dataclass(frozen=True)
class Page:
    """One picture.

    :ivar name: of the file under docs/images
    :ivar path: of the page; ``{id}`` stands for the record's id
    :ivar ready: CSS selector of what has to be on the page
    :ivar record: model and domain; the first record found is opened
    :ivar clicks: CSS selectors of what is clicked before, one after the other
    :ivar size: width and height of the window, in pixels
    """

    name: str
    path: str
    ready: str
    record: tuple | None = None
    clicks: tuple = ()
    size: tuple = DESKTOP


PAGES = (
    Page("dashboard", MENU + "lifecycle_dashboard_action", ".o_lifecycle_dashboard"),
    Page("gallery", MENU + "lifecycle_gallery_action", ".o_lifecycle_gallery"),
    Page(
        "programs",
        MENU + "lifecycle_program_action",
        ".o_kanban_record:not(.o_kanban_ghost)",
    ),
    Page(
        "program",
        MENU + "lifecycle_program_action/{id}",
        ".o_form_view .o_lifecycle_canvas",
        record=("lifecycle.program", [("code", "=", "welcome")]),
    ),
    Page("pipeline", "/odoo/crm", ".o_kanban_record .ribbon"),
)
