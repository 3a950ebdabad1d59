#!/usr/bin/env bash
# Does what owners do, in random order, for SOAK_MINUTES, and looks after each step whether all still holds; see soak.py.
set -euo pipefail
exec python3 "$(dirname "$0")/soak.py" "$@"
