"""The sources of facts that the addon itself brings; see `lifecycle.fact._sources`."""

from .badges import BADGES
from .baskets import BASKETS, MAIN_CATEGORY
from .consent import CONSENTS
from .calls import CALLS
from .complaints import COMPLAINTS
from .contact import CONTACT, LISTS
from .crm import ALERTS, LEADS
from .engagement import ENGAGEMENT, SENDINGS, TIMING
from .grants import GRANTS
from .invoices import INVOICES, PAID
from .known import KNOWN, REGISTERED
from .orders import ORDERS
from .programs import ENROLMENTS, REFUSALS
from .purchases import LINES, SHARED
from .rank import RANK, RANKINGS
from .relations import CUSTOMER, EVENT, MEMBER, OPINION, PERSON, SENDING
from .renewal import RENEWAL
from .returns import RETURNS
from .sales import ABANDONED, PRICES, QUOTATIONS
from .silence import PRESSURE, SIGN, SILENCE
from .source import Relation, Source
from .stage import STAGE
from .survey import ASKED, OPINIONS
from .touches import ACTIVITIES, MEETINGS, RECORD, TOUCHES
from .web import USE, WEB

#: In the order in which people see them.
SOURCES = (
    CONTACT,
    STAGE,
    KNOWN,
    REGISTERED,
    LISTS,
    ORDERS,
    RANK,
    BADGES,
    BASKETS,
    MAIN_CATEGORY,
    RETURNS,
    QUOTATIONS,
    ABANDONED,
    PRICES,
    INVOICES,
    PAID,
    LEADS,
    ALERTS,
    TOUCHES,
    MEETINGS,
    ACTIVITIES,
    CALLS,
    COMPLAINTS,
    SENDINGS,
    ENGAGEMENT,
    SILENCE,
    TIMING,
    WEB,
    USE,
    OPINIONS,
    ASKED,
    RENEWAL,
    GRANTS,
    ENROLMENTS,
    REFUSALS,
    CONSENTS,
)
RELATIONS = (
    CUSTOMER,
    PERSON,
    MEMBER,
    EVENT,
    OPINION,
    SENDING,
    PRESSURE,
    SIGN,
    *SHARED,
    RECORD,
)

__all__ = ["LINES", "RANKINGS", "RELATIONS", "SOURCES", "Relation", "Source"]
