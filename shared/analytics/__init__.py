"""Analytics: who watched a hosted video, and how much of it."""

import lazy_loader

# What __init__.pyi names is imported when it is first used: a Lambda starts with what it needs, no more.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
