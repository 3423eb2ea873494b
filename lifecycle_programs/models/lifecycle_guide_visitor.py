import logging
from datetime import timedelta
from ipaddress import IPv6Network, ip_address

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# The time in which the visits of a network are counted, and how many are welcome: the
# people of an office or at a fair are one network.
PERIOD = timedelta(hours=1)
WELCOME = 30


class LifecycleGuideVisitor(models.Model):
    """How often the form that hands out guides was sent from a network lately.

    Anybody may send it, in anybody's name, and it makes contacts. Each network has one
    row, counted up by one statement: of two workers the second waits for the first, is
    refused by the database and runs its request again, so that none is missed.
    """

    _name = "lifecycle.guide.visitor"
    _description = "Visitor of the Guide Form"
    _log_access = False
    _rec_name = "network"

    network = fields.Char(required=True)
    since = fields.Datetime(string="Counted Since", required=True)
    count = fields.Integer(required=True)

    _network_unique = models.UniqueIndex("(network)")

    @api.model
    def _is_welcome(self, address, now):
        """Count a visit; whether there have been no more of its network than welcome.

        :param address: the IP address as text
        """
        network = self._get_network(address)
        # Being refused and running again is what is meant to happen: no error to log.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lifecycle_guide_visitor AS visitor (network, since, count)
                VALUES (%(network)s, %(now)s, 1)
                    ON CONFLICT (network) DO UPDATE
                   SET since = CASE WHEN visitor.since > %(begin)s
                                    THEN visitor.since ELSE EXCLUDED.since END,
                       count = CASE WHEN visitor.since > %(begin)s
                                    THEN visitor.count + 1 ELSE 1 END
                RETURNING visitor.count
                """,
                network=network,
                now=now,
                begin=now - PERIOD,
            ),
            log_exceptions=False,
        )
        [count] = self.env.cr.fetchone()
        if count == WELCOME + 1:
            _logger.warning("Too many guides are asked for from %s", network)
        return count <= WELCOME

    @api.model
    def _get_network(self, address):
        """Who counts as one: an IPv4 address, or the /64 that one line has of IPv6."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return address
        if parsed.version == 6 and not parsed.ipv4_mapped:
            return str(IPv6Network((int(parsed), 64), strict=False))
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)

    @api.autovacuum
    def _gc_past(self):
        """Where somebody came from is nobody's business once it counts no more."""
        past = fields.Datetime.now() - PERIOD
        self.search([("since", "<=", past)]).unlink()
