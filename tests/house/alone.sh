#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# alone.sh <compiler> [<directory of headers>]: each header compiles alone, first in a file and without a warning: it
# includes what it needs. Those of adapters/ where what they adapt is there.
set -euo pipefail
compiler=$1
cd "${2:-$(dirname "$(realpath "$0")")/../../include}"
compile() {
    printf '#include <%s>\n' "$@" | "$compiler" -std=c++20 -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror \
        -DBOOST_ASIO_HAS_CO_AWAIT -DBOOST_ASIO_HAS_STD_COROUTINE -I. -fsyntax-only -x c++ -
}
export -f compile
export compiler

without=()
compile utility boost/asio.hpp 2> /dev/null || { without=(-not -path '*/adapters/asio*'); echo "no Boost: adapters/asio left out"; }
find sluice -name '*.hpp' "${without[@]}" -print0 |
    xargs -0 -n 1 -P "$(nproc)" bash -c 'compile "$1" || { echo "$1 does not compile alone"; exit 1; }' _
