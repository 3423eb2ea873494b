"""People who have not bought yet: synthetic from the first word.

Some ask for guides, some were leads long ago. What becomes of them is up to the
programs and the salespeople.
"""

from datetime import date, datetime, time, timedelta

from . import rates
from .orders import Shop
from .people import Person, person
from .world import World

OLD_LEAD_FATES = {"lost": 6, "untouched": 4}
LOST_REASONS = {"Too expensive": 5, "No need at present": 4, "Never contact again": 1}
NEVER = "Never contact again"


class Prospects:
    """Plans who appears when, from the number of the shop's customers."""

    def __init__(self, world: World, shop: Shop):
        self.world = world
        self.shop = shop
        self.customers = len(shop.history.customers)

    # ------------------------------------------------------------- before the run

    def make_old_leads(self, first: date) -> list[tuple[datetime, str]]:
        """The moments before the run at which its old leads came in, in order."""
        chance = self.world.chance
        leads = []
        for number in range(round(self.customers * rates.OLD_LEADS)):
            key = f"lead-{number:05}"
            age = chance.between(*rates.OLD_LEAD_AGE_DAYS, key, "age")
            at = datetime.combine(first - timedelta(days=age), time(10))
            leads.append((at, key))
        return sorted(leads)

    def book_old_lead(self, key: str) -> None:
        """A lead as it came in; most were lost, some nobody cared for. Called at the
        lead's moment, as an import: it is history and enrols nobody."""
        chance = self.world.chance
        with self.world.transaction(lifecycle_import=True) as env:
            someone = person(key, chance, self.shop.home)
            lead = env["crm.lead"].create(
                {
                    "name": f"Enquiry of {someone.name}",
                    "type": "opportunity",
                    "contact_name": someone.name,
                    "partner_name": someone.company,
                    "email_from": someone.email,
                    "phone": someone.phone,
                    "city": someone.city,
                    "user_id": chance.one_of(self.world.salespeople, key, "owner"),
                }
            )
            if chance.weighted(OLD_LEAD_FATES, key, "fate") == "lost":
                reason = self._reason(env, chance.weighted(LOST_REASONS, key, "reason"))
                lead.action_set_lost(lost_reason_id=reason.id)
        self.world.key_by_email[someone.email] = key
        self.world.synthetic["old_leads"] += 1

    def _reason(self, env, name: str):
        reason = env["crm.lost.reason"].search([("name", "=", name)], limit=1)
        return reason or env["crm.lost.reason"].create(
            {"name": name, "lifecycle_never_contact": name == NEVER}
        )

    # ------------------------------------------------------------- during the run

    def plan(self, first: date, last: date) -> None:
        """Spread the newcomers over the days of the run."""
        chance, days = self.world.chance, (last - first).days
        for number in range(round(self.customers * rates.PROSPECTS)):
            key = f"prospect-{number:05}"
            at = datetime.combine(first, time(7)) + timedelta(
                days=chance.between(0, max(days - 1, 0), key, "day"),
                minutes=chance.between(0, 700, key, "minute"),
            )
            self.world.agenda.plan(at, self._ask_for_guide, key)

    def _ask_for_guide(self, key: str) -> None:
        """Somebody fills in the form of a guide."""
        chance = self.world.chance
        someone = person(key, chance, self.shop.home)
        self.world.key_by_email[someone.email] = key
        self._download(key, someone, "first")
        with self.world.transaction() as env:
            partner = env["res.partner"].search([("email", "=", someone.email)])
            self.world.partner_by_key[key] = partner.id
        self.world.synthetic["prospects"] += 1
        if chance.happens(rates.PROSPECT_SECOND_GUIDE, key, "second guide"):
            later = self.world.now + timedelta(days=chance.between(1, 40, key, "later"))
            self.world.agenda.plan(later, self._download, key, someone, "second")

    def _download(self, key: str, someone: Person, which: str) -> None:
        """Get one of the guides through its public page."""
        chance = self.world.chance
        with self.world.transaction() as env:
            guides = env["lifecycle.content"].search([("kind", "=", "guide")])
            guide_ids = guides.sorted(lambda guide: guide.name).ids
        guide_id = chance.one_of(guide_ids, key, which, "guide")
        values = {"name": someone.name, "email": someone.email}
        if chance.happens(rates.PROSPECT_CONSENTS, key, "consent"):
            values["consent"] = "1"
        page = f"{self.world.browser.base_url}/lifecycle/guide/{guide_id}"
        if self.world.browser.submit(page, someone.email, values):
            self.world.synthetic["guides_downloaded"] += 1
        else:
            self.world.problems["guide without a form"] += 1
