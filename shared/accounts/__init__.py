"""Accounts: workspaces, and who may do what in them."""

from shared.accounts.workspaces import FIRST_WORKSPACE, open_workspace

__all__ = ["FIRST_WORKSPACE", "open_workspace"]
