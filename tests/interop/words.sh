#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# words.sh <directory of the examples>: what the programs say to who has forgotten something: names that are no TUN, a
# kernel's side without an address, an interface that is down, another side that is not there, a --control that is
# something else. In a network namespace of its own. Skipped (77) where something is missing.
set -euo pipefail
examples=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need ip unshare /dev/net/tun
enter -n "$@"
ip link set lo up
ip link add veth0 type veth peer name veth1 2> /dev/null || skip "no veth"
ip tuntap add name tap0 mode tap || skip "no TAP"

refuses() {  # refuses <its words> <program> <argument>...
    local words=$1 said status=0
    shift
    said=$(timeout 20 "$examples/$1" "${@:2}" 2>&1 < /dev/null) || status=$?
    [ $status = 1 ] || [ $status = 2 ] || fail "$*: exit status $status"
    [[ "$said" == "$words" ]] || fail "$*: it says: $said"
}
begin() {  # begin <program> <argument>...: what it says until it is up in $said, the last line in $up
    rm -f "$work/pipe"
    mkfifo "$work/pipe"
    "$examples/$1" "${@:2}" > "$work/pipe" 2>&1 &
    pid=$!
    exec 3< "$work/pipe"
    said= up=
    until [[ "$up" == *": "@(up|waiting) ]]; do
        said+="$up"
        read -r -t 60 -u 3 up || fail "$*: no more than: $said"
    done
}
end() { kill $pid; wait $pid || fail "it did not end in good order"; }
own="--address 198.18.0.2/24"

# Names of devices.
refuses "TUN device lo: Invalid argument (it is there, and no TUN: choose another name)" echo_server --link tun:lo
refuses "TUN device tap0: Invalid argument (it is there, as a TAP for Ethernet: choose another name)" \
    echo_server --link tun:tap0
refuses "interface a/b (a name has no slash, colon or blank in it, and is not . or ..)" echo_server --link tun:a/b
refuses "interface sixteenletters_0 (a name has 15 characters at most)" echo_server --link tun:sixteenletters_0
refuses "interface sixteenletters_0 (a name has 15 characters at most)" echo_server --link packet:sixteenletters_0
refuses "none: No such device (\`ip link\` lists what there is)" echo_server --link packet:none
refuses "frames of lo (it is no Ethernet)" echo_server --link packet:lo

# The kernel's side of a TUN device.
begin echo_server --link tun:some%d $own --peer 198.18.0.1
[ "$up" = "some0: up" ] && [ -z "$said" ] || fail "of some%d it says: $said $up"
end
begin echo_server --link tun:s0 $own
[[ "$said" == *"s0: the kernel's side has no address: --peer B gives it one, or"*" B/24 dev s0"* ]] || fail "without --peer it says: $said"
end
ip tuntap add name s1 mode tun
ip address add 198.18.0.1/24 dev s1
begin echo_server --link tun:s1 $own
[ -z "$said" ] || fail "with an address at the kernel's side it says: $said"
end

# An Ethernet that is down.
begin echo_server --link packet:veth0 $own
[ "$said" = "veth0 is down, nothing will come: ip link set veth0 up" ] || fail "of an interface that is down it says: $said"
end
ip link set veth0 up
begin echo_server --link packet:veth0 $own
[ -z "$said" ] || fail "of an interface that is up it says: $said"
end

# --control.
echo precious > "$work/file"
refuses "$work/file: Address already in use (a file, which stays as it is: choose another path)" \
    echo_server --link udp:4000 --control "$work/file"
[ "$(cat "$work/file")" = precious ] || fail "--control has changed a file"
mkdir "$work/directory"
refuses "$work/directory: Address already in use (a directory: name a file in it that is not there yet)" \
    echo_server --link udp:4000 --control "$work/directory"
[ -d "$work/directory" ] || fail "--control has removed a directory"
begin echo_server --link udp:4000 --control "$work/door"
refuses "$work/door: Address already in use (another program listens there: choose another path)" \
    echo_server --link udp:4001 --control "$work/door"
[[ "$("$examples/ss" "$work/door")" == *LISTEN* ]] || fail "another program's --control has taken the door away"
kill -9 $pid
wait $pid 2> /dev/null || true
refuses "$work/door: Address already in use (a program that is gone has left it: remove it)" \
    echo_server --link udp:4000 --control "$work/door"

# Nobody answers: one line, once, though TCP goes on; and not a word where somebody does.
client="--address 198.18.0.3/24 --peer 198.18.0.2"
hears() {  # hears <line> <program> <argument>...: the first that it says
    local wanted=$1 line
    shift
    rm -f "$work/pipe"
    mkfifo "$work/pipe"
    "$examples/$1" "${@:2}" > "$work/pipe" 2>&1 &
    pid=$!
    exec 3< "$work/pipe"
    read -r -t 60 -u 3 line && read -r -t 60 -u 3 line || fail "$*: it says nothing"
    [ "$line" = "$wanted" ] || fail "$*: it says: $line"
}
head -c 1000 /dev/urandom > "$work/sent"
hears "no answer yet from 198.18.0.2: nobody listens at UDP 127.0.0.1:4000" \
    echo_client --link udp:127.0.0.1:4000 $client hello
kill $pid
hears "no answer yet from 198.18.0.2: nobody listens at UDP 127.0.0.1:4000" \
    file_transfer --link udp:127.0.0.1:4000 --pcap "$work/pcapng" $client send "$work/sent"
sending=$pid
exec 4<&3
begin file_transfer --link udp:4000 receive "$work/got"
wait $sending || fail "a receiver that came late got nothing"
[[ "$(cat <&4)" == "sent in "*"checksum "* ]] || fail "more than one line of nobody"
wait $pid && cmp "$work/sent" "$work/got" || fail "the receiver that came late is not content"
begin echo_server --link udp:4000 --address 198.18.0.9/24
mute=$pid
hears "no answer yet from 198.18.0.2: is the other side there?" echo_client --link udp:127.0.0.1:4000 $client hello
kill $pid $mute
wait $pid $mute || true

# Where somebody answers, and then stops, nobody is told that there is nobody.
head -c 100000000 /dev/zero > "$work/long"
begin file_transfer --link udp:4000 receive "$work/got"
receiving=$pid
exec 5<&3  # it has something to say at its end
begin file_transfer --link udp:127.0.0.1:4000 $client send "$work/long"
until [ -s "$work/got" ]; do kill -0 $pid || fail "a sender to one who is there"; done
kill -STOP $receiving
if read -r -t 2 -u 3 line; then fail "to a receiver that pauses it says: $line"; fi
kill -CONT $receiving
wait $pid && wait $receiving || fail "after the pause"
cmp "$work/long" "$work/got" || fail "other octets after the pause"
[[ "$(cat <&5)" == received*checksum* ]] || fail "the receiver does not say that it has it"

# The line of echo_server's help, as it stands there but for the directory.
line=$("$examples/echo_server" --help | grep -F ' & ')
[[ "$(<"$(dirname "$0")/../../examples/README.md")" == *"$line"* ]] || fail "README has another line than --help"
said=$(bash -c "cd '$work'; ${line//build\/examples/$examples}" 2>&1)
[[ "$said" == *"hello there"* && "$said" != *"no answer"* ]] || fail "the line of the help says: $said"
echo "each of them says what is wrong"
