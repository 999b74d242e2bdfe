// SPDX-License-Identifier: MIT
#pragma once
// What the kernel says of a process: memory, processor time, context switches.

#include "clock.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>

#include <algorithm>
#include <cstdint>

namespace load {

/// In KiB.
struct Memory {
    long resident = 0;
    long peak = 0;
    long proportional = 0;
    long address_space = 0;
    long threads = 0;

    void keep_largest(const Memory& other) {
        resident = std::max(resident, other.resident);
        proportional = std::max(proportional, other.proportional);
        threads = std::max(threads, other.threads);
    }
};

Memory memory_of(pid_t pid);
long available_memory();

/// User and system time together, in nanoseconds.
Nanoseconds processor_time_of(pid_t pid);

/// In clock ticks: coarse, but apart.
struct Ticks {
    long long user = 0;
    long long system = 0;
};
Ticks ticks_of(pid_t pid);

/// Of up to 64 threads.
std::uint64_t context_switches_of(pid_t pid);

inline Nanoseconds nanoseconds(const timeval& time) {
    return time.tv_sec * second + time.tv_usec * 1000;
}
inline Nanoseconds own_processor_time() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

}  // namespace load
