// SPDX-License-Identifier: MIT
// Counts by standing in for glibc's malloc and its kin; under the address sanitizer, which stands there itself, by its
// hook.
#include "support/heap_calls.hpp"

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define SLUICE_HAS_HOOK
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLUICE_HAS_HOOK
#endif
#endif

namespace {
std::uint64_t calls = 0;
}

std::uint64_t sluice::test::heap_calls() noexcept { return calls; }

extern "C" {

#ifdef SLUICE_HAS_HOOK

void __sanitizer_malloc_hook(const volatile void*, std::size_t);
void __sanitizer_malloc_hook(const volatile void*, std::size_t) { ++calls; }
void __sanitizer_free_hook(const volatile void*);
void __sanitizer_free_hook(const volatile void*) {}

#else

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) { return ++calls, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return ++calls, __libc_calloc(count, size); }
void* realloc(void* block, std::size_t size) { return ++calls, __libc_realloc(block, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return ++calls, __libc_memalign(alignment, size); }
void* memalign(std::size_t alignment, std::size_t size) { return ++calls, __libc_memalign(alignment, size); }

#endif
}
