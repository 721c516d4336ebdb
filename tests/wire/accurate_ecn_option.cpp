// SPDX-License-Identifier: MIT
// wire/accurate_ecn_option.hpp against the layout of RFC 9768 section 3.2.3.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include <sluice/wire/accurate_ecn_option.hpp>

using namespace sluice;

namespace {

std::vector<octet> hex(std::string_view digits) {
    std::vector<octet> out;
    for (; digits.size() >= 2; digits.remove_prefix(2))
        out.push_back(static_cast<octet>(std::stoi(std::string(digits.substr(0, 2)), nullptr, 16)));
    return out;
}

std::vector<octet> written(const accurate_ecn_option& o) {
    std::vector<octet> out(o.length() + 1, octet{0xee});
    o.write(out);
    CHECK(out.back() == 0xee);
    out.pop_back();
    return out;
}

}  // namespace

TEST_CASE("three numbers of 24 bits, in one of two orders, behind one no-operation") {
    accurate_ecn_option o{.ect0 = 0x010203, .ce = 0x040506, .ect1 = 0x070809};
    CHECK(written(o) == hex("01ac0b010203040506070809"));
    o.ect1_first = true;
    CHECK(written(o) == hex("01ae0b070809040506010203"));
}

TEST_CASE("with fewer numbers it is shorter: the ones in front stay") {
    accurate_ecn_option o{.ect0 = 0x010203, .ce = 0x040506, .ect1 = 0x070809, .fields = 2};
    CHECK(written(o) == hex("ac08010203040506"));
    o.fields = 1;
    CHECK(written(o) == hex("010101ac05010203"));
    CHECK((o.has_ect0() && !o.has_ce() && !o.has_ect1()));
    o.fields = 0;
    CHECK(written(o) == hex("0101ac02"));
    o.ect1_first = true;
    o.fields = 1;
    CHECK((!o.has_ect0() && !o.has_ce() && o.has_ect1()));
}

TEST_CASE("what is written is read back, behind any other options") {
    for (std::uint8_t fields = 0; fields <= 3; ++fields)
        for (const bool ect1_first : {false, true}) {
            accurate_ecn_option o{.ect0 = 0xffffff, .ce = 0, .ect1 = 1, .fields = fields, .ect1_first = ect1_first};
            std::vector<octet> list = hex("0101080a0000000a0000000b");
            const auto more = written(o);
            list.insert(list.end(), more.begin(), more.end());
            const auto read = accurate_ecn_option::read(list);
            REQUIRE(read);
            if (!o.has_ect0()) o.ect0 = 0;
            if (!o.has_ce()) o.ce = 0;
            if (!o.has_ect1()) o.ect1 = 0;
            CHECK(*read == o);
        }
}

TEST_CASE("of a length that is none of its own the whole numbers count") {
    for (const octet kind : {accurate_ecn_option::kind_0, accurate_ecn_option::kind_1})
        for (unsigned length = 2; length <= 14; ++length) {
            std::vector<octet> list(40, octet{1});
            list[0] = kind;
            list[1] = static_cast<octet>(length);
            for (unsigned i = 2; i < length; ++i) list[i] = static_cast<octet>(i);
            const bool first = kind == accurate_ecn_option::kind_1;
            const unsigned fields = std::min((length - 2) / 3, 3u);
            accurate_ecn_option expected{.fields = static_cast<std::uint8_t>(fields), .ect1_first = first};
            if (fields > 0) (first ? expected.ect1 : expected.ect0) = 0x020304;
            if (fields > 1) expected.ce = 0x050607;
            if (fields > 2) (first ? expected.ect0 : expected.ect1) = 0x08090a;
            CHECK(accurate_ecn_option::read(list) == expected);
        }
}

TEST_CASE("nothing is read behind the end of the list, of what is cut off, or where there is none") {
    CHECK(!accurate_ecn_option::read({}));
    CHECK(!accurate_ecn_option::read(hex("00ac05010203")));
    CHECK(!accurate_ecn_option::read(hex("ac")));
    CHECK(!accurate_ecn_option::read(hex("ac050102")));
    CHECK(!accurate_ecn_option::read(hex("ac01010203")));
    CHECK(!accurate_ecn_option::read(hex("020405b40101")));
}
