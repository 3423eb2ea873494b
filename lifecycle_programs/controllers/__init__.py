from . import guide
from . import health
from . import portal
from . import portal_inbox
from . import preferences
from . import program_file
from . import sms
