from . import guide
from . import preferences
