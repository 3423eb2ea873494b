"""How the people of the demo behave: every rate of the synthetic generator.

None of this is in the purchase files, so the report calls it synthetic. The rates are
of the size that published benchmarks of mail marketing give; they make programs reach
all of their steps and prove nothing about real people.
"""

# Who the customers are.
COMPANY_CUSTOMERS = 0.12
PHONE_KNOWN = 0.45
SHARED_ADDRESS = 0.01  # two contacts of a household with one mail address
DEAD_MAILBOX = 0.02
OWNED_BY_SALESPERSON = 0.15

# What happens to a letter, per letter and times the reader's own interest (0.3 to 1.7).
OPENS = 0.34
OPENS_OWN_NAME = 1.7  # times as often, when the subject begins with the reader's name
OPENS_AFTER_HOURS = (1, 40)
CLICKS_WHEN_OPENED = 0.3
REPLIES_WHEN_OPENED = 0.02
NO_THANKS_WHEN_OPENED = 0.008
UNSUBSCRIBES = 0.002
OUT_OF_OFFICE = 0.015
ANSWERS_SURVEY = 0.6
# The answer links of a letter, by the words on the link; the first that fits counts.
ANSWERS = (
    (r"not now|later", 0.03),
    (r"wrong", 0.06),
    (r"stop|no thanks|no need|elsewhere|expensive|price", 0.02),
    (r"call|contact|help", 0.04),
    (r"right|correct|yes", 0.3),
    (r"know|recommend|colleague|review|star|reference|share", 0.15),
    (r"tell us|done|did", 0.1),
    (r"more", 0.12),
    (r".", 0.04),
)
# "How likely are you to recommend us?", weights by score.
SCORES = {10: 24, 9: 22, 8: 20, 7: 13, 6: 7, 5: 5, 4: 3, 3: 2, 2: 1, 1: 1, 0: 2}
USES_COUPON = 0.6
REMEMBERS_COUPON_DAYS = 21

# Prospects, as shares of the number of customers over the whole time.
PROSPECTS = 0.25
PROSPECT_SECOND_GUIDE = 0.3
PROSPECT_CONSENTS = 0.8
OLD_LEADS = 0.15
OLD_LEAD_AGE_DAYS = (120, 800)

# Salespeople.
ALERT_ANSWER_AFTER_HOURS = (2, 70)
ALERT_UNANSWERED = 0.12
ALERT_ANSWERS = {"taken": 55, "not_yet": 25, "not_interested": 15, "wrong_person": 5}
QUOTES_WHEN_TAKEN = 0.7
QUOTE_WON = 0.45
QUOTE_LOST = 0.35
QUOTE_AFTER_DAYS = (1, 6)
QUOTE_DECIDED_AFTER_DAYS = (3, 20)
QUOTE_AMOUNTS = (40, 400)
ACTIVITY_DONE_AFTER_DAYS = (1, 5)

# Life of a customer.
MOVES_PER_YEAR = 0.06
CARE_PLAN = 0.12  # buys the yearly plan with the first order
CARE_PLAN_RENEWED = 0.55
CARE_PLAN_CANCELLED = 0.08
