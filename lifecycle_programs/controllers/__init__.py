from . import guide
from . import health
from . import portal
from . import preferences
from . import program_file
from . import sms
