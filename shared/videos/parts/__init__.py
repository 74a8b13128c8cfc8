"""The parts of a video as resources of their own: what there is of each, how it changes, and how it goes."""
