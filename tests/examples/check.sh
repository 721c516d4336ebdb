#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh <directory of the programs> <program>...: --help and -h tell how each is called, and end well; an option that
# it does not have is refused in one line that names those it has, which are those of its --help; and wrong values
# with what is right. Names each breach. Nothing here needs a network.
set -euo pipefail
directory=$(realpath "$1")
shift
status=0
say() { echo "$1"; status=1; }
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
cd "$place"

ends() {  # ends <status> <program> <argument>...: its output in out and err
    local wanted=$1 got=0
    shift
    timeout 20 "$directory/$1" "${@:2}" > out 2> err < /dev/null || got=$?
    [ "$got" = "$wanted" ] || say "$*: exit status $got, not $wanted: $(head -n 1 err)"
}
refused() {  # refused <words of the message> <program> <argument>...
    local words=$1
    shift
    ends 2 "$@"
    [ "$(wc -l < err)" = 1 ] && [ ! -s out ] || say "$*: not one line: $(cat out err)"
    grep -qF -- "$words" err || say "$*: nothing of '$words': $(cat err)"
}
options_in() { grep -oE -- '--[a-z]+' "$1" | sort -u | grep -vx -- --help; }

for each in "$@"; do
    ends 0 "$each" -h
    cp out short
    ends 0 "$each" --help
    cmp -s out short || say "$each: -h is not --help"
    [ ! -s err ] || say "$each --help: $(cat err)"
    head -n 1 out | grep -qE "^$each( |$)" || say "$each --help does not begin with how it is called: $(head -n 1 out)"
    cp out help
    refused "--nonsense" "$each" --nonsense
    diff <(grep -oE -- '^  --[a-z]+' help | tr -d ' ' | sort -u) \
        <(sed 's/.*--nonsense//; s/; --help.*//' err | grep -oE -- '--[a-z]+' | grep -vx -- --help | sort -u) > different ||
        [ "$each" = race ] || say "$each: it names other options than its --help: $(cat different)"
done

# Each tells its own options and defaults, and takes no others.
help_of() { "$directory/$1" --help; }
for each in echo_server:7 echo_client:7 file_transfer:2121 http_server:80; do
    help_of "${each%:*}" | grep -qE -- "^  --port .*\(${each#*:}\)$" || say "${each%:*} --help: another port than ${each#*:}"
done
for each in echo_client file_transfer gateway; do refused 'no option --control: there are --link,' $each --control x; done
refused 'no option --port: there are --link,' gateway --port 7
refused 'the links are sim, tun:NAME, packet:INTERFACE, udp:PORT, udp:HOST:PORT, not raw:7' gateway --link raw:7

# Values.
refused 'the links are sim, tun:NAME,' echo_server --link wire:7
refused 'tun wants more: the links are' echo_server --link tun
refused '--link wants a value' echo_server --link
for mark in x 0 -1 0x 0x100000000 1.5; do refused "the MARK of raw:MARK is a number, 1 to 4294967295" echo_server --link raw:$mark; done
refused 'raw:MARK wants a --port' echo_server --link raw:0xffffffff
for port in 0 65536 x 7x 99999999999; do refused "a port is 1 to 65535, not $port" echo_server --port $port; done
refused 'as 198.18.0.2/24 or fd00::2/64' echo_server --link udp:4000 --address 198.18.0.2
refused 'not some.where' echo_client --peer some.where
refused 'as --address 198.18.0.3/24' echo_client --link udp:127.0.0.1:4000 --peer 198.18.0.2
refused 'without --link' echo_server --peer 198.18.0.1
refused 'cubic, reno, vegas and westwood, not bbr' echo_server --congestion bbr
refused 'not hello' echo_server hello
refused 'say send FILE or receive COPY' file_transfer --link udp:4000
refused 'not b besides' http_server a b
refused 'out: Not a directory' http_server out
refused 'none: No such file or directory' http_server none
refused 'too much: b: ss [PATH]' ss a b
refused 'too much: b: handshake' handshake a b
exit $status
