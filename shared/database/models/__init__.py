"""Every table. Each row belongs to a workspace; row-level security (see migrations) keeps workspaces apart.

What is known only at the end of a step may be NULL until then. Money is USD with ten decimals: a millionth
of a cent, with two to spare. Times are UTC.

A room of tables is loaded when one of them is first asked for. `Base` comes with all of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
