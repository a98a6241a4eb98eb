#!/usr/bin/env bash
# Copyright: the authors of ElasticJob for Spring Boot. Licensed under the Apache License, Version 2.0.
#
# A worker for ElasticJob gateways: a command that runs another command for each shard, and a library.
#
# As a command:
#
#   ELASTICJOB_TOKEN=... ./elasticjob-worker.bash --gateway http://localhost:8080 --handler resize --slots 4 -- ./resize.sh
#
# As a library, where the command is a function:
#
#   source elasticjob-worker.bash
#   resize() {
#     for ((page = ${EJ_CHECKPOINT:-0}; page < 30; page++)); do
#       convert_page "$EJ_SHARD" "$page" || return 1
#       ej_save "$((page + 1))" || return 1     # returns when the checkpoint is stored; fails when the shard is lost
#       ej_progress "$((page * 100 / 30))" "page $page"
#     done
#     ej_result "30 pages"                      # recorded with the end, if that is a success
#   }
#   ej_worker --gateway http://localhost:8080 --handler resize --slots 4 -- resize
#
# The command is told by its environment (EJ_JOB, EJ_SHARD, EJ_SHARDS, EJ_SHARD_PARAMETER, EJ_JOB_PARAMETER, EJ_FIRE_TIME,
# EJ_ATTEMPT, EJ_FENCING_TOKEN, EJ_EXECUTION, EJ_CHECKPOINT) and by a JSON object on its standard input what to do; its exit
# code is the outcome. What it writes into the file EJ_RESULT_FILE is its result; if it makes the file EJ_SKIP_FILE, there was nothing
# to do, for the reason that it writes there. A script of its own that sources this file has ej_save, ej_progress, ej_result and ej_skip
# as well.
#
# It needs bash 5, curl and the usual tools of POSIX. A shard runs here only while this worker may be sure that nobody else has
# it. When it does not hear from a gateway for as long as it was promised, it cancels what runs.

EJ_VERSION=0.1.0
EJ_PATH=/elasticjob/workers/v1
EJ_LOG_TAIL=16384      # bytes of output that go with a result
EJ_BODY=600000         # bytes of results and notes in one request; what does not fit goes with the next
EJ_KILL_AFTER=10       # seconds from TERM to KILL
EJ_RESULT=1024         # bytes of a result
EJ_REASON=500          # bytes of the reason for having nothing to do
EJ_OUTPUT_AFTER=5      # seconds for the rest of the output of a command that has ended: what it left behind may hold it open
EJ_MOST_SLOTS=100
EJ_BLANKS=$' \t\r\n'

# ---- For commands

# Stores how far the work has come, for the next attempt. Returns when the scheduler has it; fails when the shard is lost.
ej_save() {
  local LC_ALL=C checkpoint=$1 waited=0 file
  if ((${#checkpoint} > 4096)); then
    printf 'ej_save: a checkpoint has at most 4096 bytes, and this one %s\n' "${#checkpoint}" >&2
    return 2
  fi
  ej_quote "$checkpoint"
  ej_note "\"checkpoint\":$EJ_QUOTED" || return 2
  file=$EJ_NOTES.told.$EJ_NOTE
  until [[ -e $file ]]; do
    if ((waited++ >= 600)) || [[ ! -d ${EJ_NOTES%/*} ]]; then
      printf 'ej_save: no answer; the checkpoint may have been stored\n' >&2
      return 3
    fi
    sleep 0.05
  done
  checkpoint=$(<"$file")
  rm -f "$file"
  [[ -z $checkpoint ]] || { printf 'ej_save: %s\n' "$checkpoint" >&2; return 1; }
}

# Tells how far the work has come, for people: percent, and one line. Does not wait.
ej_progress() {
  local LC_ALL=C percent=$(($1))
  ej_quote "${2:0:200}"
  ej_note "\"percent\":$((percent < 0 ? 0 : percent > 100 ? 100 : percent)),\"message\":$EJ_QUOTED"
}

# Leaves a result, which is recorded with the end if that is a success. The last call counts.
ej_result() {
  local LC_ALL=C
  if ((${#1} > EJ_RESULT)); then
    printf 'ej_result: a result has at most %s bytes, and this one %s\n' "$EJ_RESULT" "${#1}" >&2
    return 2
  fi
  printf '%s' "$1" >"$EJ_RESULT_FILE"
}

# Says that there is nothing to do, and why: the end is then neither a success nor a failure. The last call counts.
ej_skip() {
  printf '%s' "${1:-}" >"$EJ_SKIP_FILE"
}

# Hands members of a note to the worker; EJ_NOTE is its number then.
ej_note() {
  [[ -n ${EJ_NOTES:-} ]] || { printf 'ej_note: not below a worker\n' >&2; return 2; }
  EJ_NOTE=${EPOCHREALTIME/[.,]/}
  printf '%s' "$1" >"$EJ_NOTES.note.$EJ_NOTE" && printf 'note %s %s\n' "${EJ_NOTES##*/}" "$EJ_NOTE" >"$EJ_NOTES_TO"
}

# ---- JSON

# Quotes a text as JSON, into EJ_QUOTED.
ej_quote() {
  local LC_ALL=C text=$1 byte code escape=\\
  text=${text//"$escape"/"$escape$escape"}
  text=${text//\"/"$escape\""}
  if [[ $text == *[$'\x01'-$'\x1f']* ]]; then
    for code in {1..31}; do
      printf -v code '%02x' "$code"
      printf -v byte "\\x$code"
      text=${text//"$byte"/"${escape}u00$code"}
    done
  fi
  EJ_QUOTED=\"$text\"
}

# A text that is UTF-8 for sure, into EJ_CLEAN.
ej_clean() {
  local LC_ALL=C
  EJ_CLEAN=$1
  if [[ $EJ_CLEAN == *[$'\x80'-$'\xff']* ]]; then
    if ! EJ_CLEAN=$(printf '%s' "$1" | iconv -c -f UTF-8 -t UTF-8 2>/dev/null) && [[ -z $EJ_CLEAN ]]; then
      EJ_CLEAN=${1//[$'\x80'-$'\xff']/?}
    fi
  fi
}

# Reads a JSON text into J: members by their paths (.executions.0.id), arrays by their length (.executions#).
ej_read() {
  local LC_ALL=C
  J=()
  EJ_REST=$1
  ej_value '' && ej_blanks && [[ -z $EJ_REST ]]
}

ej_blanks() {
  [[ $EJ_REST != [$EJ_BLANKS]* ]] || EJ_REST=${EJ_REST#"${EJ_REST%%[!$EJ_BLANKS]*}"}
}

ej_value() {
  local path=$1 key count=0 before
  ej_blanks
  case $EJ_REST in
    '{'*)
      before=$EJ_REST
      EJ_REST=${EJ_REST:1}
      ej_blanks
      if [[ $EJ_REST == '}'* ]]; then
        EJ_REST=${EJ_REST:1}
      else
        while :; do
          ej_blanks
          ej_string || return 1
          key=$EJ_STRING
          ej_blanks
          [[ $EJ_REST == :* ]] || return 1
          EJ_REST=${EJ_REST:1}
          ej_value "$path.$key" || return 1
          ej_blanks
          case $EJ_REST in
            ,*) EJ_REST=${EJ_REST:1} ;;
            '}'*) EJ_REST=${EJ_REST:1}; break ;;
            *) return 1 ;;
          esac
        done
      fi
      [[ -z $path ]] || J[$path]=${before:0:${#before}-${#EJ_REST}}
      ;;
    '['*)
      EJ_REST=${EJ_REST:1}
      ej_blanks
      if [[ $EJ_REST == ']'* ]]; then
        EJ_REST=${EJ_REST:1}
      else
        while :; do
          ej_value "$path.$count" || return 1
          count=$((count + 1))
          ej_blanks
          case $EJ_REST in
            ,*) EJ_REST=${EJ_REST:1} ;;
            ']'*) EJ_REST=${EJ_REST:1}; break ;;
            *) return 1 ;;
          esac
        done
      fi
      J[$path#]=$count
      ;;
    \"*)
      ej_string || return 1
      J[$path]=$EJ_STRING
      ;;
    *)
      key=${EJ_REST%%[!-+.0-9A-Za-z]*}
      [[ -n $key ]] || return 1
      EJ_REST=${EJ_REST:${#key}}
      [[ $key == null ]] || J[$path]=$key
      ;;
  esac
}

ej_string() {
  local part code low bytes
  EJ_STRING=
  [[ $EJ_REST == \"* ]] || return 1
  EJ_REST=${EJ_REST:1}
  while :; do
    part=${EJ_REST%%[\"\\]*}
    EJ_STRING+=$part
    EJ_REST=${EJ_REST:${#part}}
    case $EJ_REST in
      \"*) EJ_REST=${EJ_REST:1}; return 0 ;;
      \\n*) EJ_STRING+=$'\n'; EJ_REST=${EJ_REST:2} ;;
      \\t*) EJ_STRING+=$'\t'; EJ_REST=${EJ_REST:2} ;;
      \\r*) EJ_STRING+=$'\r'; EJ_REST=${EJ_REST:2} ;;
      \\b*) EJ_STRING+=$'\b'; EJ_REST=${EJ_REST:2} ;;
      \\f*) EJ_STRING+=$'\f'; EJ_REST=${EJ_REST:2} ;;
      \\u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]*)
        code=$((16#${EJ_REST:2:4}))
        EJ_REST=${EJ_REST:6}
        if ((code >= 0xd800 && code < 0xdc00)) && [[ $EJ_REST == \\u[dD][c-fC-F]* ]]; then
          low=$((16#${EJ_REST:2:4}))
          EJ_REST=${EJ_REST:6}
          code=$((0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)))
        fi
        if ((code < 0x80)); then
          printf -v bytes '\\x%02x' "$code"
        elif ((code < 0x800)); then
          printf -v bytes '\\x%02x\\x%02x' $((0xc0 | code >> 6)) $((0x80 | code & 63))
        elif ((code < 0x10000)); then
          printf -v bytes '\\x%02x\\x%02x\\x%02x' $((0xe0 | code >> 12)) $((0x80 | code >> 6 & 63)) $((0x80 | code & 63))
        else
          printf -v bytes '\\x%02x\\x%02x\\x%02x\\x%02x' $((0xf0 | code >> 18)) $((0x80 | code >> 12 & 63)) \
            $((0x80 | code >> 6 & 63)) $((0x80 | code & 63))
        fi
        printf -v bytes "$bytes"
        EJ_STRING+=$bytes
        ;;
      \\?*) EJ_STRING+=${EJ_REST:1:1}; EJ_REST=${EJ_REST:2} ;;
      *) return 1 ;;
    esac
  done
}

# ---- Time

# Milliseconds of both clocks, into EJ_UP and EJ_WALL: a machine that slept does not notice by one of them alone.
ej_now() {
  EJ_WALL=$((${EPOCHREALTIME/[.,]/} / 1000))
  EJ_UP=$EJ_WALL
  if [[ -r /proc/uptime ]] && read -r EJ_UP _ </proc/uptime; then
    EJ_UP=$((10#${EJ_UP/./} * 10))
  fi
}

# Milliseconds that have passed since an instant of both clocks, into EJ_PASSED.
ej_passed() {
  ej_now
  EJ_PASSED=$((EJ_UP - $1 > EJ_WALL - $2 ? EJ_UP - $1 : EJ_WALL - $2))
}

# ---- Talking

ej_log() {
  printf '%(%FT%T%z)T elasticjob-worker %s\n' -1 "$*" >&2
}

# Sends a request in the background; its answer is an event. Its body is in the file of its number.
ej_send() { # kind number method path seconds
  [[ -z ${ELASTICJOB_TOKEN_FILE:-} ]] || ej_token
  local arguments=(-q --config "$ej_dir/curl" --config "$ej_dir/token" --request "$3" --max-time "$5" --output "$ej_dir/answer.$2")
  [[ $3 == DELETE ]] || arguments+=(--data-binary "@$ej_dir/body.$2")
  (
    code=$(curl "${arguments[@]}" --write-out '%{http_code}' "${ej_gateways[0]%/}$EJ_PATH$4" 2>"$ej_dir/error.$2")
    rm -f "$ej_dir/body.$2"
    printf 'answer %s %s %s\n' "$1" "$2" "${code:-000}" >&"$ej_events"
  ) &
}

ej_attach() {
  local holds= id
  ej_number=$((ej_number + 1))
  for id in "${!ej_running[@]}"; do
    ej_passed ${ej_begun[$id]}
    holds+=",{\"id\":\"$id\",\"state\":\"RUNNING\",\"runningMs\":$EJ_PASSED}"
  done
  ej_within "$EJ_BODY"
  for id in "${ej_fitting[@]}"; do
    holds+=",{\"state\":\"ENDED\",${ej_results[$id]:1}"
  done
  printf '{"name":%s,"crew":%s,"handlers":[%s],"labels":{%s},"slots":%s,"client":"bash/%s","process":"%s","holds":[%s]}' \
    "$ej_name" "$ej_crew" "$ej_handlers" "$ej_labels" "$ej_slots" "$EJ_VERSION" "$ej_process" "${holds:1}" \
    >"$ej_dir/body.$ej_number"
  ej_pending=$ej_number
  ej_send attach "$ej_number" POST '' 10
}

# The ids of those results that fit into so many bytes, into ej_fitting; one fits always.
ej_within() {
  local left=$1 id LC_ALL=C
  ej_fitting=()
  for id in "${!ej_results[@]}"; do
    left=$((left - ${#ej_results[$id]}))
    ((left < 0 && ${#ej_fitting[@]} > 0)) && break
    ej_fitting+=("$id")
  done
}

# An exchange. What comes while it is parked is sent by the next one, at once.
ej_exchange() {
  local running= results= notes= id free left LC_ALL=C
  ej_number=$((ej_number + 1))
  ej_wake=
  free=$((ej_stopping ? 0 : ej_slots - ${#ej_running[@]}))
  for id in "${!ej_running[@]}"; do
    running+=",\"$id\""
  done
  ej_within "$EJ_BODY"
  for id in "${!ej_results[@]}"; do
    if [[ " ${ej_fitting[*]} " == *" $id "* ]]; then
      results+=,${ej_results[$id]}
    else
      running+=",\"$id\"" # its end is told by a later exchange
      ej_wake=1
    fi
  done
  left=$((EJ_BODY / 2))
  for id in "${!ej_notes[@]}"; do
    left=$((left - ${#ej_notes[$id]}))
    ((left < 0)) && break
    notes+=,${ej_notes[$id]}
  done
  printf '{"seq":%s,"free":%s,"running":[%s],"waitMs":%s,"results":[%s],"notes":[%s]}' \
    "$ej_number" "$((free < 0 ? 0 : free))" "${running:1}" 20000 "${results:1}" "${notes:1}" >"$ej_dir/body.$ej_number"
  ej_now
  ej_sent="$EJ_UP $EJ_WALL"
  ej_pending=$ej_number
  ej_send exchange "$ej_number" POST "/$ej_attachment/exchange" 30
}

ej_answered() { # kind number code
  local text= error= answer=$ej_dir/answer.$2
  [[ -e $answer ]] && text=$(<"$answer")
  [[ -e $ej_dir/error.$2 ]] && error=$(<"$ej_dir/error.$2")
  rm -f "$answer" "$ej_dir/error.$2"
  [[ $2 == "$ej_pending" ]] || return 0 # a newer one is under way
  ej_pending=
  if [[ $3 == 2* ]] && ej_read "$text"; then
    ej_failures=0
    "ej_of_$1"
    return
  fi
  ej_failures=$((ej_failures + 1))
  ej_now
  local pause=$((ej_failures > 6 ? 5000 : 100 << ej_failures))
  ej_retry=$((EJ_UP + pause / 2 + RANDOM % (pause / 2)))
  ej_read "$text" || J=()
  ej_log "gateway ${ej_gateways[0]}: ${3#000} ${J[.detail]:-${error:-not JSON}}"
  case $3 in
    400 | 401 | 403) ej_refused="$3 ${J[.detail]:-}" ;;
    404) ej_attachment= ;;
    503) ej_move .gateways ;;
    409 | 413 | 429) ;;
    *) ((${#ej_gateways[@]} > 1)) && ej_move .gateways ;;
  esac
}

ej_of_attach() {
  local i id
  ej_attachment=${J[.worker]}
  for ((i = 0; i < ${J[.gateways#]:-0}; i++)); do
    [[ " ${ej_gateways[*]} " == *" ${J[.gateways.$i]} "* ]] || ej_gateways+=("${J[.gateways.$i]}")
  done
  for ((i = 0; i < ${J[.lost#]:-0}; i++)); do
    id=${J[.lost.$i]}
    [[ -z ${ej_running[$id]:-} ]] || ej_cancel "${ej_running[$id]}"
    ej_over "$id"
  done
  for ((i = 0; i < ${J[.recorded#]:-0}; i++)); do
    ej_over "${J[.recorded.$i]}"
  done
  ej_log "attached to ${ej_gateways[0]} as $ej_attachment"
}

ej_of_exchange() {
  local i id
  if ((${#ej_running[@]} > 0 || ${J[.executions#]:-0} > 0)); then
    # The gateway counts from a later instant: it gives up after this worker does.
    ej_lease="$ej_sent $(((${J[.heldMs]} + ${J[.leaseMs]}) * 999 / 1000))"
  fi
  for ((i = 0; i < ${J[.acks#]:-0}; i++)); do
    ej_over "${J[.acks.$i]}"
  done
  for ((i = 0; i < ${J[.notes#]:-0}; i++)); do
    ej_noted "${J[.notes.$i.id]} ${J[.notes.$i.seq]}" "${J[.notes.$i.refused]:-}"
  done
  for ((i = 0; i < ${J[.cancel#]:-0}; i++)); do
    id=${J[.cancel.$i.id]}
    [[ -z ${ej_running[$id]:-} ]] || ej_cancel "${ej_running[$id]}"
  done
  for ((i = 0; i < ${J[.executions#]:-0}; i++)); do
    id=${J[.executions.$i.id]}
    [[ -n ${ej_running[$id]:-} || -n ${ej_results[$id]:-} ]] || ej_begin "$id" ".executions.$i"
  done
  if ((${J[.moveTo#]:-0} > 0)); then
    ej_move .moveTo
  fi
}

# Goes to the first gateway of a list of the answer, or to the next that is known.
ej_move() {
  local i others=() known
  ej_attachment=
  for ((i = 0; i < ${J[$1#]:-0}; i++)); do
    [[ ${J[$1.$i]} == "${ej_gateways[0]}" ]] || others+=("${J[$1.$i]}")
  done
  if ((${#others[@]} == 0)); then
    ej_gateways=("${ej_gateways[@]:1}" "${ej_gateways[0]}")
    return 0
  fi
  for known in "${ej_gateways[@]}"; do
    [[ " ${others[*]} " == *" $known "* ]] || others+=("$known")
  done
  ej_gateways=("${others[@]}")
}

# ---- Running

ej_begin() { # id path
  local slot=$((ej_number * 100000 + ${2##*.})) at=$2
  ej_running[$1]=$slot
  ej_ids[$slot]=$1
  ej_now
  ej_begun[$1]="$EJ_UP $EJ_WALL"
  printf '%s' "${J[$at]}" >"$ej_dir/in.$slot"
  (
    trap : TERM INT
    unset ELASTICJOB_TOKEN ELASTICJOB_TOKEN_FILE
    export EJ_JOB=${J[$at.job]} EJ_SHARD=${J[$at.shard]} EJ_SHARDS=${J[$at.shardingTotalCount]}
    export EJ_SHARD_PARAMETER=${J[$at.shardingParameter]:-} EJ_JOB_PARAMETER=${J[$at.jobParameter]:-}
    export EJ_FIRE_TIME=${J[$at.fireTime]} EJ_ATTEMPT=${J[$at.attempt]} EJ_EXECUTION=${J[$at.execution]}
    export EJ_FENCING_TOKEN=${J[$at.fencingToken]:-} EJ_CHECKPOINT=${J[$at.checkpoint]:-}
    export EJ_NOTES=$ej_dir/$slot EJ_NOTES_TO=$ej_dir/events EJ_RESULT_FILE=$ej_dir/$slot.result
    export EJ_SKIP_FILE=$ej_dir/$slot.skip
    set -m # a process group of its own, which is ended as a whole
    "${ej_command[@]}" <"$ej_dir/in.$slot" {ej_events}>&- \
      > >(trap '' TERM; tail -c "$EJ_LOG_TAIL" >"$ej_dir/part.$slot"; mv "$ej_dir/part.$slot" "$ej_dir/out.$slot") 2>&1 &
    child=$!
    printf 'begun %s %s\n' "$slot" "$child" >&"$ej_events"
    while :; do
      wait "$child"
      code=$?
      kill -0 "$child" 2>/dev/null || break
    done
    ended=$SECONDS
    until [[ -e $ej_dir/out.$slot ]] || ((SECONDS - ended > EJ_OUTPUT_AFTER)); do
      sleep 0.05
    done
    printf 'done %s %s\n' "$slot" "$code" >&"$ej_events"
  ) 2>/dev/null &
}

ej_cancel() { # slot
  [[ -z ${ej_killing[$1]:-} ]] || return 0
  ej_now
  ej_killing[$1]=$((EJ_UP + EJ_KILL_AFTER * 1000))
  [[ -z ${ej_children[$1]:-} ]] || kill -TERM -- "-${ej_children[$1]}" 2>/dev/null
}

ej_cancel_all() {
  local slot
  for slot in "${!ej_ids[@]}"; do
    ej_cancel "$slot"
  done
}

# It runs here no more; with "all", nothing more is told of it.
ej_forget() { # id [all]
  local key
  unset "ej_running[$1]" "ej_begun[$1]"
  for key in "${!ej_notes[@]}"; do
    if [[ $key == "$1 "* && (-n ${2:-} || ${ej_notes[$key]} == *'"checkpoint":'*) ]]; then
      ej_noted "$key" 'the execution has ended, or lost its shard'
    fi
  done
}

ej_over() { # id
  unset "ej_results[$1]"
  ej_forget "$1" all
}

ej_ended() { # slot code
  local id=${ej_ids[$1]:-} error= log= outcome=SUCCEEDED result= LC_ALL=C
  [[ -n $id ]] || return 0
  if [[ -n ${ej_killing[$1]:-} && -n ${ej_children[$1]:-} ]]; then
    kill -KILL -- "-${ej_children[$1]}" 2>/dev/null # what it has left behind
  fi
  if [[ -e $ej_dir/out.$1 ]]; then
    ej_clean "$(tr -d '\000' <"$ej_dir/out.$1")"
    log=$EJ_CLEAN
  fi
  if (($2 != 0)); then
    outcome=FAILED
    [[ -z ${ej_killing[$1]:-} ]] || outcome=ABANDONED
    error="exit code $2"
  elif [[ -e $ej_dir/$1.skip ]]; then
    outcome=SKIPPED
    ej_clean "$(head -c "$EJ_REASON" "$ej_dir/$1.skip" | tr -d '\000')"
    ej_quote "$EJ_CLEAN"
    result=",\"reason\":$EJ_QUOTED"
  elif [[ -e $ej_dir/$1.result ]]; then
    ej_clean "$(head -c "$((EJ_RESULT * 2))" "$ej_dir/$1.result" | tr -d '\000')"
    if ((${#EJ_CLEAN} > EJ_RESULT)); then
      outcome=FAILED
      error="result: must have at most $EJ_RESULT bytes, and has $(wc -c <"$ej_dir/$1.result")"
    else
      ej_quote "$EJ_CLEAN"
      result=",\"result\":$EJ_QUOTED"
    fi
  fi
  if [[ ${ej_running[$id]:-} == "$1" ]]; then
    ej_forget "$id"
    ej_quote "$log"
    ej_results[$id]="{\"id\":\"$id\",\"outcome\":\"$outcome\",\"error\":\"$error\",\"log\":$EJ_QUOTED$result}"
  fi
  rm -f "$ej_dir"/{in,out,part}."$1" "$ej_dir/$1".*
  unset "ej_ids[$1]" "ej_killing[$1]" "ej_children[$1]" "ej_seqs[$1]"
  ej_wake=1
}

ej_note_of() { # slot number
  local id=${ej_ids[$1]:-} file=$ej_dir/$1.note.$2
  if [[ -n $id && ${ej_running[$id]:-} == "$1" ]]; then
    ej_seqs[$1]=$((${ej_seqs[$1]:-0} + 1))
    ej_notes["$id ${ej_seqs[$1]}"]="{\"id\":\"$id\",\"seq\":${ej_seqs[$1]},$(<"$file")}"
    ej_files["$id ${ej_seqs[$1]}"]=$ej_dir/$1.told.$2
    ej_wake=1
  else
    printf 'the execution has lost its shard' >"$ej_dir/$1.told.$2"
  fi
  rm -f "$file"
}

ej_noted() { # key why-it-is-refused
  [[ -n ${ej_notes[$1]:-} ]] || return 0
  if [[ ${ej_notes[$1]} == *'"checkpoint":'* ]]; then
    printf '%s' "$2" >"${ej_files[$1]}.part" && mv "${ej_files[$1]}.part" "${ej_files[$1]}"
  fi
  unset "ej_notes[$1]" "ej_files[$1]"
}

# ---- The lease, and time

# Cancels what runs when the lease is over: another may run it from then on. Kills what does not end.
ej_guard() {
  local slot lease=($ej_lease)
  ((${#ej_ids[@]} > 0)) || return 0
  if [[ -n $ej_lease ]]; then
    ej_passed "${lease[0]}" "${lease[1]}"
    if ((EJ_PASSED > lease[2])); then
      ej_log "no lease any more: cancelling what runs"
      ej_lease=
      ej_cancel_all
    fi
  fi
  ej_now
  ((ej_grace == 0 || EJ_UP < ej_grace)) || ej_cancel_all
  for slot in "${!ej_killing[@]}"; do
    if ((EJ_UP > ${ej_killing[$slot]})) && [[ -n ${ej_children[$slot]:-} ]]; then
      kill -KILL -- "-${ej_children[$slot]}" 2>/dev/null
    fi
  done
}

# Waits so many seconds for an event, and deals with it. What the end of the wait cuts in two is put together by the next.
ej_next() {
  local line= event
  if IFS= read -r -t "$1" -u "$ej_events" line; then
    read -r -a event <<<"$ej_partial$line"
    ej_partial=
    ej_event "${event[@]}"
  else
    ej_partial+=$line
    return 1
  fi
}

ej_event() {
  case $1 in
    answer) ej_answered "$2" "$3" "$4" ;;
    begun)
      ej_children[$2]=$3
      [[ -z ${ej_killing[$2]:-} ]] || kill -TERM -- "-$3" 2>/dev/null
      ;;
    done) ej_ended "$2" "$3" ;;
    note) ej_note_of "$2" "$3" ;;
  esac
}

# Writes down for curl what is in ELASTICJOB_TOKEN, or in ELASTICJOB_TOKEN_FILE: that is read again before each request.
ej_token() {
  local token=${ELASTICJOB_TOKEN:-} read=
  if [[ -n ${ELASTICJOB_TOKEN_FILE:-} ]]; then
    { read=$(<"$ELASTICJOB_TOKEN_FILE"); } 2>/dev/null || printf 'the token file cannot be read: %s\n' "$ELASTICJOB_TOKEN_FILE" >&2
    token=${read//[[:space:]]/}
    [[ -n $token || ! -e $ej_dir/token ]] || return 0 # the one before
  fi
  {
    [[ -z $token ]] || { ej_quote "Authorization: Bearer $token"; printf 'header = %s\n' "$EJ_QUOTED"; }
  } >"$ej_dir/token.new"
  mv "$ej_dir/token.new" "$ej_dir/token"
}

ej_usage() {
  printf 'usage: elasticjob-worker.bash --gateway URL --handler NAME [--slots N] [--name NAME] [--crew NAME]%s\n' \
    ' [--label NAME=VALUE] [--ca FILE] [--cert FILE] [--grace SECONDS] -- COMMAND...' >&2
  return 2
}

# Works until SIGTERM or SIGINT, and what it was given has ended. 1 when a gateway refuses this worker for good.
ej_worker() {
  local -A J=() ej_running=() ej_results=() ej_begun=() ej_notes=() ej_files=() ej_ids=() ej_killing=() ej_children=() ej_seqs=()
  local -a ej_gateways=() ej_command=() ej_fitting=()
  local ej_handlers= ej_labels= ej_slots=1 ej_name= ej_crew= grace=30 ca= cert= seconds
  local ej_number=0 ej_pending= ej_attachment= ej_failures=0 ej_retry=0 ej_lease= ej_sent= ej_wake= ej_refused= ej_grace=0 ej_partial=
  local ej_stopping=0 ej_dir ej_events ej_process
  while (($# > 0)); do
    [[ $1 != -- ]] || { shift; ej_command=("$@"); break; }
    (($# > 1)) || { ej_usage; return 2; }
    ej_quote "$2"
    case $1 in
      --gateway) ej_gateways+=("$2") ;;
      --handler) ej_handlers+=${ej_handlers:+,}$EJ_QUOTED ;;
      --slots) ej_slots=$2 ;;
      --name) ej_name=$EJ_QUOTED ;;
      --crew) ej_crew=$EJ_QUOTED ;;
      --label)
        ej_quote "${2%%=*}"
        ej_labels+=${ej_labels:+,}$EJ_QUOTED:
        ej_quote "${2#*=}"
        ej_labels+=$EJ_QUOTED
        ;;
      --ca) ca=$2 ;;
      --cert) cert=$2 ;;
      --grace) grace=$2 ;;
      *) ej_usage; return 2 ;;
    esac
    shift 2
  done
  if ((${#ej_gateways[@]} == 0 || ${#ej_command[@]} == 0)) || [[ -z $ej_handlers || ! $ej_slots =~ ^[1-9][0-9]*$ ]]; then
    ej_usage
    return 2
  fi
  if ((ej_slots > EJ_MOST_SLOTS)); then
    printf 'slots "%s": this worker has at most %s; start further ones\n' "$ej_slots" "$EJ_MOST_SLOTS" >&2
    return 2
  fi
  ej_dir=$(mktemp -d) || return 1 # for nobody else
  ej_process=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  ej_quote "${HOSTNAME:0:40}-${ej_process:0:6}"
  ej_name=${ej_name:-$EJ_QUOTED}
  ej_crew=${ej_crew:-$ej_name}
  {
    printf 'silent\nshow-error\nheader = "Content-Type: application/json"\n'
    [[ -z $ca ]] || { ej_quote "$ca"; printf 'cacert = %s\n' "$EJ_QUOTED"; }
    [[ -z $cert ]] || { ej_quote "$cert"; printf 'cert = %s\n' "$EJ_QUOTED"; }
  } >"$ej_dir/curl"
  ej_token
  mkfifo "$ej_dir/events" && exec {ej_events}<>"$ej_dir/events" || return 1
  # It may come within any function, and within the wait for an event, which would lose its end if this read something.
  trap 'ej_stopping=1; ej_wake=1' TERM INT

  while [[ -z $ej_refused ]] && ((!ej_stopping || ${#ej_running[@]} > 0 || ${#ej_results[@]} > 0)); do
    ej_now
    ((!ej_stopping || ej_grace > 0)) || ej_grace=$((EJ_UP + grace * 1000))
    if ((EJ_UP >= ej_retry || ej_failures == 0)); then
      if [[ -z $ej_attachment ]]; then
        [[ -n $ej_pending ]] || ej_attach
      elif [[ -z $ej_pending || -n $ej_wake ]]; then
        ej_exchange
      fi
    fi
    ((!ej_stopping || ej_failures < 20)) || break
    ((${#ej_ids[@]} > 0 || ej_failures > 0)) && seconds=0.2 || seconds=1
    if ej_next "$seconds"; then
      while ej_next 0.005; do :; done # what comes together is sent together
    fi
    ej_guard
  done

  ej_cancel_all # nothing runs on without a lease
  while ((${#ej_ids[@]} > 0)); do
    ej_next 0.2
    ej_pending=
    ej_guard
  done
  if [[ -z $ej_refused && -n $ej_attachment ]]; then
    ej_send leave 0 DELETE "/$ej_attachment" 5
    wait "$!"
  fi
  trap - TERM INT
  exec {ej_events}>&-
  rm -rf "$ej_dir"
  [[ -z $ej_refused ]] || { printf 'The gateway refuses this worker: %s\n' "$ej_refused" >&2; return 1; }
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  ej_worker "$@"
fi
