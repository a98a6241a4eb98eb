#!/bin/sh
# Does one shard: what it has to know is in its environment. It pretends to work for two seconds.
echo "makes thumbnails of $EJ_SHARD_PARAMETER (shard $EJ_SHARD of $EJ_SHARDS, due $EJ_FIRE_TIME, attempt $EJ_ATTEMPT)"
[ -z "$THUMBNAILS_LOG" ] || echo "${WORKER:-worker} $EJ_SHARD $EJ_FIRE_TIME $EJ_ATTEMPT $EJ_FENCING_TOKEN" >> "$THUMBNAILS_LOG"
sleep "${THUMBNAILS_SECONDS:-2}"
