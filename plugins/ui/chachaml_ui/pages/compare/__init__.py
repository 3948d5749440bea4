"""Runs side by side: what differs between them, their curves, and plots over all they have."""
