// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace load {
namespace {

std::string file_of(pid_t pid, const char* name) {
    return "/proc/" + std::to_string(pid) + '/' + name;
}

/// Calls `visit(name, number)` for the lines `name:  number`.
template <class Visitor>
void for_each_number(const std::string& file, Visitor&& visit) {
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        visit(line.substr(0, colon), std::strtol(line.c_str() + colon + 1, nullptr, 10));
    }
}

}  // namespace

Memory memory_of(pid_t pid) {
    Memory memory;
    for_each_number(file_of(pid, "status"), [&](const std::string& name, long number) {
        if (name == "VmRSS") memory.resident = number;
        if (name == "VmHWM") memory.peak = number;
        if (name == "VmSize") memory.address_space = number;
        if (name == "Threads") memory.threads = number;
    });
    for_each_number(file_of(pid, "smaps_rollup"), [&](const std::string& name, long number) {
        if (name == "Pss") memory.proportional = number;
    });
    return memory;
}

long available_memory() {
    long available = 0;
    for_each_number("/proc/meminfo", [&](const std::string& name, long number) {
        if (name == "MemAvailable") available = number;
    });
    return available;
}

Nanoseconds processor_time_of(pid_t pid) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
    return time.tv_sec * second + time.tv_nsec;
}

Ticks ticks_of(pid_t pid) {
    std::ifstream in{file_of(pid, "stat")};
    std::string text;
    std::getline(in, text);
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return {};
    // utime and stime are the fields 14 and 15; the one after the name is 3.
    std::istringstream fields{text.substr(name_end + 1)};
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    Ticks ticks;
    fields >> ticks.user >> ticks.system;
    return ticks;
}

std::uint64_t context_switches_of(pid_t pid) {
    std::uint64_t switches = 0;
    int threads = 0;
    std::error_code error;
    for (const auto& thread : std::filesystem::directory_iterator{file_of(pid, "task"), error}) {
        if (++threads > 64) break;
        for_each_number(thread.path() / "status", [&](const std::string& name, long number) {
            if (name == "voluntary_ctxt_switches" || name == "nonvoluntary_ctxt_switches") {
                switches += static_cast<std::uint64_t>(number);
            }
        });
    }
    return switches;
}

}  // namespace load
