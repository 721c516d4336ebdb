# SPDX-License-Identifier: MIT
# To be sourced: three network namespaces, of a client, of the gateway (the script's own) and of a server. All that leaves
# the client's goes into the gateway's TUN device, which lives there; a veth pair joins gateway and server.
#   client, 198.18.0.1, fd00::1 --- sluice0 --- gateway --- 198.18.1.1, fd00:1::1 --- server, 198.18.1.2, fd00:1::2
# Wants $gateway, the program. Gives what common.sh does, $in_client, $in_server, start_gateway, stop_gateway.
. "$(dirname "$(realpath "$0")")/common.sh"
need ip unshare nsenter /dev/net/tun
enter -nm "$@"
new_host client
new_host server

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
    gateway_pid=$pid gateway_said=$said
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
    stop "$gateway_pid"
    cat <&"$gateway_said"
}
