"""Films pages and cards: deterministic, frame by frame, in a browser that can reach nothing but the web."""

import lazy_loader

# What __init__.pyi names is imported when it is first used: a Lambda starts with what it needs, no more.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
