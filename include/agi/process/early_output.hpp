// SPDX-License-Identifier: MIT
#pragma once
// Finds out whether something was printed to Asterisk before the library was there to prevent it.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
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

/// Reads what was answered before, up to the echo of a line that is sent now; whether there was
/// anything. Asterisk may have taken the line together with the one before it, and then it does not
/// see it until more comes.
template <class Stream>
bool drop_early_replies(Stream& stream) {
    const std::string_view any_echo = "200 result=1 (agi-begin-";
    std::chrono::milliseconds pause{50};
    bool found = false;
    std::string line;
    for (int number = 1;; ++number, pause = std::min(2 * pause, std::chrono::milliseconds{2000})) {
        const std::string text = "agi-begin-" + std::to_string(number);
        stream.write_line("GET FULL VARIABLE \"" + text + '"');
        while (stream.wait_line(pause)) {
            if (!stream.read_line(line)) {
                throw AGISIGPIPEHangup({}, "the stream closed before the first command");
            }
            if (line == "200 result=1 (" + text + ')') return found;
            found = found || line.compare(0, any_echo.size(), any_echo) != 0;
        }
    }
}

}  // namespace wire

/// Whether something was printed to Asterisk before the first command, such as by a static object
/// or by a script that runs this program: each line of it was a command, has a reply, and the first
/// command of the session would get that one. Afterwards those replies are gone, and the session is
/// in step.
///
/// For a new session on pipes. Asks Asterisk for an echo if `written`; no trace shows that.
///
/// @throws AGISIGPIPEHangup  the stream closed
template <class Session>
bool find_early_output(Session& session, bool written = wire::may_have_written()) {
    return written && wire::drop_early_replies(session.stream());
}

}}  // namespace agi::v0
