"""The company of the demo: its name, its people, its post."""

from odoo.fields import Command

from .world import World

NAME = "Northwind Lane"
DOMAIN = "northwind-lane.example"
LEADER = "Sofia Lind"
SALESPEOPLE = ("Hugo Berg", "Mia Carter", "Noah Ward")
MARKETER = "Astrid Holm"
# A shop that writes once a month takes half a year without a sign for silence.
SILENT_AFTER = 6


class Company:
    """Set up once, before the first day."""

    def __init__(self, world: World, country: str):
        self.world = world
        self.country = country

    def open(self) -> None:
        """Give the company a name, a post office and people."""
        with self.world.transaction() as env:
            company = env.ref("base.main_company")
            domain = env["mail.alias.domain"].create({"name": DOMAIN})
            company.write(
                {
                    "name": NAME,
                    "email": f"hello@{DOMAIN}",
                    "website": f"https://www.{DOMAIN}",
                    "phone": "+44 7700 900123"
                    if self.country == "GB"
                    else "+1 212 555 0123",
                    "country_id": env.ref(
                        f"base.{'uk' if self.country == 'GB' else 'us'}"
                    ).id,
                    "alias_domain_id": domain.id,
                    "lifecycle_sunset_messages": SILENT_AFTER,
                }
            )
            env["ir.mail_server"].create(
                {
                    "name": "The demo's outbox",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": self.world.outbox.port,
                    "smtp_authentication": "login",
                }
            )
            parameters = env["ir.config_parameter"]
            parameters.set_param("web.base.url", self.world.browser.base_url)
            parameters.set_param("web.base.url.freeze", "True")
            self._hire(env)

    def _hire(self, env) -> None:
        team = env.ref("sales_team.team_sales_department")
        leader = self._user(env, LEADER, ["sales_team.group_sale_manager"])
        people = [
            self._user(env, name, ["sales_team.group_sale_salesman_all_leads"])
            for name in SALESPEOPLE
        ]
        marketer = self._user(
            env, MARKETER, ["lifecycle_programs.group_lifecycle_manager"]
        )
        team.write(
            {
                "user_id": leader.id,
                "member_ids": [Command.set([user.id for user in [leader, *people]])],
            }
        )
        self.world.marketer = marketer.id
        self.world.leader = leader.id
        self.world.salespeople = [user.id for user in people]

    def _user(self, env, name: str, groups: list[str]):
        login = name.split()[0].lower()
        return env["res.users"].create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@{DOMAIN}",
                "tz": "UTC",
                "group_ids": [Command.link(env.ref(group).id) for group in groups],
            }
        )
