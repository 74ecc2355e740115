"""Lanes off the UI thread, the bus between screens, and the sync loop; QtCore only."""
