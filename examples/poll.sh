#!/usr/bin/env bash
# Creates an itinerary and polls it with curl until it has ended.
# Usage: examples/poll.sh [base URL] [destination] [days]
set -euo pipefail

base=${1:-http://localhost:8000}
destination=${2:-Lisbon}
days=${3:-3}
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT

# Prints a response header of the last request.
header() { sed -n "s/^$1: *//Ip" "$headers" | tr -d '\r'; }

# The idempotency key makes it safe to run this command again after a lost answer.
curl --fail-with-body -sS -D "$headers" -o /dev/null "$base/api/itineraries" \
  -H 'Content-Type: application/json' \
  -H "Idempotency-Key: poll-$$-$(date +%s)" \
  -d "{\"destination\":\"$destination\",\"durationDays\":$days}"
job=$base$(header location)
echo "created $job" >&2

etag=
while :; do
  sleep "$(header retry-after)"
  # With If-None-Match the server answers 304, without a body, until the job changes.
  body=$(curl --fail-with-body -sS -D "$headers" ${etag:+-H "If-None-Match: $etag"} "$job")
  etag=$(header etag)
  [ -n "$body" ] || continue
  status=$(sed -E 's/.*"status":"([a-z]+)".*/\1/' <<<"$body")
  echo "$status: $(sed -nE 's/.*"progress":\{[^}]*"message":"([^"]*)".*/\1/p' <<<"$body")" >&2
  [ "$status" = processing ] || break
done
echo "$body"
[ "$status" = completed ]
