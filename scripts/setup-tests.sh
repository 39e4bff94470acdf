#!/usr/bin/env bash
# Programs that only the tests use, where they are missing and this is a Debian with root: one line per package.
set -euo pipefail

# install PROGRAM PACKAGE…
install() {
  if command -v "$1" >/dev/null; then return; fi
  shift
  timeout 300 apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

export DEBIAN_FRONTEND=noninteractive
timeout 300 apt-get update -qq
install chromium chromium # looks at report pages
