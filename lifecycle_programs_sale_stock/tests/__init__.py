from . import test_delivery_events
