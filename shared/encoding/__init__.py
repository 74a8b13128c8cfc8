"""Encoding: a scene's frames become a clip, once for each level, and are found again by what they show."""

import lazy_loader

# What __init__.pyi names is imported when it is first used: a Lambda starts with what it needs, no more.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
