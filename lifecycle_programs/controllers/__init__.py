from . import guide
from . import portal
from . import preferences
from . import sms
