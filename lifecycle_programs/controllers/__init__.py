from . import guide
from . import portal
from . import preferences
