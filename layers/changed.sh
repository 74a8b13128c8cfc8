#!/usr/bin/env bash
# changed.sh [COMMIT]: succeeds if what goes into the container images, or runs in them, may have changed since
# COMMIT: without one, since the last commit that the branch has in common with origin's main branch; if it has
# all of that already, since the commit before. Changes that are not committed count. When in doubt: changed.
set -euo pipefail
cd "$(dirname "$0")/.."
parts=(
    .dockerignore layers requirements.txt functions/functions.toml functions/catalogue.py
    functions/record functions/check_page functions/plan functions/voice functions/sample functions/encode
    functions/compose shared
    bench/containers tests/images local/runtime_api.py local/worker.py
)
since=${1:-$(git merge-base HEAD origin/HEAD 2>/dev/null || true)}
if [ -z "${1:-}" ] && [ "$since" = "$(git rev-parse HEAD)" ]; then since=HEAD^; fi
if ! git rev-parse --quiet --verify "${since:-none}^{commit}" >/dev/null; then exit 0; fi
[ -n "$(git diff --name-only "$since" -- "${parts[@]}")$(git status --porcelain -- "${parts[@]}")" ]
