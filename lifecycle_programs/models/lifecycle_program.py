from odoo import api, fields, models

VALUE_LEVERS = [
    ("acquire", "More customers"),
    ("retain", "Fewer lost customers"),
    ("grow", "More purchases"),
    ("extend", "Longer relationship"),
    ("save", "Lower cost to serve"),
]


class LifecycleProgram(models.Model):
    """One nurture program: who enters, on what, towards which goal.

    States: ``draft`` (nobody enters) -> ``running`` <-> ``paused`` (nobody enters and
    nothing is sent; waits go on) -> ``closed`` (people inside finish, nobody enters).
    """

    _name = "lifecycle.program"
    _description = "Lifecycle Program"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    def _default_user_id(self):
        # The programs that come with the addon belong to whoever takes them into use.
        return False if self.env.is_superuser() else self.env.uid

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True, help="The word that rules use for this program, e.g. welcome."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        string="Order",
        default=10,
        help="When several programs want to write to the same contact, the lowest "
        "number goes first and the others wait.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        default=lambda self: self._default_user_id(),
        tracking=True,
        help="Is told about errors, and gets the tasks that have nobody else.",
    )
    purpose = fields.Char(
        translate=True, help="What the program is for, in a sentence."
    )
    description = fields.Html(translate=True)
    value_lever = fields.Selection(VALUE_LEVERS, string="What it improves")
    stage_id = fields.Many2one(
        "lifecycle.stage",
        group_expand="_read_group_expand_full",
        help="The stage of the customers that the program is for.",
    )
    also_stage_ids = fields.Many2many("lifecycle.stage", string="Also for")
    target_stage_id = fields.Many2one(
        "lifecycle.stage",
        string="Moves to",
        help="The stage that the program wants to take them to.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("closed", "Closed"),
        ],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )

    # entry
    start = fields.Selection(
        [
            ("event", "When something happens"),
            ("schedule", "On a schedule"),
            ("manual", "By hand or from another program"),
        ],
        required=True,
        default="event",
        string="Starts",
    )
    event_type_ids = fields.Many2many(
        "lifecycle.event.type",
        "lifecycle_program_event_type_rel",
        string="Events",
    )
    schedule = fields.Selection(
        [("daily", "Every day"), ("weekly", "Every week"), ("monthly", "Every month")],
        default="daily",
    )
    next_scan_at = fields.Datetime(string="Next look", copy=False, readonly=True)
    rule = fields.Text(
        string="Entry rule",
        help="Who enters: an expression over customer data and the event.",
    )
    parameter_ids = fields.One2many(
        "lifecycle.program.parameter", "program_id", string="Numbers", copy=True
    )
    pick = fields.Selection(
        selection="_selection_pick",
        help="What the entry brings along: an offer from the table, the next category "
        "not yet bought, or the date of the renewal. Who has nothing to pick stays "
        "out.",
    )
    offer_ids = fields.One2many(
        "lifecycle.offer", "program_id", string="Offers", copy=True
    )
    recipient = fields.Selection(
        [
            ("ordering", "Who ordered"),
            ("role", "Contacts with a role"),
            ("main", "Main contact"),
        ],
        required=True,
        default="ordering",
        help="Who in a company receives the messages. Never everybody.",
    )
    recipient_tag_id = fields.Many2one("res.partner.category", string="Role")

    # re-entry
    reentry = fields.Selection(
        [
            ("never", "Never again"),
            ("cooldown", "After a pause"),
        ],
        required=True,
        default="cooldown",
        string="Re-entry",
    )
    cooldown_days = fields.Integer(
        string="Pause before re-entry (days)",
        default=30,
        help="Days from the last entry.",
    )
    cooldown_scope = fields.Selection(
        [
            ("program", "any entry"),
            ("key", "an entry about the same thing"),
        ],
        required=True,
        default="program",
        string="The pause follows",
        help="Whether the pause keeps the contact out altogether, or only the same "
        "order, topic or renewal.",
    )
    entry_key = fields.Char(
        string="One at a time per",
        help="The value of the event or of the pick that tells one entry from another, "
        "such as order or topic. Empty: a contact is in the program once at a time.",
    )

    # goal and exit
    goal_event_type_ids = fields.Many2many(
        "lifecycle.event.type", "lifecycle_program_goal_type_rel", string="Goal events"
    )
    goal_rule = fields.Text()
    goal_days = fields.Integer(
        help="The goal counts this many days from the entry; 0 means as long as the "
        "contact is in the program."
    )
    goal_ends = fields.Boolean(string="Goal ends the program", default=True)
    goal_program_id = fields.Many2one(
        "lifecycle.program",
        string="Goal starts",
        help="The program that whoever reached the goal enters next.",
    )
    exit_event_type_ids = fields.Many2many(
        "lifecycle.event.type", "lifecycle_program_exit_type_rel", string="Exit events"
    )
    exit_rule = fields.Text()

    # sending
    is_exclusive = fields.Boolean(
        string="Keeps other programs waiting",
        default=True,
        help="When the next step of this program comes within three days, programs "
        "lower in the order do not write to the contact.",
    )
    sender = fields.Selection(
        [("company", "The company"), ("salesperson", "The contact's salesperson")],
        required=True,
        default="company",
    )
    needs = fields.Char(
        translate=True,
        help="What has to be connected before the program can do all it is made for.",
    )

    error = fields.Text(
        readonly=True,
        copy=False,
        help="What went wrong last in this program; empty when all is well.",
    )

    version_ids = fields.One2many("lifecycle.version", "program_id", copy=False)
    version_id = fields.Many2one(
        "lifecycle.version",
        string="Published version",
        compute="_compute_version_id",
        store=True,
    )
    enrolment_ids = fields.One2many("lifecycle.enrolment", "program_id")

    _code_unique = models.UniqueIndex(
        "(company_id, code)", "Every program of a company needs its own code."
    )

    @api.depends("version_ids.state")
    def _compute_version_id(self):
        for program in self:
            program.version_id = program.version_ids.filtered(
                lambda version: version.state == "published"
            )
