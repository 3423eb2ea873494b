from . import lifecycle_publish
from . import lifecycle_enrol
from . import lifecycle_alert_answer
from . import lifecycle_message_preview
from . import lifecycle_why
