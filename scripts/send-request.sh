#!/bin/sh
# Starts a run in the system of docker-compose.local.yml, as any Kafka client would:
#   scripts/send-request.sh 'A parcel tracking service with live updates'
#   scripts/send-request.sh --event examples/request.json
set -eu
cd "$(dirname "$0")/.."

usage() {
  echo "send-request: cannot send: got '$*'. Expected an idea in one argument, or --event <file> with a CloudEvent. Type scripts/send-request.sh 'An idea'." >&2
  exit 2
}

case "$#:${1-}" in
  2:--event)
    [ -r "$2" ] || usage "$@"
    # rpk sends one record per line.
    event=$(tr '\r\n\t' '   ' <"$2")
    ;;
  1:--*) usage "$@" ;;
  1:?*)
    idea=$(printf '%s' "$1" | tr '\000-\037' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g')
    id=$(date -u +%Y%m%dT%H%M%SZ)-$$
    event="{\"specversion\":\"1.0\",\"id\":\"$id\",\"source\":\"/send-request\",\"type\":\"dev.baton.workflow.requested.v1\",\"data\":{\"workflow\":\"design-and-provision\",\"input\":{\"idea\":\"$idea\"}}}"
    ;;
  *) usage "$@" ;;
esac

printf '%s\n' "$event" | docker compose -f docker-compose.local.yml exec -T redpanda \
  rpk topic produce workflow.request --header content-type:application/cloudevents+json
echo "Follow it: scripts/tail-logs.sh; its result: docker compose -f docker-compose.local.yml exec orchestrator ./baton runs get @last" >&2
