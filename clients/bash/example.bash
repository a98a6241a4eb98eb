#!/usr/bin/env bash
# Converts five pages for each shard, and goes on where an earlier attempt has stopped.
source "$(dirname "${BASH_SOURCE[0]}")/elasticjob-worker.bash"

resize() {
  local page
  [[ ${EJ_CHECKPOINT:-0} != 5 ]] || { ej_skip "no page is left"; return; }
  for ((page = ${EJ_CHECKPOINT:-0}; page < 5; page++)); do
    echo "page $page of shard $EJ_SHARD"
    ej_save "$((page + 1))" || return 1 # returns when the checkpoint is stored
    ej_progress "$(((page + 1) * 20))" "page $page"
  done
  ej_result "5 pages"
}

ej_worker --gateway "${ELASTICJOB_GATEWAY:-http://localhost:8080}" --handler resize --slots 2 --crew resize -- resize
