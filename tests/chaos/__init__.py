"""Real processes, a real county, a bad line and accidents: ``python -m tests.chaos --minutes 30 --seed 1``."""
