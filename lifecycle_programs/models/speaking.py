"""The engine's words in the language of the user."""

from functools import wraps

from ..engine import speaking


def in_user_language(method):
    """Have the engine say whatever a method of a model makes it say in the language of
    the environment."""

    @wraps(method)
    def wrapper(self, *args, **kwargs):
        translate = self.env._
        with speaking(lambda text: translate(text)):
            return method(self, *args, **kwargs)

    return wrapper
