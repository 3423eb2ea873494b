"""The sources of facts that the addon itself brings; see `lifecycle.fact._sources`."""

from .contact import CONTACT
from .crm import ALERTS, LEADS
from .engagement import ENGAGEMENT, SENDINGS, WEB
from .grants import GRANTS
from .orders import BASKETS, ORDERS, RETURNS, STAGE
from .programs import ENROLMENTS, REFUSALS
from .purchases import DOCUMENT, LINES, PERIOD, PURCHASE
from .relations import CUSTOMER, EVENT, MEMBER, OPINION
from .renewal import RENEWAL
from .sales import PRICES, QUOTATIONS
from .source import Relation, Source
from .survey import ASKED, OPINIONS

SOURCES = (
    CONTACT,
    STAGE,
    ORDERS,
    BASKETS,
    RETURNS,
    QUOTATIONS,
    PRICES,
    LEADS,
    ALERTS,
    SENDINGS,
    ENGAGEMENT,
    OPINIONS,
    ASKED,
    RENEWAL,
    GRANTS,
    ENROLMENTS,
    REFUSALS,
    WEB,
)
RELATIONS = (CUSTOMER, MEMBER, EVENT, OPINION, PURCHASE, DOCUMENT, PERIOD)

__all__ = ["LINES", "RELATIONS", "SOURCES", "Relation", "Source"]
