"""What every step of the pipeline shares: its event, its tools, its bookkeeping, its errors."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
