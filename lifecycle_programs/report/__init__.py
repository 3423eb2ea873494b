from . import lifecycle_report
