// SPDX-License-Identifier: MIT
// The smallest case there is: shows that run.sh finds the message and the name of the type it speaks of.
// expect: a brick cannot float
// near: granite
template <typename Material>
struct boat {
    static_assert(Material::floats, "a brick cannot float");
};

struct cork {
    static constexpr bool floats = true;
};
struct granite {
    static constexpr bool floats = false;
};

#ifdef SLUICE_CONTROL
boat<cork> afloat;
#else
boat<granite> afloat;
#endif
