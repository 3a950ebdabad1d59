#!/usr/bin/env bash
# Measures the river against its peers on the same mails in the same run: bench.py (files, notmuch) writes docs/bench.md,
# bench_pull.py (a mail server, mbsync and notmuch) writes docs/bench-pull.md, bench_deliver.py (a Tryton) docs/bench-deliver.md,
# bench_same.py (Splink) docs/bench-same.md, bench_site.py (100,000 people, 8 clients) docs/bench-site.md.
# BENCH=import, pull, deliver, same or site runs one of them.
set -euo pipefail
here="$(dirname "$0")" code=0
[ "${BENCH:-import}" != import ] || python3 "$here/bench.py" "$@" || code=1
[ "${BENCH:-pull}" != pull ] || python3 "$here/bench_pull.py" "$@" || code=1
[ "${BENCH:-deliver}" != deliver ] || python3 "$here/bench_deliver.py" "$@" || code=1
[ "${BENCH:-same}" != same ] || python3 "$here/bench_same.py" "$@" || code=1
[ "${BENCH:-site}" != site ] || python3 "$here/bench_site.py" "$@" || code=1
exit $code
