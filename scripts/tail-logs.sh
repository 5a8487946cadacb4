#!/bin/sh
# Follows the logs of the system of docker-compose.local.yml: of all services, or of those named.
#   scripts/tail-logs.sh
#   scripts/tail-logs.sh orchestrator kafka-expert
set -eu
cd "$(dirname "$0")/.."
exec docker compose -f docker-compose.local.yml logs --follow --tail 100 "$@"
