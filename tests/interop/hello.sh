#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# hello.sh <hello_tun> <README.md>: the command by which README.md runs it, to the letter, prints what README.md says; and
# so it does when the request is longer than what the program reads at once (RFC 1122 section 4.2.2.13: no RST).
# Skipped (77) where there is no TUN, or no namespace for who is not root.
set -euo pipefail
program=$(realpath "$1")
readme=$(realpath "$2")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl unshare timeout
unshare -rn true 2> /dev/null || skip "namespaces are not allowed here"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$program" "$work/hello_tun"
cd "$work"
grep -oE "unshare -rn sh -c '\./hello_tun .*'$" "$readme" > command || { echo "FAILED: README.md runs it no more"; exit 1; }
says_hello() {
    timeout 60 sh ./"$1" > said 2>&1 || { cat said; echo "FAILED: it ends badly"; exit 1; }
    [ "$(cat said)" = hello ] || { cat said; echo "FAILED: it says no hello"; exit 1; }
    cat said
}
says_hello command
printf 'Cookie: %012000d\n' 0 > long
sed 's/curl -s /&-H @long /' command > command_long
says_hello command_long
