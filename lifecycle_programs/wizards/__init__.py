from . import lifecycle_publish
from . import lifecycle_enrol
