from . import lifecycle_publish
from . import lifecycle_publish_suppression
from . import lifecycle_suppression_import
from . import lifecycle_privacy
from . import lifecycle_enrol
from . import lifecycle_alert_answer
from . import lifecycle_message_preview
from . import lifecycle_why
