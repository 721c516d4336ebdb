#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# programs.sh <directory of our test programs> <directory of the examples>: programs that know nothing of sluice speak
# through `gateway`: iperf3 both ways, one connection and many; curl and wrk with nginx; redis-benchmark; ssh and scp.
# What is missing, or wants to change users where that is not allowed, is left out, and then the whole counts as skipped
# (77) unless something else failed.
set -euo pipefail
examples=$(realpath "$2")
gateway=$examples/gateway
. "$(dirname "$(realpath "$0")")/behind_gateway.sh"
there=198.18.1.2
need ss

left_out=
leave_out() { left_out+="${left_out:+, }$1"; return 1; }
# has <program>...: all of them.
has() {
    for each in "$@"; do command -v "$each" > /dev/null || leave_out "no $each" || return 1; done
}
may_change_users() { [ "$(awk '{ print $3 }' /proc/self/uid_map)" -gt 65536 ] || leave_out "$1 changes users"; }
# serve <port> <command>...: on the server, until it listens there.
serve() {
    $in_server "${@:2}" > "$work/log" 2>&1 &
    pid=$!
    until $in_server ss -Hltn "sport = :$1" | grep -q .; do
        kill -0 $pid 2> /dev/null || { cat "$work/log" >&2; fail "$2 does not start"; }
    done
}
limited() { timeout 40 $in_client "$@" > "$work/out" 2>&1 || { tail -n 20 "$work/out" >&2; fail "$*"; }; }

start_gateway
mkdir "$work/files"
head -c 20000000 /dev/urandom > "$work/files/large"
echo hello > "$work/files/small"

if has iperf3; then
    serve 5201 iperf3 -s
    for each in "" "-R" "-P 8" "-P 8 -R" "--bidir"; do
        limited iperf3 -c $there -t 2 -f m $each
        echo "iperf3 $each: $(grep receiver "$work/out" | tail -n 1)"
    done
    [ -z "$has_v6" ] || limited iperf3 -c fd00:1::2 -n 50M
fi

if has nginx curl wrk && may_change_users nginx; then
    cat > "$work/nginx.conf" <<END
daemon off;
user root;
pid $work/nginx.pid;
events { worker_connections 4096; }
http {
    access_log off;
    server { listen $there:80; root $work/files; }
    client_body_temp_path $work/a; proxy_temp_path $work/b; fastcgi_temp_path $work/c; uwsgi_temp_path $work/d;
    scgi_temp_path $work/e;
}
END
    serve 80 nginx -e stderr -c "$work/nginx.conf"
    from=$in_client get -o "$work/got" http://$there/large || fail "curl"
    cmp "$work/got" "$work/files/large" || fail "other octets by curl"
    for each in "Connection: keep-alive" "Connection: close"; do
        limited wrk -t 2 -c 100 -d 3 -H "$each" http://$there/small
        ! grep -E 'Socket errors|Non-2xx' "$work/out" || fail "wrk, $each"
        echo "nginx and wrk, $each: $(grep Requests/sec "$work/out")"
    done
fi

if has redis-server redis-benchmark; then
    serve 6379 redis-server --port 6379 --bind $there --save "" --protected-mode no --dir "$work"
    for each in 1 16; do
        limited redis-benchmark -h $there -q -n 20000 -c 50 -P $each -t ping_mbulk,set,get,lrange_100
        [ "$(tr '\r' '\n' < "$work/out" | grep -c 'requests per second')" -ge 4 ] || fail "redis-benchmark"
        echo "redis-benchmark, $each at a time: $(tr '\r' '\n' < "$work/out" | grep 'GET.*per second')"
    done
fi

if has sshd ssh scp ssh-keygen && may_change_users sshd; then
    ssh-keygen -q -t ed25519 -N '' -f "$work/host"
    ssh-keygen -q -t ed25519 -N '' -f "$work/own"
    $in_server mkdir -p /run/sshd
    serve 22 "$(command -v sshd)" -D -e -f /dev/null -h "$work/host" -o "AuthorizedKeysFile $work/own.pub" \
        -o 'StrictModes no' -o 'UsePAM no' -o 'PermitRootLogin yes' -o 'Subsystem sftp internal-sftp'
    known="-q -i $work/own -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes"
    limited ssh $known root@$there sha256sum "$work/files/large"
    [ "$(cut -d' ' -f1 "$work/out")" = "$(sha256sum "$work/files/large" | cut -d' ' -f1)" ] || fail "what ssh says"
    limited scp $known "$work/files/large" root@$there:"$work/up"
    limited scp $known root@$there:"$work/up" "$work/down"
    cmp "$work/down" "$work/files/large" || fail "other octets by scp"
    echo "ssh and scp: 40 MB there and back"
fi

stop_gateway
[ -z "$left_out" ] || skip "$left_out"
