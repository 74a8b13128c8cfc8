"""Cards and overlays: HTML documents that the recorder films like any page.

Each is whole in itself (no network, images as data: URIs). A card's motion is CSS animation with fixed
delays: the entrance ends 0.5 s after load and the card then stands still, so that its frames cost nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
