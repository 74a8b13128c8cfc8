"""The stacks: what runs in the user's own AWS account. One file a concern; `region.py` puts them together."""
