"""How to greet a contact: the given name of a person, nothing for anybody else."""

import re
import unicodedata

#: Local parts of addresses that a company shares, without accents: English, Finnish,
#: Swedish, Norwegian, German.
_SHARED = frozenset(
    """
    abuse accounting accounts admin administration administrator all billing booking
    bookings career careers contact customercare customerservice enquiries everyone
    finance frontdesk general hello help helpdesk hi hostmaster hr info information
    inquiries invoice invoices invoicing it jobs legal mail mailbox mailer-daemon
    management marketing media news newsletter noreply no-reply donotreply do-not-reply
    office operations order orders payments postmaster press privacy purchase
    purchasing reception recruitment reservations root sale sales secretary security
    service shop staff store subscriptions support team web webmaster webshop welcome

    asiakaspalvelu asiakastuki hallinto henkilosto huolto johto kauppa kirjaamo
    kirjanpito laskut laskutus markkinointi meili myymala myynti neuvonta ostolaskut
    osto ostot palaute palkanlaskenta palvelu posti rekry rekrytointi reskontra
    sahkoposti taloushallinto talous tarjouspyynnot tiedotus tiedustelut tilaukset
    tilaus toimisto tuki tyopaikat varaukset varasto verkkokauppa vaihde yhteys

    affar bestallning bestallningar bokning bokningar butik butiken ekonomi faktura
    fakturor forsaljning inkop kansli kontakt kontor kontoret kundservice kundtjanst
    lager lon order personal post redaktion reception salj support vaxel webbshop

    bedrift bestilling butikk drift firmapost innkjop kundeservice kundesenter lonn
    okonomi ordre post postmottak regnskap resepsjon salg sentralbord

    allgemein anfrage anfragen auftrag auftraege beratung bestellung bestellungen
    buchhaltung buchung buero datenschutz einkauf empfang geschaeftsfuehrung
    geschaeftsleitung geschaftsfuhrung geschaftsleitung auftrage buro hallo hotline
    kasse kontakt kundendienst kundenservice laden
    lager mahnwesen marketing personalabteilung personal poststelle praxis rechnung
    rechnungen rezeption sekretariat technik vertrieb verwaltung werkstatt zentrale
    """.split()
)
_TITLES = frozenset(
    """
    mr mrs ms miss mx dr prof professor sir madam dame rev hon capt eng
    hra herra rva rouva nti neiti tri toht maist dipl di ins prof ktm kkm fm vtm tkt
    herr fru frk froken dir ing mag civilekonom
    frau fraulein hr dipl-ing dipl-kfm
    """.split()
)
_SUFFIXES = frozenset("jr sr ii iii iv phd md mba msc bsc ba ma esq".split())
#: Words that no person's name holds, and short ones that end (or begin) a company's.
_COMPANY_WORDS = frozenset(
    """
    oy oyj abp osk oü a/s gmbh mbh inc incorporated llc llp ltd limited plc corp
    corporation company sarl srl spa group holding holdings solutions consulting
    partners association foundation yhdistys yhtiö yhtiöt konserni kunta kaupunki
    kommun stiftung verein säätiö osuuskunta university school
    """.split()
)
_COMPANY_EDGES = frozenset(
    """
    ab ky ay tmi ry rf as asa aps ans da ag kg ohg ug gbr ev co sa sas bv nv kb hb ek
    """.split()
)


def _plain(text):
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return plain.translate({0xF8: "o", 0xE6: "ae", 0x153: "oe", 0x142: "l"})


def shared_address(email: str | None) -> bool:
    """Whether an address belongs to a desk rather than to a person: info@, sales@."""
    local = _plain((email or "").partition("@")[0].strip())
    local = local.partition("+")[0]
    if not local:
        return False
    # "info.fi", "myynti-turku" and "sales2" are as shared as "info".
    words = [re.sub(r"\d+$", "", word) for word in re.split(r"[._-]", local)]
    return words[0] in _SHARED or not _SHARED.isdisjoint((local, "".join(words)))


def first_name(
    name: str | None, *, is_company: bool = False, email: str | None = None
) -> str | None:
    """The given name to greet a person with, or None for a neutral greeting.

    :param name: "Liisa Virtanen", "Virtanen, Liisa", "Dr. Liisa Virtanen"
    :param is_company: companies get no name
    :param email: an address of a desk (info@) gets no name
    """
    name = unicodedata.normalize("NFC", " ".join((name or "").split()))
    if not name or is_company or "@" in name or shared_address(email):
        return None
    if any(character.isdigit() for character in name) or len(name) > 100:
        return None
    if _looks_like_company(name):
        return None
    for word in _given_part(name).split():
        bare = _bare(word)
        if bare in _TITLES or bare in _SUFFIXES:
            continue
        return _spelled(word)
    return None


def _looks_like_company(name):
    words = [_bare(word) for word in name.replace(",", " ").split()]
    if _COMPANY_WORDS.union("&+").intersection(words):
        return True
    # "da" ends a Norwegian company and begins a Portuguese surname.
    return words[-1] in _COMPANY_EDGES or words[0] in ("ab", "tmi", "ky")


def _bare(word):
    return word.lower().strip(".,()\"'")


def _given_part(name):
    """What of a name holds the given names: after the comma, if there is one."""
    name = re.sub(r"\(.*?\)", " ", name)
    before, comma, after = name.partition(",")
    if not comma:
        return name
    only_suffixes = all(_bare(word) in _SUFFIXES for word in after.split())
    return before if only_suffixes else after


def _spelled(word):
    """A given name as one writes it; None for an initial."""
    word = word.strip(".,\"'")
    letters = word.replace("-", "").replace("'", "").replace("’", "")
    if len(letters) < 2 or not letters.isalpha():
        return None
    if word.isupper() or word.islower():
        word = "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
    return word
