#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# queues.sh <compiler>: queues.cpp, two hosts in two threads on two queues of one TUN device, under the thread sanitizer,
# in a network namespace of its own. Skipped (77) where there is no such sanitizer, namespace or device.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"
need "$1" unshare /dev/net/tun
enter -n "$@"
echo 'int main() {}' | "$1" -x c++ -fsanitize=thread - -o "$work/any" 2> /dev/null && "$work/any" ||
    skip "no thread sanitizer"
"$1" -std=c++20 -O1 -g1 -fsanitize=thread -I"$here/../../include" "$here/queues.cpp" -o "$work/queues" -pthread
TSAN_OPTIONS=halt_on_error=1 timeout 120 "$work/queues"
