# SPDX-License-Identifier: MIT
# Copies a file and puts NEW in the place of OLD, both plain text from the environment. Fails unless OLD occurs once.
BEGIN { old = ENVIRON["OLD"]; new = ENVIRON["NEW"] }
{
    for (from = 1; old != "" && (at = index(substr($0, from), old)); from += at) ++found
    if (at = index($0, old)) $0 = substr($0, 1, at - 1) new substr($0, at + length(old))
    print
}
END { exit found != 1 || old == new }
