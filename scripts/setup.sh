#!/usr/bin/env bash
# Gives this machine a Vulkan driver that WebGPU accepts, when it has none: software Vulkan from Debian's backports.
# Exits 0 when an adapter answers, 1 with a word on what to install when none does.
set -euo pipefail
cd "$(dirname "$0")/.."
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"

has_adapter() {
  timeout 60 node --input-type=module -e '
    const { create } = await import("webgpu");
    globalThis.dawn = create([]);
    process.exit((await globalThis.dawn.requestAdapter()) === null ? 1 : 0);
  ' >/dev/null 2>&1
}

explain() {
  echo "setup: no WebGPU adapter: $1" >&2
  echo "setup: WebGPU needs the webgpu package (npm ci), libvulkan1 and a Vulkan driver: a graphics card's own, or software" >&2
  echo "setup: Vulkan. On Debian 12 as root: mesa-vulkan-drivers from bookworm-backports (12's own 22.3 is too old)." >&2
  echo "setup: Without it everything runs on the CPU reference, slowly." >&2
  exit 1
}

if has_adapter; then exit 0; fi
if ! command -v apt-get >/dev/null; then explain "this is no Debian, so install a driver yourself"; fi
if [ "$(id -u)" -ne 0 ]; then explain "installing one needs root"; fi

export DEBIAN_FRONTEND=noninteractive
# shellcheck source=/dev/null
release="$(. /etc/os-release && echo "${VERSION_CODENAME:-}")"
timeout 300 apt-get update -qq
target=()
if [ "$release" = bookworm ]; then
  if ! apt-cache policy | grep 'bookworm-backports/main' >/dev/null; then
    # Backports lie on the mirror that this machine already uses for bookworm.
    mirror="$(apt-cache policy | awk '/ bookworm\/main / { mirror = $2 } END { print mirror }')"
    echo "deb $mirror bookworm-backports main" >/etc/apt/sources.list.d/bookworm-backports.list
    timeout 300 apt-get update -qq
  fi
  target=(-t bookworm-backports)
fi
timeout 300 apt-get install -y -qq --no-install-recommends "${target[@]}" libvulkan1 mesa-vulkan-drivers >/dev/null
has_adapter || explain "a driver was installed, but none answers"
