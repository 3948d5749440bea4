"""Questions about experiments, answered by language models that call tools."""
