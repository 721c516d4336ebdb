#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# http.sh <http_server>: curl fetches files from http_server over the kernel's TCP and a TUN device, by both families, in a
# network namespace of its own; tshark finds nothing wrong with the capture. A file that fits into no memory needs none.
# Skipped (77) where one of them is missing.
set -euo pipefail
server=$(realpath "$1")
. "$(dirname "$(realpath "$0")")/common.sh"
need curl tshark ip unshare /dev/net/tun
enter -n "$@"

mkdir "$work/files"
head -c 3000000 /dev/urandom > "$work/files/large"
: > "$work/files/empty"
mkdir "$work/files/sub"
echo page > "$work/files/sub/index.html"
echo 'of a %' > "$work/files/50% off & more.txt"
echo secret > "$work/secret"
mkdir "$work/files-beside"
echo secret > "$work/files-beside/secret"
echo secret > "$work/files/large"$'\x04'  # which a %4 is not
ln -s ../secret "$work/files/leads-out"
ln -s .. "$work/files/sub/up"
ln -s sub/index.html "$work/files/stays.svg"
truncate -s 1T "$work/files/huge"

for family in 4 6; do
    addresses
    start "$server" --link tun:sluice$family --address $own/$length --peer $theirs --port 80 \
        --pcap "$work/$family.pcapng" "$work/files"
    get -o "$work/got" "$url/large" || fail "curl over IPv$family"
    cmp "$work/got" "$work/files/large" || fail "other octets over IPv$family"
    get "$url/large" "$url/empty" "$url/large" | cmp - <(cat "$work/files/large" "$work/files/large") ||
        fail "one connection, several files, over IPv$family"
    # what is not there, is outside, or is no path: RFC 3986's digits are hexadecimal, and no file has a NUL in its name
    for path in none sub ../secret %2e%2e/secret sub/../../secret ../files-beside/secret /etc/passwd leads-out \
        sub/up/secret sub/up/../secret large%00 large%4 large%zz; do
        [ "$(get --path-as-is -o /dev/null -w '%{http_code}' "$url/$path")" = 404 ] || fail "/$path over IPv$family"
    done
    says() { get --path-as-is -w '%{http_code} %{content_type}\n' "$url/$1"; }
    [ "$(says sub/)" = $'page\n200 text/html; charset=utf-8' ] || fail "an index over IPv$family"
    [ "$(says sub/../%73ub/index.html?asked=1)" = $'page\n200 text/html; charset=utf-8' ] || fail "a path over IPv$family"
    [ "$(says '50%25%20off%20%26%20more.txt')" = $'of a %\n200 text/plain; charset=utf-8' ] || fail "%20 over IPv$family"
    [ "$(says stays.svg)" = $'page\n200 image/svg+xml' ] || fail "a link inside over IPv$family"
    [ "$(says empty)" = '200 application/octet-stream' ] || fail "a file of no known kind over IPv$family"
    # RFC 9110 section 9.3.2: what GET would say, without the content; the connection goes on with the next answer
    [ "$(get -I "$url/large" --next -g --noproxy '*' -sS "$url/sub/" | tr -d '\r')" = $'HTTP/1.1 200 OK
Content-Type: application/octet-stream\nContent-Length: 3000000\n\npage' ] || fail "HEAD over IPv$family"
    stop
    unharmed "$work/$family.pcapng" "IPv$family" 3
    has_packets "$work/$family.pcapng" 4000 "IPv$family"  # 9 MB of 1,448 octets, and ACKs
done

# Of a file that fits into no memory there is none but what is on its way, to who reads it and to who doesn't: in all
# below 10 MB for each of 21, which leaves room for a sanitizer's own.
start "$server" --link tun:sluice6 --address $own/$length --peer $theirs --port 80 "$work/files"
some() { head -c 10000000; }
{ get "$url/huge" 2> /dev/null || true; } | some | cmp - <(some < /dev/zero) || fail "a terabyte"
for i in {1..20}; do
    exec {idle}<> /dev/tcp/$own/80
    printf 'GET /huge HTTP/1.1\r\nHost: a\r\n\r\n' >&$idle
    read -r -N 15 -t 20 -u $idle line && [ "$line" = 'HTTP/1.1 200 OK' ] || fail "who reads nothing is answered: $line"
done
used=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status)
[ "$used" -lt 210000 ] || fail "$used kB for who reads nothing"
[ "$(get -o /dev/null -w '%{http_code}' "$url/sub/")" = 200 ] || fail "others meanwhile"
stop
