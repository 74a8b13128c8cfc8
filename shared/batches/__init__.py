"""Videos for many leads: asked for together, made a few at a time, and told of when all have ended."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
