#!/usr/bin/env bash
# Commit the state of one environment and push it: commit-state.sh FILE BRANCH
#
# A push that is rejected is repeated only while nobody else has touched that file: two states are
# never merged. Where it cannot be pushed, this fails, and the pipeline keeps the file.
set -euo pipefail
state=$1
branch=$2

git add -- "$state" 2>/dev/null || exit 0 # there is none yet
if git diff --cached --quiet -- "$state"; then
  echo "The state is as it was."
  exit 0
fi
known=$(git rev-parse HEAD)
git -c user.name=reconciler -c user.email=reconciler@localhost \
  commit --quiet --message "Record what was applied: $state" -- "$state"

for _ in 1 2 3 4 5; do
  if git push --quiet origin "HEAD:refs/heads/$branch"; then
    echo "Pushed $state to $branch."
    exit 0
  fi
  git fetch --quiet origin "$branch"
  if ! git diff --quiet "$known" FETCH_HEAD -- "$state"; then
    echo "$state has moved on $branch: somebody else applied meanwhile. The file of this run is kept." >&2
    exit 1
  fi
  known=$(git rev-parse FETCH_HEAD)
  git -c user.name=reconciler -c user.email=reconciler@localhost rebase --quiet FETCH_HEAD
done
echo "$state could not be pushed to $branch. The file of this run is kept." >&2
exit 1
