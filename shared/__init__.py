"""The product: one package a stage, and the ports and tools that stages share."""
