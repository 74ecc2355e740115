"""The deterministic simulation: production sync code in one thread under injected clock, net, disk and chance.

``xinfang-simulate --seeds N --from S`` runs histories full of accidents, then heals everything and demands that nobody
lost anything and that all hold the same. A failure is a seed, a commit and a short list of events.
"""
