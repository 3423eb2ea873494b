"""Who of the sales teams takes an alert: owners, substitutes, rules of the teams."""

from ast import literal_eval
from datetime import datetime, time, timezone


class AlertDesk:
    """Assigns the alerts of one batch; knows what everybody has already.

    Reads users, teams and their open alerts once. `assign` asks nothing of the
    database, except where a team has conditions for the leads that it takes.

    :param alerts: the model `lifecycle.alert`, as superuser
    :param limit: how many new alerts one salesperson gets on one day
    """

    def __init__(self, alerts, company, now, limit):
        self.env = alerts.env
        self.alerts = alerts
        self.company = company
        self.limit = limit
        self.day = company._lifecycle_today(now)
        self.tomorrow = company._lifecycle_next_workday(now)[1]
        self.teams = self.env["crm.team"].search(
            [
                ("company_id", "in", (False, company.id)),
                ("use_opportunities", "=", True),
            ]
        )
        self.open = self._count([("state", "=", "open")])
        zone = company._lifecycle_zone()
        midnight = zone.localize(datetime.combine(self.day, time.min))
        begin = midnight.astimezone(timezone.utc).replace(tzinfo=None)
        self.today = self._count([("alerted_at", ">=", begin)])

    def _count(self, domain):
        groups = self.alerts._read_group(
            [("company_id", "=", self.company.id), *domain], ["user_id"], ["__count"]
        )
        return dict(groups)

    # ------------------------------------------------------------
    # ROOM
    # ------------------------------------------------------------

    def has_room(self, user):
        return self.today.get(user, 0) < self.limit

    def seat(self, user):
        self.today[user] = self.today.get(user, 0) + 1
        self.open[user] = self.open.get(user, 0) + 1

    # ------------------------------------------------------------
    # CHOICE
    # ------------------------------------------------------------

    def assign(self, candidate, last_resort):
        """Set user and team of a candidate: the owner of the opportunity, else the
        contact's salesperson, else by the rules of the sales teams.

        :param last_resort: the user who takes what no team takes
        """
        owner, team = self._find_owner(candidate)
        if owner and not self.is_available(owner):
            owner = self._find_substitute(owner, team)
        if not owner:
            owner, team = self._find_member(candidate)
        if not owner and self.is_there(last_resort):
            owner = last_resort
        candidate.user = owner or self.env["res.users"]
        candidate.team = team or self._team_of(candidate.user)

    def is_there(self, user):
        """Whether a user can be given work in this company."""
        return (
            bool(user)
            and user.active
            and not user.share
            and self.company in user.company_ids
        )

    def is_available(self, user):
        """Whether a user can be given work today."""
        return self.is_there(user) and not user._lifecycle_is_away(self.day)

    def _find_owner(self, candidate):
        contact = candidate.enrolment.partner_id
        owner = candidate.lead.user_id or contact.user_id or candidate.customer.user_id
        return owner, candidate.lead.team_id or self._team_of(owner)

    def _team_of(self, user):
        none = self.env["crm.team"]
        if not user:
            return none
        return next(
            (
                team
                for team in self.teams
                if user in (team.user_id | self._members(team).user_id)
            ),
            none,
        )

    def _members(self, team):
        # Also of archived users: whoever is absent still belongs to their team.
        return team.with_context(active_test=False).crm_team_member_all_ids

    def _find_substitute(self, absent, team):
        """Who stands in: the one whom the absent has named, else the team leader. Who
        is only away keeps the alert when there is nobody else.
        """
        leader = (team or self._team_of(absent)).user_id
        choices = (absent.lifecycle_substitute_id, leader)
        there = next((user for user in choices if self.is_available(user)), None)
        if there:
            return there
        return absent if self.is_there(absent) else self.env["res.users"]

    def _find_member(self, candidate):
        """The member of the first team that takes the lead who has the fewest open
        alerts and room today; the leader of a team without members.
        """
        nobody = self.env["res.users"], self.env["crm.team"]
        lead = LeadFit(self, candidate)
        for team in candidate.lead.team_id or self.teams:
            if not lead.fits(team.assignment_domain):
                continue
            members = team.crm_team_member_ids.filtered(
                lambda member: (
                    not member.assignment_optout and self.is_available(member.user_id)
                )
            )
            members = members.filtered(lambda m: lead.fits(m.assignment_domain))
            preferred = members.filtered(
                lambda m: (
                    m.assignment_domain_preferred
                    and lead.fits(m.assignment_domain_preferred)
                )
            )
            if pool := preferred or members:
                return min(pool, key=self._load).user_id, team
            if self.is_there(team.user_id):
                return team.user_id, team
        return nobody

    def _load(self, member):
        user = member.user_id
        return not self.has_room(user), self.open.get(user, 0), user.id


class LeadFit:
    """Whether a lead, or the one that would be made, meets a team's condition."""

    def __init__(self, desk, candidate):
        self.desk = desk
        self.candidate = candidate
        self._lead = candidate.lead

    def fits(self, text):
        domain = literal_eval(text or "[]")
        if not domain:
            return True
        if not self._lead:
            values = self.desk.alerts._prepare_lead_values(self.candidate)
            self._lead = self.desk.env["crm.lead"].new(values)
        return bool(self._lead.filtered_domain(domain))
