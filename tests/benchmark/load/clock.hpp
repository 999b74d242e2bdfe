// SPDX-License-Identifier: MIT
#pragma once
// The clock of all measurements, and how the driver gives up.

#include <sched.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace load {

using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds millisecond = 1'000'000;
inline constexpr Nanoseconds second = 1'000'000'000;

inline Nanoseconds now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * second + time.tv_nsec;
}

[[noreturn]] inline void die(const std::string& why) {
    std::fprintf(stderr, "agiload: %s\n", why.c_str());
    std::exit(2);
}

/// Keeps the calling process on one processor; a negative number leaves it where it is.
inline void pin(std::int64_t cpu) {
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(cpu), &set);
    if (::sched_setaffinity(0, sizeof set, &set) != 0) die("cannot pin to a processor");
}

/// Undoes `pin`.
inline void unpin() {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof set, &set);
}

}  // namespace load
