// SPDX-License-Identifier: MIT
#pragma once
// Finds out whether something was printed to Asterisk before the library was there to prevent it.

#include <agi/session/any_session.hpp>
#include <agi/version.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {

/// Whether this process has written anything anywhere, as far as the system tells: Linux counts the
/// bytes. True where it does not tell.
inline bool may_have_written() noexcept {
    const int fd = ::open("/proc/self/io", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return true;
    char text[512];
    const ssize_t size = ::read(fd, text, sizeof text);
    ::close(fd);
    const std::string_view all{text, size > 0 ? static_cast<std::size_t>(size) : 0};
    return all.find("\nwchar: 0\n") == std::string_view::npos;
}

}  // namespace wire

/// Whether something was printed to Asterisk before the first command, such as by a static object
/// or by a script that runs this program: each line of it was a command, has a reply, and the first
/// command of the session would get that one. Afterwards those replies are gone, and the session is
/// in step.
///
/// For a new session. Asks Asterisk for an echo if `written`.
///
/// @throws AGISIGPIPEHangup  the stream closed
inline bool find_early_output(AnySession& session, bool written = wire::may_have_written()) {
    if (!written) return false;
    session.resync();
    return session.dropped() > 0;
}

}}  // namespace agi::v0
