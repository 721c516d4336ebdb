#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh <cmake> <compiler> <build directory>: builds and runs the consumer in every way a user may take sluice in.
# Each has two translation units and must print the version.
set -euo pipefail
cmake=$1
compiler=$2
build=$3
here=$(dirname "$(realpath "$0")")
work=$build/consumer
rm -rf "$work"
"$cmake" --install "$build" --prefix "$work/prefix" > /dev/null
mkdir "$work/bin"
version=$(sed -n 's/.*char version\[\] = "\(.*\)";/\1/p' "$here/../../include/sluice/version.hpp")

check() {  # check <name> <program>
    [ "$("$2")" = "$version" ] || { echo "$1: does not print $version"; exit 1; }
    echo "$1: ok"
}

with_cmake() {  # with_cmake <name> <cmake option>
    "$cmake" -S "$here" -B "$work/$1" -DCMAKE_CXX_COMPILER="$compiler" "$2" > "$work/$1.log" 2>&1 &&
        "$cmake" --build "$work/$1" >> "$work/$1.log" 2>&1 || { cat "$work/$1.log"; exit 1; }
    check "$1" "$work/$1/consumer"
}

by_hand() {  # by_hand <name> <compiler flag>...
    "$compiler" -std=c++20 "${@:2}" "$here/main.cpp" "$here/other.cpp" -o "$work/bin/$1"
    check "$1" "$work/bin/$1"
}

with_cmake find_package -DCMAKE_PREFIX_PATH="$work/prefix"
with_cmake add_subdirectory -DSLUICE_SOURCE="$here/../.."
by_hand no_exceptions_no_rtti -fno-exceptions -fno-rtti -I"$work/prefix/include"
if command -v pkg-config > /dev/null; then
    by_hand pkg_config $(PKG_CONFIG_PATH=$work/prefix/share/pkgconfig pkg-config --cflags "sluice = $version")
else
    echo "pkg_config: left out, there is no pkg-config"
fi
