#!/usr/bin/env bash
# Log a run with nothing but curl and jq, register what it leaves as a model, and promote it.
#
#   HOST=http://localhost:8080 examples/log_run.sh
#
# Prints the answer to each request, one JSON value a line.
set -euo pipefail

HOST=${HOST:-http://localhost:8080}
JSON='Content-Type: application/json'
curl() { command curl --silent --show-error --fail-with-body "$@"; }

# Start a run, and keep its id.
RUN=$(curl -X POST "$HOST/api/w/runs" \
    -H "$JSON" \
    -d '{"experiment":"iris","name":"from-python","tags":{"author":"maria"}}')
RUN_ID=$(jq -r .id <<<"$RUN")
echo "$RUN"

# Log params.
curl -X POST "$HOST/api/w/runs/$RUN_ID/params" \
    -H "$JSON" \
    -d '{"lr":0.01,"epochs":100}'
echo

# Log a single metric.
curl -X POST "$HOST/api/w/runs/$RUN_ID/metrics" \
    -H "$JSON" \
    -d '{"accuracy":0.94}'
echo

# Log a metric over steps. bc writes .500 for a half, which JSON does not know: sed adds the zero.
for i in 0 1 2 3 4; do
    loss=$(echo "scale=3; 1.0 / ($i + 1)" | bc | sed 's/^\./0./')
    curl -X POST "$HOST/api/w/runs/$RUN_ID/metrics" \
        -H "$JSON" \
        -d "{\"loss\":$loss,\"step\":$i}"
    echo
done

# Log several metrics at the same step.
curl -X POST "$HOST/api/w/runs/$RUN_ID/metrics" \
    -H "$JSON" \
    -d '{"loss": 0.4, "accuracy": 0.9, "step": 12}'
echo

# Upload an artifact: raw bytes.
MODEL=$(mktemp)
trap 'rm -f "$MODEL"' EXIT
printf 'these bytes stand for a trained model' >"$MODEL"
curl -X POST "$HOST/api/w/runs/$RUN_ID/artifacts?name=model.pkl" \
    -H 'Content-Type: application/octet-stream' \
    --data-binary @"$MODEL"
echo

# End the run.
curl -X POST "$HOST/api/w/runs/$RUN_ID/end" \
    -H "$JSON" \
    -d '{"status":"completed"}'
echo

# Register the artifact as a version of a model, in staging.
VERSION=$(curl -X POST "$HOST/api/w/models" \
    -H "$JSON" \
    -d "{\"name\":\"iris-classifier\",
         \"run_id\":\"$RUN_ID\",
         \"artifact\":\"model.pkl\",
         \"stage\":\"staging\",
         \"description\":\"first cut\"}")
jq -c . <<<"$VERSION"

# Promote it: whichever version was in production before is archived.
curl -X POST "$HOST/api/w/models/iris-classifier/versions/$(jq .version <<<"$VERSION")/stage" \
    -H "$JSON" \
    -d '{"stage":"production"}'
echo
