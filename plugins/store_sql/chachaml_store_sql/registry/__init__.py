"""The model registry: models, their versions, and their moves between stages."""
