"""What can be shown of an artifact without running any of it."""
