// SPDX-License-Identifier: MIT
// io/routes.hpp: RFC 1122 section 3.3.1.
#include <doctest/doctest.h>

#include <sluice/io/routes.hpp>

using namespace sluice;

TEST_CASE("The longest prefix decides, in whichever order routes were told; without one there is no way") {
    const auto near = ip_address::v4(198, 18, 0, 7), gateway = ip_address::v4(198, 18, 0, 254),
               other = ip_address::v4(198, 18, 0, 253), far = ip_address::v4(192, 0, 2, 1),
               special = ip_address::v4(192, 0, 2, 128);
    io::routes table;
    CHECK_FALSE(table.next_hop(near));
    table.add({{gateway, 0}, gateway});
    table.add({{special, 25}, other});
    table.add({{near, 24}});
    CHECK(table.next_hop(near) == near);
    CHECK(table.next_hop(far) == gateway);
    CHECK(table.next_hop(special) == other);
    CHECK_FALSE(table.next_hop(ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1})));
    CHECK_FALSE(table.next_hop(ip_address::v4(224, 0, 0, 1)));
    CHECK_FALSE(table.next_hop(ip_address::v4(255, 255, 255, 255)));
}
