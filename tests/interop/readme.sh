#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# readme.sh <examples> <README.md>: each conversation with the kernel that README.md shows, to the letter, prints what
# README.md says; hello_tun's also when the request is longer than what the program reads at once (RFC 1122 section
# 4.2.2.13: no RST). Skipped (77) where there is no TUN, or no namespace for who is not root.
set -euo pipefail
examples=$(realpath "$1")
readme=$(realpath "$2")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl python3 timeout unshare
unshare -rn true 2> /dev/null || skip "namespaces are not allowed here"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir build
ln -s "$examples" build/examples
ln -s "$examples/hello_tun" hello_tun
cp "$readme" README.md
awk "/^    unshare -rn sh -c '/ { file = \"command\" ++n } file { print > file } /'\$/ { file = \"\" }" README.md
[ "$(ls command* | wc -l)" = 3 ] || fail "README.md shows other conversations than three"

says() {  # says <command> <what>
    timeout 60 sh "./$1" > said 2> told || { cat said told; fail "this ends badly: $(cat "$1")"; }
    [[ $(cat said) == *"$2"* ]] || { cat said told; fail "this says something else: $(cat "$1")"; }
    echo "ok: $(head -n 1 "$1")"
}
says command1 hello
printf 'Cookie: %012000d\n' 0 > long
sed 's/curl -s /&-H @long /' command1 > longer
says longer hello
says command2 "$(cat README.md)"
says command3 "$(cat README.md)"
