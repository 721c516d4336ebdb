// SPDX-License-Identifier: MIT
// The stream that verifies itself: a reader must notice whatever a broken TCP could do to it.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/sim/pattern.hpp>

using namespace sluice;

namespace {

/// Hands out octets, then an end.
struct source {
    std::vector<octet> text;
    bool ends = true;
    std::size_t given = 0;

    result<std::size_t> receive(mutable_octets to, instant) {
        if (given == text.size()) return ends ? error::closing : error::would_block;
        const std::size_t count = std::min<std::size_t>({to.size(), text.size() - given, 1000});
        copy(octets(text).subspan(given, count), to);
        given += count;
        return count;
    }
};

std::vector<octet> stream(std::size_t length, int sender) {
    std::vector<octet> all(length);
    for (std::size_t i = 0; i < length; ++i) all[i] = sim::pattern(i, sender);
    return all;
}

sim::pattern_reader read(const std::vector<octet>& text, bool ends = true) {
    source from{.text = text, .ends = ends};
    sim::pattern_reader reader{.length = 5000, .sender = 0};
    reader.step(from, instant(3s));
    return reader;
}

}  // namespace

TEST_CASE("the pattern itself is intact") {
    const auto reader = read(stream(5000, 0));
    CHECK(reader.is_intact());
    CHECK(reader.complete_at == instant(3s));
}

TEST_CASE("a reader notices a missing end, a missing, wrong, surplus, doubled or shifted octet, and the wrong stream") {
    const auto good = stream(5000, 0);
    CHECK_FALSE(read(good, false).is_intact());
    auto text = good;
    text.pop_back();
    CHECK_FALSE(read(text).is_intact());
    CHECK(read(text).complete_at == never);
    text = good;
    text[4999] ^= 1;
    CHECK(read(text).wrong == 1);
    text = good;
    text.push_back(sim::pattern(5000, 0));
    CHECK(read(text).wrong == 1);
    text = good;
    text.insert(text.begin() + 700, good[700]);
    text.pop_back();
    CHECK_FALSE(read(text).is_intact());
    for (const std::size_t distance : {1u, 2u, 255u, 256u, 1460u, 4096u}) {
        text = stream(5000 + distance, 0);
        text.erase(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(distance));
        CHECK(read(text).wrong > 4000);
    }
    CHECK(read(stream(5000, 1)).wrong > 4000);
}

TEST_CASE("a writer writes the pattern, as much as there is room for") {
    struct sink {
        std::size_t room;
        std::vector<octet> text{};
        std::size_t writable() const { return room - text.size(); }
        result<std::size_t> send(octets data, instant) {
            text.insert(text.end(), data.begin(), data.end());
            return data.size();
        }
    };
    sim::pattern_writer writer{.length = 30'000, .sender = 1};
    sink narrow{.room = 20'000};
    writer.step(narrow, {});
    CHECK(writer.written == 20'000);
    CHECK_FALSE(writer.is_done());
    narrow.room = 100'000;
    writer.step(narrow, {});
    CHECK(writer.is_done());
    CHECK(narrow.text == stream(30'000, 1));
}
