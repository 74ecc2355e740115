"""Services: one function per thing a clerk does; they join rules, store, paper and wire; no Qt, SQL or HTTP."""
