// SPDX-License-Identifier: MIT
#pragma once
// Finds out whether something was printed to Asterisk before the library was there to prevent it.

#include <agi/session/any_session.hpp>
#include <agi/version.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {

/// The beginning of a file of the system's; empty: it is not to be had.
class SystemFile {
  public:
    explicit SystemFile(const char* name) noexcept {
        const int fd = ::open(name, O_RDONLY | O_CLOEXEC);
        if (fd < 0) return;
        const ssize_t size = ::read(fd, text_, sizeof text_);
        ::close(fd);
        if (size > 0) size_ = static_cast<std::size_t>(size);
    }
    [[nodiscard]] std::string_view text() const noexcept { return {text_, size_}; }

  private:
    char text_[512] = {};
    std::size_t size_ = 0;
};

/// Whether the process that has started this one has the same standard output: a script, say, which may
/// have printed to it. Asterisk has the other end. True where the system does not tell.
inline bool parent_may_have_written() {
    const std::string parent = "/proc/" + std::to_string(::getppid());
    struct stat ours {};
    struct stat theirs {};
    if (::fstat(STDOUT_FILENO, &ours) != 0) return false;
    if (!S_ISFIFO(ours.st_mode) && !S_ISSOCK(ours.st_mode))
        return false;  // not Asterisk: a terminal
    if (::stat((parent + "/fd/1").c_str(), &theirs) == 0)
        return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
    // One that has changed its user is not shown to others, as most Asterisks have.
    return errno == EACCES && SystemFile{(parent + "/comm").c_str()}.text() != "asterisk\n";
}

/// Whether this process has written anything anywhere, or a script that runs it, as far as the system
/// tells: Linux counts the bytes. True where it does not tell.
inline bool may_have_written() {
    const SystemFile io{"/proc/self/io"};
    return io.text().find("\nwchar: 0\n") == std::string_view::npos || parent_may_have_written();
}

}  // namespace wire

/// Whether something was printed to Asterisk before the first command, such as by a static object
/// or by a script that runs this program (one that still runs, and is this process' parent): each line of it was a command, has a reply, and the first
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
