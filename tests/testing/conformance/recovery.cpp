// SPDX-License-Identifier: MIT
// testing/conformance/recovery.hpp: our policies keep each rule that is for them; each rule finds the planted policy
// that breaks it, by its name, and blames it for nothing else. The planted ones are the controls of the kit.
#include "found.hpp"

#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/testing/conformance/recovery.hpp>

using namespace sluice;
using conformance::check_clean;
using conformance::check_found;
namespace recovery = testing::recovery_rules;

namespace {

struct finds_nothing : sack_recovery {
    recovery_step on_ack(const recovery_ack_report&, auto&) { return {}; }
};
struct marks_the_last_lost : sack_recovery {
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const recovery_step step = sack_recovery::on_ack(r, flight);
        if (step.entered) flight.mark_lost(flight.last_segment(r.mss));
        return step;
    }
};
struct enters_again : sack_recovery {
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        recovery_step step = sack_recovery::on_ack(r, flight);
        if (in_recovery() && r.newly_acked > 0) step.entered = true;
        return step;
    }
};
struct never_ends : sack_recovery {
    bool has_begun = false;
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const recovery_step step = sack_recovery::on_ack(r, flight);
        has_begun = has_begun || step.entered;
        return step;
    }
    bool in_recovery() const { return has_begun; }
};
/// Sees half of what is in the network.
struct knows_no_bounds : sack_recovery {
    std::uint32_t quota(quota_report r) const {
        if (in_recovery()) r.pipe /= 2;
        return sack_recovery::quota(r);
    }
    bool find_more(const quota_report&, auto&) { return false; }
};
/// Three hundred segments without a loss are too good to be true.
struct doubts_a_clean_path : sack_recovery {
    seq begun{};
    bool trusts = false;
    void on_start(const recovery_start_report& r) {
        sack_recovery::on_start(r);
        begun = r.iss;
    }
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const recovery_step step = sack_recovery::on_ack(r, flight);
        trusts = trusts || step.entered || after_timeout();
        if (!trusts && r.ack - begun > 300 * r.mss && !flight.empty()) {
            trusts = true;
            flight.mark_lost(flight.last_segment(r.mss));
        }
        return step;
    }
};
/// Its fourth episode has no end, and nothing leaves in it.
struct tires : sack_recovery {
    int left = 4;
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const recovery_step step = sack_recovery::on_ack(r, flight);
        if (step.entered) --left;
        return step;
    }
    bool in_recovery() const { return left <= 0 || sack_recovery::in_recovery(); }
    std::uint32_t quota(const quota_report& r) const { return left <= 0 ? 0 : sack_recovery::quota(r); }
};
/// Every other connection of a program waits for one more duplicate.
struct takes_turns : sack_recovery {
    static inline int turn = 0;
    void on_start(const recovery_start_report& r) {
        sack_recovery::on_start(r);
        without_sack.duplicate_threshold = static_cast<std::uint8_t>(3 + turn++ % 4 / 2);
    }
};
struct repairs_one_segment : go_back_n {
    void on_timeout(const recovery_timeout_report&, auto&) {}
};

}  // namespace

TEST_CASE("our recovery policies keep every rule that is for them") {
    check_clean(testing::check_recovery<newreno_recovery>(), 0);
    check_clean(testing::check_recovery<sack_recovery>(), 0);
    check_clean(testing::check_recovery<prr_recovery>(), 0);
    check_clean(testing::check_recovery<rack_tlp>(), 0);
    check_clean(testing::check_recovery<go_back_n>(), 5);  // those about what ACKs tell
}

TEST_CASE("each planted recovery policy is found by the rule that it breaks, and by no other") {
    check_found(testing::check_recovery<finds_nothing>(), recovery::finds);
    check_found(testing::check_recovery<marks_the_last_lost>(), recovery::only);
    check_found(testing::check_recovery<enters_again>(), recovery::once);
    check_found(testing::check_recovery<never_ends>(), recovery::ends);
    check_found(testing::check_recovery<knows_no_bounds>(), recovery::bounded);
    check_found(testing::check_recovery<repairs_one_segment>(), recovery::timeout);
    check_found(testing::check_recovery<doubts_a_clean_path>(), recovery::clean);
    check_found(testing::check_recovery<tires>(), recovery::completes);
    check_found(testing::check_recovery<takes_turns>(), recovery::same);
}
