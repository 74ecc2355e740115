"""Decisions: a command, the states it stands on and the facts of the day → act drafts, or a refusal. Pure."""
