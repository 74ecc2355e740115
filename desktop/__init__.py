"""The window: everything a clerk sees and touches at the reception desk."""
