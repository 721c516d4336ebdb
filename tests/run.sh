#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [--short]: sets up what the tests need (Debian; else says what is missing), builds and runs them all, or with
# --short all but the long ones. CXX chooses the compiler, SANITIZE=1 adds the address and undefined-behaviour
# sanitizers; each has a directory of its own under build/. The last line counts doctest's cases; a CTest that is no
# doctest program counts as one, and so does a program that failed outside of its cases or ran none. What was skipped is
# named before, and not counted.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
CXX=${CXX:-g++}
short=
if [ "$*" = --short ]; then short=1; elif [ $# -gt 0 ]; then sed -n 3,7p "$0"; [ "$*" = --help ]; exit; fi
sanitize=$([ "${SANITIZE:-0}" = 0 ] && echo OFF || echo ON)

there() { [ -n "$(find /usr/include /usr/local/include -path "*/$1" -print -quit 2> /dev/null)" ]; }  # there <header>

# "what (Debian package)" for each thing that is not there.
missing() {
    command -v "$CXX" > /dev/null || echo "$CXX ($(basename "${CXX/clang++/clang}"))"
    command -v cmake > /dev/null || echo "cmake (cmake)"
    command -v ninja > /dev/null || command -v make > /dev/null || echo "ninja (ninja-build)"
    there doctest/doctest.h || echo "doctest (doctest-dev)"
    if [ $sanitize = ON ] && [[ $CXX == *clang* ]]; then
        echo 'int main() {}' | "$CXX" -fsanitize=address -x c++ - -o /dev/null 2> /dev/null ||
            echo "the sanitizers of $CXX (libclang-rt-dev)"
    fi
}
# The same for what tests can do without: those that want it are skipped then.
wanted() {
    [ $short ] || [ $sanitize = ON ] || [[ $CXX == *clang* ]] || command -v valgrind > /dev/null ||
        echo "valgrind (valgrind)"
    there boost/asio.hpp || echo "Boost (libboost-dev)"
    there openssl/ssl.h || echo "OpenSSL (libssl-dev)"
}
things=$(missing; wanted)
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

build=build/tests-$(basename "$CXX")$([ $sanitize = OFF ] || echo -sanitize)
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
mkdir -p build
cmake -S . -B "$build" $(! command -v ninja > /dev/null || echo "-G Ninja") -DCMAKE_CXX_COMPILER="$CXX" \
    -DSLUICE_SANITIZE=$sanitize -DSLUICE_TESTS_IN_BATCHES=ON \
    -DSLUICE_BUILD_BENCH=$([ $short ] && echo OFF || echo ON) > "$build.log" 2>&1 ||
    { cat "$build.log"; exit 1; }
cmake --build "$build" || { echo "the build failed"; exit 1; }

status=0
ctest --test-dir "$build" --output-on-failure -j "$CMAKE_BUILD_PARALLEL_LEVEL" ${short:+-LE long} || status=1
bash tests/requirements.sh | tail -n 2 || true
awk -v status=$status '
    function finish() {
        if (!name) return
        if (skipped && !bad) { print name " was " skipped; name = ""; return }
        passed += doctest ? cases_passed : !bad
        failed += cases_failed ? cases_failed : bad
        name = ""
    }
    /^[0-9]+\/[0-9]+ Testing: / { finish(); name = $3; bad = 1; skipped = doctest = cases_passed = cases_failed = 0 }
    /^\[doctest\] test cases:/ { doctest = 1; cases_passed = $6; cases_failed = $9 }
    /^skipped: / { skipped = $0 }
    /^Test Passed\.$/ { bad = 0 }
    END {
        finish()
        if (status && !failed) failed = 1
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0 || passed == 0
    }' "$build/Testing/Temporary/LastTest.log"
