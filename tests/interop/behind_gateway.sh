# SPDX-License-Identifier: MIT
# To be sourced: three network namespaces, of a client, of the gateway (the script's own) and of a server. All that leaves
# the client's goes into the gateway's TUN device, which lives there; a veth pair joins gateway and server.
#   client, 198.18.0.1, fd00::1 --- sluice0 --- gateway --- 198.18.1.1, fd00:1::1 --- server, 198.18.1.2, fd00:1::2
# Wants $gateway, the program. Gives $in_client, $in_server, start, start_gateway, stop_gateway, fail, skip, $work.
skip() { echo "skipped: $1" >&2; exit 77; }
fail() { echo "FAILED: $1" >&2; exit 1; }
need() { for each in "$@"; do command -v "$each" > /dev/null || skip "no $each"; done; }

need ip unshare nsenter
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
if [ -z "${IN_NAMESPACE-}" ]; then
    apart="unshare -nm"
    [ "$(id -u)" = 0 ] || apart="unshare -rnm"
    $apart true 2> /dev/null || skip "namespaces are not allowed here"
    IN_NAMESPACE=1 exec $apart bash "$0" "$@"
fi

work=$(mktemp -d)
started=()
gateway_pid=
end_all() {
    [ ${#started[@]} = 0 ] || kill "${started[@]}" 2> /dev/null || true
    rm -rf "$work"
}
trap end_all EXIT

# start <command>...: in the background, until it says on its standard error that it is up.
start() {
    local pipe=$work/said.${#started[@]} line
    mkfifo "$pipe"
    "$@" 2> "$pipe" &
    started+=($!)
    exec {said}< "$pipe"  # stays open, for what it says later
    read -r -t 60 -u "$said" line || fail "$* says nothing"
    case $line in
        *up) ;;
        */dev/net/tun* | *CAP_NET_ADMIN*) skip "$line" ;;
        *) fail "$* says: $line" ;;
    esac
}

unshare -nm sleep infinity &
client=$! started+=($!)
unshare -nm sleep infinity &
server=$! started+=($!)
in_client="nsenter -t $client -n -m" in_server="nsenter -t $server -n -m"  # where a command is to run
for each in $client $server; do  # until each has left our namespace
    until [ "$(readlink /proc/$each/ns/net)" != "$(readlink /proc/$$/ns/net)" ] && [ "$(cat /proc/$each/comm)" = sleep ]
    do kill -0 $each || fail "no namespace"; done
done

has_v6=
[ ! -e /proc/net/if_inet6 ] || has_v6=1
ip link set lo up
ip link add out0 type veth peer name in0 netns "$server"
ip address add 198.18.1.1/24 dev out0
$in_server ip address add 198.18.1.2/24 dev in0
if [ -n "$has_v6" ]; then
    ip address add fd00:1::1/64 dev out0 nodad
    $in_server ip address add fd00:1::2/64 dev in0 nodad
fi
ip link set out0 up
for each in lo in0; do $in_server ip link set $each up; done

# start_gateway <options>...
start_gateway() {
    start "$gateway" --link tun:sluice0 "$@"
    gateway_pid=${started[-1]} gateway_said=$said
    ip link set sluice0 netns "$client"
    $in_client ip link set lo up
    $in_client ip link set sluice0 mtu 1500 txqueuelen 4000 up
    $in_client ip address add 198.18.0.1/24 dev sluice0
    $in_client ip route add default dev sluice0
    [ -z "$has_v6" ] || $in_client ip address add fd00::1/64 dev sluice0 nodad
    [ -z "$has_v6" ] || $in_client ip -6 route add default dev sluice0
}
# Ends in good order, and says what it has carried.
stop_gateway() {
    kill "$gateway_pid"
    wait "$gateway_pid" || fail "the gateway did not end in good order"
    cat <&"$gateway_said"
}
