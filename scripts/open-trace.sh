#!/bin/sh
# Shows where Jaeger has the traces of the system of docker-compose.local.yml, and opens it where there is a browser.
#   scripts/open-trace.sh            the latest of the orchestrator
#   scripts/open-trace.sh <run id>   those of one run
set -eu
url="http://localhost:16686/search?service=orchestrator&lookback=2d&limit=20"
case "$#:${1-}" in
  0:) ;;
  1:*[!a-z0-9]* | 1: | [2-9]*)
    echo "open-trace: no such run: got '$*'. Expected one run id, letters and digits. Copy it from ./baton runs list." >&2
    exit 2
    ;;
  *) url="$url&tags=%7B%22baton.run.id%22%3A%22$1%22%7D" ;;
esac
echo "$url"
for browser in xdg-open open; do
  if command -v "$browser" >/dev/null 2>&1 && [ "${DISPLAY-}${WAYLAND_DISPLAY-}" != "" -o "$browser" = open ]; then
    exec "$browser" "$url"
  fi
done
