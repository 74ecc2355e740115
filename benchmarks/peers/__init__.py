"""Other synchronisers at the same work as ours: installed apart, driven from outside, never committed."""
