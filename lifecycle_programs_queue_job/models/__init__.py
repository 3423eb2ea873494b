from . import lifecycle_job
from . import lifecycle_enrolment
from . import lifecycle_program
