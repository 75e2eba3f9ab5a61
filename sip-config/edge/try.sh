#!/bin/bash
# Tries kamailio.cfg for real: sipp plays the telco, Sigap and the fallback telephone on free ports of
# 127.0.0.1. Needs kamailio and sipp. Exit 0 when every case went as it should.
set -uo pipefail
cd "$(dirname "$0")"
config=$PWD/kamailio.cfg
scenarios=$PWD/../sipp
caller=+6281100000112

work=$(mktemp -d)
edge_pid=''
other_pids=''
clean_up() {
  # shellcheck disable=SC2086 # one word per process
  kill $edge_pid $other_pids 2>/dev/null
  wait 2>/dev/null
  rm -rf "$work"
}
trap clean_up EXIT

# Sigap that refuses, as it does when it is full.
cat >"$work/refuses.xml" <<'X'
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="Sigap refuses">
  <recv request="INVITE"/>
  <send retrans="500">
    <![CDATA[

      SIP/2.0 503 Service Unavailable
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]r[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0

    ]]>
  </send>
  <recv request="ACK"/>
</scenario>
X
# Sigap that dies after it has taken the INVITE. The edge cancels it before it tries the telephone.
cat >"$work/dies.xml" <<'X'
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="Sigap dies after 100">
  <recv request="INVITE"/>
  <send>
    <![CDATA[

      SIP/2.0 100 Trying
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0

    ]]>
  </send>
  <recv request="CANCEL"/>
</scenario>
X

# Free for UDP and TCP, and below the range that the kernel gives to outgoing connections: nobody takes them meanwhile.
free_ports() { # COUNT
  python3 - "$1" <<'P'
import random, socket, sys
wanted, held, free = int(sys.argv[1]), [], []
while len(free) < wanted:
    port = random.randrange(12_000, 32_000)
    pair = [socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)]
    held += pair
    try:
        for one in pair:
            one.bind(("127.0.0.1", port))
    except OSError:
        continue
    free.append(port)
print(*free)
P
}
read -r edge sigap telephone telco < <(free_ports 4)
echo "1 sip:127.0.0.1:$sigap 0 10" >"$work/nodes"

start_edge() { # PING_S UNANSWERED_MS
  kamailio -f "$config" -DD -E -m 32 -M 4 -Y "$work" -P "$work/pid" -w "$work" \
    -A "LISTEN_UDP=udp:127.0.0.1:$edge" -A "LISTEN_TCP=tcp:127.0.0.1:$edge" -A 'TRUNK_NET=127.0.0.1/32' \
    -A "FALLBACK_URI=\"sip:telepon@127.0.0.1:$telephone\"" -A "NODES=\"$work/nodes\"" \
    -A "PING_S=$1" -A "UNANSWERED_MS=$2" >"$work/edge.log" 2>&1 &
  edge_pid=$!
  local tries
  for tries in $(seq 50); do
    sipp -sf "$scenarios/uac_options.xml" -i 127.0.0.1 -p "$telco" -m 1 -timeout 1 -timeout_error -nostdin \
      "127.0.0.1:$edge" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  echo "the edge did not start after $tries tries"
  tail -n 20 "$work/edge.log"
  exit 1
}
stop_edge() {
  kill "$edge_pid" 2>/dev/null
  wait "$edge_pid" 2>/dev/null
  edge_pid=''
}

answerer() { # SCENARIO PORT; its exit status comes from `wait`
  sipp -sf "$1" -i 127.0.0.1 -p "$2" -m 1 -timeout 40 -timeout_error -nostdin >/dev/null 2>&1 &
  other_pids="$other_pids $!"
  last_pid=$!
}
call() { # SCENARIO ADDRESS
  sipp -sf "$scenarios/$1" -key caller "$caller" -i "$2" -p "$telco" -m 1 -d 200 -timeout 30 -timeout_error \
    -nostdin -trace_err -error_file "$work/$1.err" "127.0.0.1:$edge" >/dev/null 2>&1
}

failures=0
expect() { # WHAT STATUS...: every status must be 0
  local what=$1 status
  shift
  for status in "$@"; do
    if [ "$status" != 0 ]; then
      echo "FAILED $what (statuses: $*)"
      cat "$work"/*.err 2>/dev/null | head -n 20
      tail -n 10 "$work/edge.log"
      failures=$((failures + 1))
      return
    fi
  done
  echo "ok     $what"
}
nobody_called() { ! grep -q 'telephone rings' "$work/edge.log"; }
in_time() { [ "$1" -le "$2" ]; }
milliseconds() { date +%s%3N; }

kamailio -c -f "$config" -A "NODES=\"$PWD/dispatcher.list\"" >"$work/check.log" 2>&1
expect 'the configuration is well formed' $?

start_edge 3600 3000
answerer "$scenarios/uas_phone.xml" "$sigap"
call uac_answered.xml 127.0.0.1
status=$?
wait "$last_pid"
taken=$?
nobody_called
expect 'Sigap takes the call, the telephone is silent' $status $taken $?

call uac_stranger.xml 127.0.0.2
status=$?
nobody_called
expect 'a stranger gets 403, the telephone is silent' $status $?

answerer "$work/refuses.xml" "$sigap"
refusing=$last_pid
answerer "$scenarios/uas_phone.xml" "$telephone"
call uac_answered.xml 127.0.0.1
status=$?
wait "$last_pid"
taken=$?
wait "$refusing"
expect 'Sigap refuses with 503: the telephone rings' $status $taken $?

answerer "$work/dies.xml" "$sigap"
answerer "$scenarios/uas_phone.xml" "$telephone"
began=$(milliseconds)
call uac_answered.xml 127.0.0.1
status=$?
wait "$last_pid"
taken=$?
in_time $(($(milliseconds) - began)) 8000
expect 'Sigap dies while the call rings: the telephone rings' $status $taken $?
stop_edge

start_edge 3600 3000
answerer "$scenarios/uas_phone.xml" "$telephone"
began=$(milliseconds)
call uac_answered.xml 127.0.0.1
status=$?
wait "$last_pid"
taken=$?
in_time $(($(milliseconds) - began)) 5000
expect 'Sigap is silent for 2 s: the telephone rings' $status $taken $?
stop_edge

start_edge 1 3000
sleep 6 # two pings without an answer, 2 s each
answerer "$scenarios/uas_phone.xml" "$telephone"
began=$(milliseconds)
call uac_answered.xml 127.0.0.1
status=$?
wait "$last_pid"
taken=$?
in_time $(($(milliseconds) - began)) 2000
expect 'Sigap is known to be dead: the telephone rings at once' $status $taken $?
stop_edge

[ "$failures" = 0 ] || exit 1
