// SPDX-License-Identifier: MIT
// policy/recovery/prr.hpp: the figures of RFC 6937 with its two bounds, and the bound of RFC 9937.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>

namespace {

using namespace sluice;

static_assert(recovery_policy<prr_recovery>);

/// Segments of one octet. Each ACK reports one; what leaves joins the pipe.
struct path {
    prr reduction;
    std::uint32_t pipe, target;
    std::vector<std::uint32_t> sent{}, before{};  // by each ACK, and the pipe before it was sent

    void begin(std::uint32_t flight) { reduction.begin(flight); }
    void hears(std::uint32_t segments = 1, bool safe = false) {
        reduction.on_ack(segments, safe, 1);
        before.push_back(pipe);
        std::uint32_t out = 0;
        for (; reduction.quota(target, pipe, 1) > 0; ++pipe, ++out) reduction.on_sent(1);
        sent.push_back(out);
    }
};

/// RFC 6937: 20 in flight, ssthresh 10, the first 15 lost, two new ones sent by limited transmit; the third report
/// begins it, with 4 in the network.
path many_losses(prr::bound b) {
    path p{.reduction = {.bounded_by = b}, .pipe = 4, .target = 10};
    p.begin(20);
    for (int i = 0; i < 3; ++i) {
        p.hears();
        --p.pipe;  // of which the next ACK reports one
    }
    return p;
}

using counts = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("many losses, RFC 6937: the conservative bound sends 1, 1, 1, the other 2, 2, 2") {
    const path crb = many_losses(prr::bound::conservative);
    CHECK(crb.sent == counts{1, 1, 1});
    CHECK(crb.before == counts{4, 4, 4});
    const path ssrb = many_losses(prr::bound::slow_start);
    CHECK(ssrb.sent == counts{2, 2, 2});
    CHECK(ssrb.before == counts{4, 5, 6});
}

TEST_CASE(
    "RFC 9937: as slow start while ACKs make progress without further loss, else as conservative as they arrive") {
    path p{.reduction = {}, .pipe = 4, .target = 10};
    p.begin(20);
    p.hears();
    CHECK(p.sent.back() == 1);  // more losses were found with it
    --p.pipe;
    p.hears(1, true);
    CHECK(p.sent.back() == 2);
}

TEST_CASE("one loss of twenty: a segment for every second ACK, and ten in the network at the end (RFC 6937)") {
    path p{.reduction = {}, .pipe = 18, .target = 10};
    p.begin(20);
    for (int i = 0; i < 17; ++i) {
        p.hears();
        --p.pipe;
    }
    for (std::size_t i = 0; i < 16; ++i) CHECK(p.sent[i] == (i % 2 == 0 ? 1 : 0));
    CHECK(p.pipe + 1 == 10);
}

TEST_CASE("above the window no more is sent than arrived in proportion, and the window is come to, not passed") {
    for (const std::uint32_t target : {50u, 70u})
        for (const std::uint32_t stretch : {1u, 10u}) {
            path p{.reduction = {}, .pipe = 97, .target = target};
            p.begin(100);
            std::uint32_t delivered = 0;
            while (delivered + stretch <= 97) {
                p.hears(stretch);
                delivered += stretch;
                const std::uint32_t in_proportion = (delivered * target + 99) / 100;
                CHECK((p.reduction.out_ <= in_proportion || p.pipe <= target));
                CHECK(p.reduction.out_ + stretch >= in_proportion);
                p.pipe -= std::min(stretch, p.pipe);
            }
            CHECK(p.reduction.out_ == doctest::Approx(target).epsilon(0.1));
        }
}

TEST_CASE("an episode begins with one segment, whatever is in the network") {
    prr reduction;
    reduction.begin(100);
    CHECK(reduction.quota(10, 500, 1) == 1);
    reduction.on_ack(0, true, 1);  // what reports nothing lets nothing out
    reduction.on_sent(1);
    CHECK(reduction.quota(10, 500, 1) == 0);
    CHECK(reduction.quota(10, 5, 1) == 0);
}
