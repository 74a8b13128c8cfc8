"""The functions that live in container images, run in them by podman under Lambda's limits, as root.

What `make images` has built, against the same Runtime API, state machines and workers as on one machine, with
objects in S3 (moto) instead of a folder.
"""
