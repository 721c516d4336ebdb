// SPDX-License-Identifier: MIT
// io/message_batch.hpp over a pair of UNIX sockets, which keep datagrams apart, lose none and need no network.
#include <doctest/doctest.h>

#include <sluice/io/message_batch.hpp>

#include "memory_link.hpp"

using namespace sluice;

namespace {

struct pair_of_sockets {
    io::opened<io::reactor> reactor = io::reactor::open();
    io::descriptor near, far;
    io::opened<io::watched> watching = io::failure{};
    io::link_counters count{};
    std::vector<octet> text = text_of(100'000);

    pair_of_sockets() {
        std::array<int, 2> numbers{};
        REQUIRE(reactor);
        REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, numbers.data()) == 0);
        near = io::descriptor(numbers[0]), far = io::descriptor(numbers[1]);
        const int room = 32'768;  // of what is under way
        ::setsockopt(near.number(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
        watching = io::watched::add(*reactor, far.number());
        REQUIRE(watching);
    }
    ~pair_of_sockets() { watching = io::failure{}; }

    std::size_t send(std::initializer_list<std::size_t> lengths) {
        io::message_batch out;
        for (const std::size_t each : lengths) out.add(text.data(), each, nullptr, 0);
        return out.send(near.number(), count);
    }
    /// Their lengths; each is the text's beginning.
    std::vector<std::size_t> receive(std::size_t most) {
        std::vector<std::vector<octet>> places(most, std::vector<octet>(100'000));
        io::message_batch in;
        for (auto& each : places) in.add(each.data(), each.size(), nullptr, 0);
        std::vector<std::size_t> out(in.receive(far.number(), *watching, count));
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = in[i].size();
            CHECK(std::ranges::equal(in[i], octets(text).first(out[i])));
        }
        return out;
    }
};

}  // namespace

TEST_CASE("What was sent in one call comes in one, in its order; a call that was not filled has read all there was") {
    pair_of_sockets p;
    CHECK(p.send({100, 0, 2000}) == 3);
    CHECK(p.count.packets_out == 3);
    CHECK(p.receive(2) == std::vector<std::size_t>{100, 0});
    CHECK(p.watching->may_read());
    CHECK(p.receive(2) == std::vector<std::size_t>{2000});
    CHECK_FALSE(p.watching->may_read());
    CHECK(p.receive(2).empty());
    CHECK(p.count.errors == 0);
}

TEST_CASE("One that can't be sent is lost, and the others go; what the system has no room for is not done with") {
    pair_of_sockets p;
    CHECK(p.send({10, 100'000, 20}) == 3);  // the second is larger than all the room
    CHECK(p.count.lost_out == 1);
    CHECK(p.count.packets_out == 2);
    CHECK(p.receive(3) == std::vector<std::size_t>{10, 20});
    std::size_t sent = 0, more = 0;
    while ((more = p.send({1000, 1000, 1000})) == 3) sent += more;
    sent += more;
    CHECK(p.count.packets_out == 2 + sent);
    CHECK(p.count.lost_out == 1);
    std::size_t heard = 0;
    for (std::size_t some; (some = p.receive(8).size()) > 0;) heard += some;
    CHECK(heard == sent);
}

TEST_CASE("What a call says may be of one that was sent before: each is tried twice, and then it is lost") {
    pair_of_sockets p;
    p.watching = io::failure{};
    p.far = io::descriptor();
    CHECK(p.send({10, 20}) == 2);
    CHECK(p.count.errors == 2);
    CHECK(p.count.lost_out == 2);
}

TEST_CASE("Packets are offered by the batch, and no more of them once some were not done with") {
    const std::vector<tx_packet> packets(70);
    std::vector<std::size_t> offered;
    const auto take = [&](std::size_t limit) {
        offered.clear();
        return io::message_batch::in_turn(packets, [&](std::span<const tx_packet> some) {
            offered.push_back(some.size());
            const std::size_t taken = std::min(limit, some.size());
            limit -= taken;
            return taken;
        });
    };
    CHECK(take(100) == 70);
    CHECK(offered == std::vector<std::size_t>{32, 32, 6});
    CHECK(take(40) == 40);
    CHECK(offered == std::vector<std::size_t>{32, 32});
}
