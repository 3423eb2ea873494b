"""A program as a file to take along, for whoever may edit programs."""

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request


class LifecycleProgramFile(http.Controller):
    @http.route(
        "/lifecycle/program/<int:program_id>/file",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def program_file(self, program_id):
        program = request.env["lifecycle.program"].browse(program_id)
        try:
            program.check_access("write")
            text = request.env["lifecycle.program.file"]._write_text(program)
        except (AccessError, MissingError):
            raise request.not_found() from None
        return request.make_response(
            text,
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Disposition", content_disposition(f"{program.code}.json")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
