// SPDX-License-Identifier: MIT
// wire/icmp.hpp: RFC 792 and RFC 4443: what errors of each type and code say, of which segment; checksums of both
// families; and that no message, however short or wrong, is read beyond its end.
#include <doctest/doctest.h>

#include <optional>

#include <sluice/wire/icmp.hpp>

#include "support/icmp.hpp"

namespace {

using namespace sluice;
using kind = icmp_kind;

struct family {
    ip_address own, remote, router;
    octet echo, echo_reply;
};
constexpr auto v4 =
    family{ip_address::v4(198, 18, 0, 2), ip_address::v4(198, 18, 7, 1), ip_address::v4(198, 18, 0, 1), 8, 0};
constexpr auto v6 = family{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}), ip_address::v6({0xfd00, 0, 0, 7, 0, 0, 0, 1}),
                           ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 128, 129};

std::vector<octet> quoted(const family& f) { return test::quote({f.own, f.remote}, 4000, 80, 0x89abcdef); }

std::optional<icmp_error> error_of(const family& f, octet type, octet code, std::uint32_t rest, octets body) {
    const ip_meta ip{f.router, f.own};
    const auto m = icmp::read(ip, test::heap(test::icmp_message(ip, type, code, rest, body)));
    if (!m || m->type != type || m->code != code || m->rest != rest) return {};
    const auto last = test::heap(body);  // message() borrows what is gone by now
    return icmp::read_error(ip, {.type = m->type, .code = m->code, .rest = m->rest, .body = last});
}
std::optional<kind> kind_of(const family& f, octet type, octet code) {
    const auto e = error_of(f, type, code, 0, quoted(f));
    return e ? std::optional(e->kind) : std::nullopt;
}

TEST_CASE("an echo request of the wire, octet by octet") {
    // ping's: identifier 0x1c2a, number 1, 8 octets; the checksum by hand: 0800 + 1c2a + 0001 + 0102 + 0304 + 0506 +
    // 0708 = 343f, complemented.
    static constexpr auto request = test::hex("0800cbc0"
                                       "1c2a0001"
                                       "0102030405060708");
    constexpr auto read = icmp::read({v4.router, v4.own}, request);
    static_assert(read && read->type == icmp::v4::echo && read->code == 0 && read->rest == 0x1c2a0001);
    static_assert(read->body.size() == 8 && read->body[7] == 8);
    for (std::size_t i = 0; i < request.size(); ++i) {
        auto wrong = request;
        wrong[i] ^= 1;
        CHECK_FALSE(icmp::read({v4.router, v4.own}, wrong));
    }
}

TEST_CASE("the checksum of ICMPv6 is of the addresses, too, and that of ICMP is not") {
    const auto four = test::icmp_message({v4.router, v4.own}, 8, 0, 1, {});
    CHECK(icmp::read({v4.remote, v4.own}, four));
    const auto six = test::icmp_message({v6.router, v6.own}, 128, 0, 1, {});
    CHECK(icmp::read({v6.router, v6.own}, six));
    CHECK_FALSE(icmp::read({v6.remote, v6.own}, six));
}

TEST_CASE("what an error of ICMP says, by type and code") {
    using enum icmp_kind;
    constexpr std::array<std::optional<kind>, 17> unreachable{
        network_unreachable, host_unreachable, protocol_unreachable, port_unreachable, too_big,     source_route_failed,
        network_unreachable, host_unreachable, host_unreachable,     prohibited,       prohibited,  network_unreachable,
        host_unreachable,    prohibited,       prohibited,           prohibited,       std::nullopt};
    for (std::size_t code = 0; code < unreachable.size(); ++code)
        CHECK(kind_of(v4, 3, static_cast<octet>(code)) == unreachable[code]);
    CHECK(kind_of(v4, 4, 0) == source_quench);
    CHECK(kind_of(v4, 11, 0) == time_exceeded);
    CHECK(kind_of(v4, 11, 1) == time_exceeded);
    CHECK(kind_of(v4, 12, 0) == parameter_problem);
    for (unsigned type = 0; type < 256; ++type)
        CHECK(kind_of(v4, static_cast<octet>(type), 0).has_value() ==
              (type == 3 || type == 4 || type == 11 || type == 12));
}

TEST_CASE("what an error of ICMPv6 says, by type and code") {
    using enum icmp_kind;
    constexpr std::array<std::optional<kind>, 8> unreachable{network_unreachable, prohibited,       host_unreachable,
                                                             host_unreachable,    port_unreachable, prohibited,
                                                             prohibited,          std::nullopt};
    for (std::size_t code = 0; code < unreachable.size(); ++code)
        CHECK(kind_of(v6, 1, static_cast<octet>(code)) == unreachable[code]);
    for (unsigned type = 2; type < 256; ++type) {
        const auto expected = type == 2   ? std::optional(too_big)
                              : type == 3 ? std::optional(time_exceeded)
                              : type == 4 ? std::optional(parameter_problem)
                                          : std::nullopt;
        CHECK(kind_of(v6, static_cast<octet>(type), 0) == expected);
    }
}

TEST_CASE("an error names our segment: sockets, sequence number, length") {
    for (const family& f : {v4, v6}) {
        const auto e = error_of(f, f.own.is_v4() ? 3 : 1, f.own.is_v4() ? 3 : 4, 0, quoted(f));
        REQUIRE(e);
        CHECK(e->local == socket_address{f.own, 4000});
        CHECK(e->remote == socket_address{f.remote, 80});
        CHECK(e->sequence == seq(0x89abcdef));
        CHECK(e->length == (f.own.is_v4() ? 28u : 48u));
        CHECK(e->mtu == 0);
    }
}

TEST_CASE("too big: the MTU is the lower half of four octets in ICMP, and all of them in ICMPv6") {
    CHECK(error_of(v4, 3, 4, 0xabcd0578, quoted(v4))->mtu == 1400);
    CHECK(error_of(v6, 2, 0, 0x00010578, quoted(v6))->mtu == 65536 + 1400);
    CHECK(error_of(v4, 3, 1, 1400, quoted(v4))->mtu == 0);
}

TEST_CASE("options of IPv4 and extension headers of IPv6 stand before what is quoted of TCP") {
    auto four = quoted(v4);
    four[0] = 0x46;
    four.insert(four.begin() + 20, {1, 1, 1, 0});
    REQUIRE(error_of(v4, 3, 3, 0, four));
    CHECK(error_of(v4, 3, 3, 0, four)->sequence == seq(0x89abcdef));

    auto six = quoted(v6);
    six[6] = 0;                                                                      // hop-by-hop options,
    six.insert(six.begin() + 40, {60, 0, 1, 4,  0, 0, 0, 0,                          // destination options,
                                  44, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // an atomic fragment (RFC 6946)
                                  6,  0, 0, 0,  0, 0, 0, 9});
    REQUIRE(error_of(v6, 1, 4, 0, six));
    CHECK(error_of(v6, 1, 4, 0, six)->remote == socket_address{v6.remote, 80});
    CHECK(error_of(v6, 1, 4, 0, six)->sequence == seq(0x89abcdef));
}

TEST_CASE("a quote that is not ours, not TCP, or begins inside of a segment says nothing") {
    const auto says_nothing = [](const family& f, octets quote) {
        return !error_of(f, f.own.is_v4() ? 3 : 1, f.own.is_v4() ? 3 : 4, 0, quote);
    };
    for (const family& f : {v4, v6}) {
        const bool is_v4 = f.own.is_v4();
        CHECK_FALSE(says_nothing(f, quoted(f)));
        CHECK(says_nothing(f, test::quote({f.remote, f.own}, 4000, 80, 1)));  // somebody else's
        auto other = quoted(f);
        other[is_v4 ? 9 : 6] = 17;
        CHECK(says_nothing(f, other));
        other = quoted(f);
        other[0] ^= 0x20;  // another version
        CHECK(says_nothing(f, other));
    }
    auto fragment = quoted(v4);
    fragment[7] = 1;  // its offset
    CHECK(says_nothing(v4, fragment));
    fragment = quoted(v4);
    fragment[6] = 0x20;  // the first one of several has the ports
    CHECK_FALSE(says_nothing(v4, fragment));
    auto short_header = quoted(v4);
    short_header[0] = 0x44;
    CHECK(says_nothing(v4, short_header));
    auto six = quoted(v6);
    six[6] = 44;
    six.insert(six.begin() + 40, {6, 0, 0, 8, 0, 0, 0, 0});
    CHECK(says_nothing(v6, six));
    auto mapped = quoted(v6);
    copy(ip_address::v4(192, 0, 2, 1).octets, mutable_octets(mapped).subspan(24));
    CHECK(says_nothing(v6, mapped));
}

TEST_CASE("messages and quotes cut short anywhere are read no further") {
    for (const family& f : {v4, v6}) {
        const auto whole = quoted(f);
        for (std::size_t length = 0; length <= whole.size(); ++length) {
            const auto e = error_of(f, f.own.is_v4() ? 3 : 1, f.own.is_v4() ? 3 : 4, 0, octets(whole).first(length));
            CHECK(e.has_value() == (length == whole.size()));  // eight octets of TCP are the least
        }
        const ip_meta ip{f.router, f.own};
        const auto message = test::icmp_message(ip, f.echo, 0, 7, {});
        for (std::size_t length = 0; length <= 8; ++length)
            CHECK(icmp::read(ip, test::heap(octets(message).first(length))).has_value() == (length == 8));
    }
}

TEST_CASE("lengths and protocols in a quote that are anything never lead past its end") {
    seeded_random random(11);
    for (const family& f : {v4, v6})
        for (int i = 0; i < 20000; ++i) {
            auto quote = quoted(f);
            if (!f.own.is_v4()) quote[6] = std::array<octet, 4>{0, 43, 44, 60}[random.below(4)];
            quote.resize(random.below(quote.size() + 40));
            for (std::size_t j = f.own.is_v4() ? 0 : 40; j < quote.size(); ++j)
                if (random.below(4) == 0) quote[j] = static_cast<octet>(random.bits());
            if (!quote.empty()) quote[0] = static_cast<octet>((f.own.is_v4() ? 0x40 : 0x60) | random.below(16));
            const octet type = f.own.is_v4() ? 3 : 1;
            if (const auto e = error_of(f, type, 1, 0, quote)) CHECK(e->local.address == f.own);
        }
}

TEST_CASE("what is an error is known of types that are not known, too") {
    for (unsigned type = 0; type < 256; ++type) {
        CHECK(icmp::is_error(false, static_cast<octet>(type)) == (type < 128));
        CHECK(icmp::is_error(true, static_cast<octet>(type)) ==
              (type == 3 || type == 4 || type == 5 || type == 11 || type == 12));
    }
}

TEST_CASE("a packet that is written is one that others read, of any body") {
    seeded_random random(12);
    for (const family& f : {v4, v6})
        for (std::size_t length : {0u, 1u, 2u, 55u, 1400u})
            for (std::size_t cut : {0u, 1u, 33u}) {  // borrowed in two spans
                const auto body = test::random_octets(random, length);
                const ip_meta ip{f.own, f.router};
                tx_packet p;
                p.begin(ip);
                p.borrow(octets(body).first(std::min(cut, length)));
                p.borrow(octets(body).subspan(std::min(cut, length)));
                icmp::finish(p, f.echo_reply, 0, 0x12345678);
                std::vector<octet> out(p.length());
                CHECK(write(p, out) == out.size());
                CHECK(out == test::icmp_packet(ip, f.echo_reply, 0, 0x12345678, body));
            }
}

}  // namespace
