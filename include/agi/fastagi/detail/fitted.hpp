// SPDX-License-Identifier: MIT
#pragma once
// Options that fit the machine.

#include <agi/fastagi/detail/thread.hpp>
#include <agi/fastagi/options.hpp>
#include <agi/version.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// What a server and its program need beside those of the connections.
constexpr std::size_t spare_descriptors = 64;

/// How many descriptors this process may have.
inline std::size_t descriptor_limit() noexcept {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    return static_cast<std::size_t>(files.rlim_cur);
}

/// @throws std::invalid_argument  `thread_stack_size` is less than the system allows
inline ServerOptions fitted(ServerOptions options) {
    constexpr std::size_t most = 20'000;
    constexpr std::size_t least = 16;
    if (!ThreadAttributes{options.thread_stack_size}.usable()) {
        throw std::invalid_argument{"ServerOptions: the system has no threads with such a stack"};
    }
    if (options.max_connections == 0) {
        const std::size_t limit = std::max(descriptor_limit(), spare_descriptors + least);
        options.max_connections = std::min(limit - spare_descriptors, most);
    }
    return options;
}

}}}}  // namespace agi::v0::fastagi::AGI_NET
