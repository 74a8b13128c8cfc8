"""Measures the product beside others that do the same work, on this machine."""
