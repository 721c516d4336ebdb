// SPDX-License-Identifier: MIT
// policy/hooks.hpp: a name is seen in whatever shape it stands in a policy, and not seen where it does not stand.
#include <doctest/doctest.h>

#include <sluice/policy/hooks.hpp>

namespace {

using namespace sluice;

struct nothing {};
struct other_name {
    void on_rto() {}
};
struct method {
    void on_ack() {}
};
struct overloaded {
    void on_ack() {}
    void on_ack(int) {}
};
struct any_argument {
    void on_ack(auto&&...) {}
};
struct datum {
    int on_ack = 0;
};
struct shared {
    static void on_ack() {}
};
struct type {
    struct on_ack {};
};
struct inherited : method {};
class hidden {
    void on_ack() {}
};

template <class P>
constexpr bool sees = !hook::absent<P, hook::on_ack>;

static_assert(!sees<nothing> && !sees<other_name> && !hook::absent<other_name, hook::on_rto>);
static_assert(sees<method> && sees<overloaded> && sees<any_argument> && sees<datum> && sees<shared> && sees<type> &&
              sees<inherited> && sees<hidden>);

/// Names it, and says that it has none, as one does that is made of others.
template <bool Lacks>
struct made_of_others {
    template <class Hook>
    static constexpr bool lacks = Lacks;
    void on_ack() {}
};
static_assert(!sees<made_of_others<true>> && sees<made_of_others<false>>);

}  // namespace

TEST_CASE("a hook of the wrong shape is seen, so that it can be refused rather than passed over") {
    CHECK(sees<datum>);
    CHECK(sees<hidden>);
    CHECK_FALSE(sees<nothing>);
}
