#!/usr/bin/env bash
# Commit the state of one environment and push it: commit-state.sh FILE BRANCH
#
# A push that is rejected is repeated only while nobody else has touched that file: two states are
# never merged. Where it cannot be pushed, this fails, and the pipeline keeps the file. Neither HEAD
# nor a tracked file is touched, so that a run that was stopped half-way can be repeated.
set -euo pipefail
state=$1
branch=$2

if [ ! -e "$state" ]; then
  # There is none yet, or reconciler.yaml has it elsewhere, where nobody would commit it.
  elsewhere=$(git ls-files --others --modified -z -- ':!*.backup' ":!$state.kept" |
    xargs -0r grep -ls '^  "intents": ' | head -n 1 || true)
  [ -n "$elsewhere" ] || exit 0
  mkdir -p "$(dirname "$state")"
  cp "$elsewhere" "$state.kept"
  echo "The state is in $elsewhere, and only $state is committed: say so in reconciler.yaml. The file of this run is kept." >&2
  exit 1
fi
aside=$(mktemp -d)
trap 'rm -rf "$aside"' EXIT
export GIT_INDEX_FILE=$aside/index
export GIT_AUTHOR_NAME=reconciler GIT_AUTHOR_EMAIL=reconciler@localhost
export GIT_COMMITTER_NAME=reconciler GIT_COMMITTER_EMAIL=reconciler@localhost

begun=$(git rev-parse HEAD)
head=$begun
for _ in 1 2 3 4 5; do
  git read-tree "$head"
  git update-index --add -- "$state" # be it ignored or not
  if git diff --cached --quiet "$head" -- "$state"; then
    echo "$state is recorded in $branch."
    exit 0
  fi
  if ! git diff --quiet "$begun" "$head" -- "$state"; then
    echo "$state has moved on $branch: somebody else applied meanwhile. The file of this run is kept." >&2
    exit 1
  fi
  commit=$(git commit-tree "$(git write-tree)" -p "$head" -m "Record what was applied: $state")
  if git push --quiet origin "$commit:refs/heads/$branch"; then
    echo "Pushed $state to $branch."
    exit 0
  fi
  git fetch --quiet origin "refs/heads/$branch"
  head=$(git rev-parse FETCH_HEAD)
done
echo "$state could not be pushed to $branch. The file of this run is kept." >&2
exit 1
