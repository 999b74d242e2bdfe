// SPDX-License-Identifier: MIT
#pragma once
// Sockets that systemd has opened for a service.

#include <agi/version.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// The listening sockets that this process was started with: none when it was started by hand.
///
///     for (const int fd : inherited_sockets()) server.listen_on(fd);
///
/// While a service restarts, the kernel keeps its sockets and the calls that come meanwhile.
inline std::vector<int> inherited_sockets() {
    constexpr int first = 3;
    const char* const process = std::getenv("LISTEN_PID");
    const char* const count = std::getenv("LISTEN_FDS");
    std::vector<int> sockets;
    if (process == nullptr || count == nullptr || process != std::to_string(::getpid())) {
        return sockets;
    }
    const int end = first + std::atoi(count);
    for (int fd = first; fd < end; ++fd) {
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        sockets.push_back(fd);
    }
    return sockets;
}

}}}}  // namespace agi::v0::fastagi::AGI_NET
