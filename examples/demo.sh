#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# demo.sh: sets up what building needs (Debian; else says what is missing), builds in build/, runs the demo in the
# simulator, which needs no root, and leaves build/demo/report.html and captures. CXX chooses the compiler of a new
# build/.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
wanted=${CXX:-}
CXX=${CXX:-g++}

# "what (Debian package)" for each thing that is not there.
missing() {
    command -v "$CXX" > /dev/null || echo "$CXX ($(basename "${CXX/clang++/clang}"))"
    command -v cmake > /dev/null || echo "cmake (cmake)"
    command -v ninja > /dev/null || command -v make > /dev/null || echo "ninja (ninja-build)"
}
things=$(missing)
if [ -n "$things" ]; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    if command -v apt-get > /dev/null && { [ -z "$sudo" ] || sudo -n true 2> /dev/null; }; then
        $sudo apt-get update -qq > /dev/null || true
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            $(sed 's/.*(\(.*\))$/\1/' <<< "$things") > /dev/null || true
        things=$(missing)
    fi
    [ -z "$things" ] || { sed 's/^/missing: /' <<< "$things"; exit 2; }
fi

# A build/ that is there already keeps its generator and its compiler.
mkdir -p build/demo
how=()
there=$(sed -n 's/^CMAKE_CXX_COMPILER:[^=]*=//p' build/CMakeCache.txt 2> /dev/null || true)
path_of() { realpath "$(command -v "$1")"; }
if [ -n "$wanted" ] && [ -n "$there" ] && [ "$(path_of "$wanted")" != "$(path_of "$there")" ]; then
    echo "build/ is there already and keeps its compiler, $there: remove it to build with $wanted"
fi
if [ ! -e build/CMakeCache.txt ]; then
    how=(-DCMAKE_CXX_COMPILER="$CXX")
    ! command -v ninja > /dev/null || how+=(-G Ninja)
    # The demo needs no tests, and so no doctest, which would be fetched.
    [ -n "$(find /usr/include /usr/local/include -path '*/doctest/doctest.h' -print -quit 2> /dev/null)" ] ||
        how+=(-DSLUICE_BUILD_TESTS=OFF)
fi
cmake -S . -B build "${how[@]}" > build/demo/build.log 2>&1 || { cat build/demo/build.log; exit 1; }
cmake --build build --target demo > build/demo/build.log 2>&1 || { cat build/demo/build.log; exit 1; }
build/examples/demo "$PWD/build/demo"
