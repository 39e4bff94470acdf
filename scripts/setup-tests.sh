#!/usr/bin/env bash
# Installs what only tests need, on Debian as root: one package a line, with its user.
set -euo pipefail

packages=(
  chromium      # test/report/browser.test.ts
  munge         # test/cli/slurm.test.ts
  slurm-client  # test/cli/slurm.test.ts
  slurmctld     # test/cli/slurm.test.ts
  slurmd        # test/cli/slurm.test.ts
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "setup-tests: missing: ${missing[*]}; installing them needs Debian and root" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
timeout 300 apt-get update -qq
timeout 600 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
