"""Log a run with requests, register what it leaves as a model, and promote it.

    HOST=http://localhost:8080 python examples/log_run.py

Prints the answer to each request, one JSON value a line.
"""

import json
import os
import sys
from typing import Any

import requests

HOST = os.environ.get("HOST", "http://localhost:8080")

session = requests.Session()


def post(path: str, **what: Any) -> Any:  # noqa: ANN401  (JSON is what it is)
    """Send a request, show the answer and return it; an answer that is an error ends the script."""
    answer = session.post(f"{HOST}{path}", **what)
    if not answer.ok:
        sys.exit(f"{answer.status_code} {answer.text}")
    sys.stdout.write(json.dumps(answer.json()) + "\n")
    return answer.json()


# Start
run_id = post(
    "/api/w/runs",
    json={"experiment": "iris", "name": "from-python", "tags": {"author": "maria"}},
)["id"]

# Params
post(f"/api/w/runs/{run_id}/params", json={"lr": 0.01, "epochs": 100})

# A metric per epoch
for epoch in range(100):
    post(f"/api/w/runs/{run_id}/metrics", json={"loss": 1.0 / (epoch + 1), "step": epoch})

# Several metrics at the same step
post(f"/api/w/runs/{run_id}/metrics", json={"loss": 0.4, "accuracy": 0.9, "step": 12})

# Final accuracy
post(f"/api/w/runs/{run_id}/metrics", json={"accuracy": 0.94})

# An artifact: raw bytes
post(
    f"/api/w/runs/{run_id}/artifacts?name=model.pkl",
    data=b"these bytes stand for a trained model",
    headers={"Content-Type": "application/octet-stream"},
)

# End
post(f"/api/w/runs/{run_id}/end", json={"status": "completed"})

# Register the artifact as a version of a model, then promote it
version = post(
    "/api/w/models",
    json={
        "name": "iris-classifier",
        "run_id": run_id,
        "artifact": "model.pkl",
        "stage": "staging",
        "description": "first cut",
    },
)
post(
    f"/api/w/models/iris-classifier/versions/{version['version']}/stage",
    json={"stage": "production"},
)
