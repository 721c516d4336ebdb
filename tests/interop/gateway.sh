#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# gateway.sh <directory of our test programs> <directory of the examples> [--many COUNT]: a client whose packets all go
# through `gateway` speaks to a server behind it. Connections end in every way, and neither side may see a difference to
# a conversation without it; long datagrams come in fragments; curl finds the server by DNS and fetches a file; COUNT
# (2000) connections are open at a time; then there are not enough descriptors. Skipped (77) without namespaces or TUN.
set -euo pipefail
programs=$(realpath "$1")
examples=$(realpath "$2")
gateway=$examples/gateway
many=2000
[ "${3-}" != --many ] || many=$4
. "$(dirname "$(realpath "$0")")/behind_gateway.sh"
need curl ping tshark diff prlimit setpriv

# ---- endings: directly, from the gateway's own namespace, and through it --------------------------------------------

# both_sides <name> <client's namespace: a command or nothing> <host> <unreachable>...
both_sides() {
    local name=$1 from=$2 host=$3
    start $in_server "$programs/interop_endings" server 7 > "$work/server.$name"
    timeout 50 $from "$programs/interop_endings" client "$host" 7 8 "${@:4}" > "$work/client.$name" || fail "endings, $name"
    kill $pid
    wait $pid || true  # its port is free, and all that it has said is written
}
for family in 4 6; do
    [ $family = 4 ] || [ -n "$has_v6" ] || continue
    if [ $family = 4 ]; then there="198.18.1.2 198.19.0.1 198.18.1.77"; else there="fd00:1::2 fd00:2::1 fd00:1::77"; fi
    both_sides direct$family "" $there
    [ $family = 6 ] || start_gateway --pcap "$work/pcap"
    both_sides through$family "$in_client" $there
    for side in client server; do
        diff "$work/$side.direct$family" "$work/$side.through$family" || fail "the $side sees a difference"
        ! grep -q 'too late' "$work/$side.direct$family" || fail "the $side waits in vain"
        echo "IPv$family, the $side: $(grep -vc '^--' "$work/$side.direct$family") times the same"
    done
done

# ---- datagrams: what a server says may be longer than the device takes, and comes in fragments ------------------------

start $in_server "$programs/interop_responder" server 7 198.18.2.2
for there in 198.18.1.2 ${has_v6:+fd00:1::2}; do
    longest=65507
    [ $there = 198.18.1.2 ] || longest=65527
    $in_client "$programs/interop_responder" client $there 7 1 512 1232 1452 =1472 =1473 =9000 =$longest > "$work/datagrams"
    diff "$work/datagrams" <(printf '%s: as it was\n' 1 512 1232 1452 =1472 =1473 =9000 =$longest
        echo 'nobody: ECONNREFUSED') || fail "datagrams to $there"
done
# Pings pass where the system allows it to our group; ping compares what comes back with what it sent. For the last one
# it waits no longer than its interval.
pings() { timeout 20 $in_client ping -n -c 3 -i 0.5 -W 10 -s "$1" "$2" > "$work/ping.$1" 2>&1; }
# Of a new namespace that is nobody's.
! timeout 20 $in_client ping -c 1 -W 1 198.18.1.2 > /dev/null || fail "pings pass without a socket"
echo "0 $(id -g)" > /proc/sys/net/ipv4/ping_group_range
for there in 198.18.1.2 ${has_v6:+fd00:1::2}; do
    waiting=()
    for size in 0 56 1400; do pings $size $there & waiting+=($!); done  # at once, each by its own identifier
    for each in "${waiting[@]}"; do wait "$each" || { cat "$work"/ping.*; fail "pings to $there"; }; done
    ! grep -i 'wrong data\|DUP\|BAD CHECKSUM' "$work"/ping.* || fail "ping to $there got something else"
    [ "$(grep -l ' 3 received, 0% packet loss' "$work"/ping.* | wc -l)" = 3 ] || { cat "$work"/ping.*; fail "pings to $there get lost"; }
done
$in_client bash -c 'dd if=/dev/zero bs=9000 count=1 status=none > /dev/udp/198.18.1.2/7'
stop_gateway > "$work/carried"
cat "$work/carried"
fragments=$(((9000 + 8 + 1479) / 1480))
grep -q ", 1 dropped; $fragments fragments refused$" "$work/carried" || fail "a client's fragments, or a ping without a socket"
unharmed "$work/pcap" "the gateway" 44
clean "$work/pcap" "the gateway" 'icmp.checksum.status==0 or (udp.checksum.status==0 and udp.srcport==7) or
    frame.len > 1500 or (ip.flags.df==1 and (ip.flags.mf==1 or ip.frag_offset > 0 or udp.srcport==7 or icmp.type==0))'
identified=$(read_capture "$work/pcap" 'ip.frag_offset > 0 and ip.src==198.18.1.2' -T fields -e ip.id)
[ "$(sort -u <<< "$identified" | wc -l)" = 3 ] || fail "fragments of three datagrams are not told apart"

# ---- DNS, and a program that wants it: curl asks for a name, and fetches from http_server, which is sluice again ------

start_gateway
start $in_server "$programs/interop_responder" server 53 198.18.2.2
mkdir "$work/files"
head -c 3000000 /dev/urandom > "$work/files/large"
start $in_server "$examples/http_server" --link tun:web --address 198.18.2.2/24 --peer 198.18.2.1 "$work/files"
$in_server sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
ip route add 198.18.2.0/24 via 198.18.1.2
echo 'nameserver 198.18.1.2' > "$work/resolv.conf"
$in_client mount --bind "$work/resolv.conf" /etc/resolv.conf
from=$in_client get -o "$work/got" http://some.test/large || fail "curl"
cmp "$work/got" "$work/files/large" || fail "other octets"
echo "curl: $(stat -c %s "$work/got") octets from a name"

# ---- many connections; who may not raise the hard limit of descriptors has as many as that allows --------------------

start prlimit --nofile=1000:4000 setpriv --bounding-set=-sys_resource "$gateway" --link udp:4000
grep -q '^Max open files  *4000  *4000 ' "/proc/$pid/limits" || fail "the hard limit allows more descriptors"
stop $pid

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$gateway_pid/status"; }
start $in_server "$programs/interop_many" server 7
before=$(resident)
mkfifo "$work/go" "$work/many"
$in_client timeout 300 "$programs/interop_many" client 198.18.1.2 7 "$many" < "$work/go" > "$work/many" &
client_pid=$!
exec 3> "$work/go" 4< "$work/many"
read -r -t 120 -u 4 line || fail "$many connections do not open"
echo "$many connections: $line"
read -r -t 120 -u 4 line || fail "$many connections carry nothing"
echo "$many connections: $line; $((($(resident) - before) * 1024 / many)) octets of the gateway's each"
echo >&3
read -r -t 60 -u 4 line || fail "$many connections do not end"
wait $client_pid || fail "the client"
until [ "$(ls "/proc/$gateway_pid/fd" | wc -l)" -lt 30 ]; do  # nothing leaks
    [ $SECONDS -lt 300 ] || fail "the gateway keeps descriptors"
done

# ---- out of descriptors: who comes then is refused, who is there goes on, and whose place is free is somebody else's ---

room=20
prlimit --pid "$gateway_pid" --nofile=$(($(ls "/proc/$gateway_pid/fd" | wc -l) + room)):
$in_client timeout 60 bash -c '
    exec 2> "$0"
    held=()
    for ((i = 0; i < 2 * $1; ++i)); do exec {each}<> /dev/tcp/198.18.1.2/7 && held+=($each); done
    echo "$(grep -c "connect: Connection refused" "$0") refused"
    for each in ${held[*]}; do echo $each >&$each; read -r line <&$each; [ "$line" = $each ] && echo carried; done
    exec {held[0]}>&-
    until exec {each}<> /dev/tcp/198.18.1.2/7; do :; done
    echo again >&$each; read -r line <&$each; echo $line' "$work/errors" $room > "$work/held" ||
    { cat "$work/errors"; fail "out of descriptors"; }
refused=$(sed -n 's/ refused$//p' "$work/held")
[ "$refused" -gt 0 ] || fail "there are always descriptors"
[ "$(grep -c '^carried$' "$work/held"),$(tail -n 1 "$work/held")" = $((2 * room - refused)),again ] ||
    { cat "$work/held"; fail "out of descriptors"; }
echo "out of descriptors: $refused of $((2 * room)) refused"

stop_gateway > "$work/carried"
cat "$work/carried"
grep -q "at most \($many\|$((many + 1))\) at a time" "$work/carried" || fail "not all at a time"
