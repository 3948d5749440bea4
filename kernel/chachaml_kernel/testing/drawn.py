"""How the suites of the contract draw examples."""

from hypothesis import HealthCheck, settings


def examples(count: int) -> settings:
    """Return settings for a test of so many examples, which share one opened store."""
    return settings(
        deadline=None,
        max_examples=count,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
