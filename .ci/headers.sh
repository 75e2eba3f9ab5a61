#!/bin/bash
# Puts the owner's copyright header on every source file, or replaces the one that is there:
#   .ci/headers.sh "Pemerintah Kabupaten X" [YEAR]
# Twice gives the same as once. docs/handover-headers.md says which files are left alone, and why.
set -euo pipefail
cd "$(dirname "$0")/.."

owner=${1:-}
year=${2:-$(date +%Y)}
if [ -z "$owner" ]; then
  echo 'usage: make headers OWNER="Pemerintah Kabupaten X" [YEAR=2026]'
  exit 2
fi
case $owner in
  *[$'\n\r']* | *'*/'* | *'-->'* | *--*) echo 'OWNER is one line without comment marks'; exit 2 ;;
esac
case $year in
  [0-9][0-9][0-9][0-9]) ;;
  *) echo 'YEAR has four digits'; exit 2 ;;
esac

sources() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z
  else
    find . -type f -not -path '*/target/*' -not -path '*/node_modules/*' -not -path '*/dist/*' -print0
  fi
}

# The header is two lines (REUSE specification 3): whose it is, and under which licence.
put_header() { # FILE OPENING CLOSING
  # Through the environment: awk -v would read backslashes in a name as escapes.
  owner=$owner year=$year opening=$2 closing=$3 awk '
    BEGIN { owner = ENVIRON["owner"]; year = ENVIRON["year"]; opening = ENVIRON["opening"]; closing = ENVIRON["closing"] }
    function header() {
      print opening "SPDX-FileCopyrightText: " year " " owner closing
      print opening "SPDX-License-Identifier: Apache-2.0" closing
      done = 1
    }
    FNR == 1 && /^#!/ { print; next }                    # the interpreter stays on the first line
    !done && /SPDX-(FileCopyrightText|License-Identifier)/ && FNR <= 4 { old = 1; next }
    !done { header(); if (!old && $0 != "") print "" }   # an old header has its empty line already
    { print }
    END { if (!done) header() }
  ' "$1" >"$1.header"
  if cmp -s "$1" "$1.header"; then
    rm "$1.header"
  else
    cat "$1.header" >"$1" # keeps the mode
    rm "$1.header"
    changed=$((changed + 1))
  fi
}

changed=0
while IFS= read -r -d '' file; do
  [ -f "$file" ] || continue
  case $file in
    migrations/* | *.gen.*) ;;
    *.rs | *.ts | *.js | *.mjs) put_header "$file" '// ' '' ;;
    *.css) put_header "$file" '/* ' ' */' ;;
    *.svelte) put_header "$file" '<!-- ' ' -->' ;;
    *.toml | *.sh | *.py | *.cfg | Makefile | .ci/run) put_header "$file" '# ' '' ;;
  esac
done < <(sources)
echo "$changed files changed: $year $owner"
