#!/bin/bash
# One task of a run of ElasticJob. The same text for all of them: what is run and all values are read from files, and nothing
# of them is ever read as text of a command.
unset SLURM_JWT
folder=$EJ_FOLDER
index=$((EJ_FIRST_INDEX + SLURM_ARRAY_TASK_ID))
unset EJ_FOLDER EJ_FIRST_INDEX

# A controller that lost its latest state begins a task again that has begun already.
if ! mkdir "$folder/begun/$index"; then
  echo "Task $index cannot begin: it has begun before, or $folder is not on this node" >&2
  exit 125
fi

mapfile -d '' -t command < "$folder/command"
mapfile -d '' -t environment < "$folder/environment"
mapfile -d '' -t -s $((2 * index)) -n 2 task < "$folder/tasks"
if [ "${#command[@]}" -eq 0 ] || [ "${#task[@]}" -ne 2 ]; then
  echo "Task $index cannot begin: $folder cannot be read" >&2
  : > "$folder/ended/$index.125"
  exit 125
fi
for variable in "${environment[@]}" "EJ_SHARD=${task[0]}" "EJ_SHARD_PARAMETER=${task[1]}"; do
  export "${variable?}"
done

# Slurm signals all processes. This one stays, and tells how the command ended.
trap : TERM INT HUP
"${command[@]}" < /dev/null
code=$?
: > "$folder/ended/$index.$code"
exit "$code"
