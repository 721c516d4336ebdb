// SPDX-License-Identifier: MIT
// connection/news.hpp: what news is called.
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <sluice/connection/news.hpp>

using namespace sluice;

TEST_CASE("each piece of news has a name of its own") {
    std::set<std::string> names;
    for (std::size_t i = 0; i < news_count; ++i) names.insert(name(static_cast<news>(i)));
    CHECK(names.size() == news_count);
    CHECK(names.count("?") == 0);
    static_assert(name(news::peer_closed) == std::string_view("peer closed"));
    static_assert(name(static_cast<news>(news_count)) == std::string_view("?"));
}
