"""Values that look like a loss: falling, noisy, with all 64 bits in use."""

import math
import random


def losses(count: int, *, seed: int = 1) -> list[float]:
    """Return a curve from about 2.8 down to about 0.3; the same for the same seed."""
    noise = random.Random(seed)
    pace = 5 / max(count, 1)
    return [
        0.3 + 2.5 * math.exp(-pace * step) + noise.gauss(0, 0.02 + 0.1 * math.exp(-pace * step))
        for step in range(count)
    ]
