// SPDX-License-Identifier: MIT
#pragma once
// The caller's audio, which a program started by EAGI() gets on descriptor 3.

#include <agi/command/variable.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

namespace agi { inline namespace v0 {

/// A format of audio, as EAGI_AUDIO_FORMAT names it.
struct AudioFormat {
    std::string_view name;
    int rate = 0;                 ///< Samples per second.
    std::size_t frame_bytes = 0;  ///< Bytes of one frame, which is 20 ms.

    /// Whether samples are signed 16-bit numbers in the byte order of the machine.
    [[nodiscard]] constexpr bool linear() const noexcept { return name.substr(0, 4) == "slin"; }

    /// @throws AGIError  the frames of this format have no size that is known here
    static AudioFormat of(std::string_view name) {
        constexpr AudioFormat formats[] = {
            {"slin", 8000, 320},     {"slin12", 12000, 480},  {"slin16", 16000, 640},
            {"slin24", 24000, 960},  {"slin32", 32000, 1280}, {"slin44", 44100, 1764},
            {"slin48", 48000, 1920}, {"slin96", 96000, 3840}, {"slin192", 192000, 7680},
            {"ulaw", 8000, 160},     {"alaw", 8000, 160},     {"g722", 16000, 160},
            {"gsm", 8000, 33}};
        for (const AudioFormat& format : formats) {
            if (format.name == name) return format;
        }
        throw AGIError("EAGI_AUDIO_FORMAT is " + wire::shown(name) +
                       ", whose frames have no known size");
    }
};

/// 20 ms of what the caller says.
struct AudioFrame {
    std::string_view bytes;  ///< Valid until the next frame is read.
    bool after_gap = false;  ///< Audio is missing in front of it: none came for a while, or so much
                             ///< was not read that Asterisk dropped some.
};

/// Reads the caller's audio frame by frame, while a command runs or while none does.
///
/// Asterisk sends it while the session is idle and during STREAM FILE, GET DATA, GET OPTION, WAIT
/// FOR DIGIT and SAY ALPHA, DIGITS, NUMBER, PHONETIC; not during the others. It waits for nobody:
/// what is not read in time (about four seconds of `slin`) is lost.
class EagiAudio {
  public:
    /// Asks Asterisk for EAGI_AUDIO_FORMAT.
    ///
    /// @throws AGIError  the program was not started by EAGI(), there is no descriptor 3, or the
    ///                   format is not known
    template <class Session>
    explicit EagiAudio(Session& session, int fd = 3) : fd_{fd} {
        if (!session.environment().enhanced()) {
            throw AGIError("no audio: the program was not started by EAGI()");
        }
        const int flags = ::fcntl(fd_, F_GETFL);
        if (flags < 0)
            throw AGIError("no audio: descriptor " + std::to_string(fd_) + " is not open");
        ::fcntl(fd_, F_SETFL, flags | O_NONBLOCK);
        ::fcntl(fd_, F_SETFD, FD_CLOEXEC);
        format_ = format_of(session);
    }

    [[nodiscard]] const AudioFormat& format() const noexcept { return format_; }

    /// Whether Asterisk has closed its end: the call is over.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// Runs a command that can be stopped, and calls `heard(AudioFrame)` for each frame that comes
    /// meanwhile, until it returns false: then the command is ended. A key press ends the command
    /// as always.
    template <class Session, class Command, class Listener>
    auto listen(Session& session, const Command& command, Listener&& heard) {
        const int replies = session.stream().read_fd();
        const auto enough = [&] {
            wait(replies, -1);
            return !deliver(heard);
        };
        return session.execute_until(command, enough, std::chrono::milliseconds{0});
    }

    /// The same without a command, for `time` at most.
    template <class Listener>
    void listen_for(std::chrono::milliseconds time, Listener&& heard) {
        const auto end = std::chrono::steady_clock::now() + time;
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                end - std::chrono::steady_clock::now());
            if (left.count() <= 0 || ended_) return;
            wait(-1, static_cast<int>(left.count()));
            if (!deliver(heard)) return;
        }
    }

  private:
    template <class Session>
    static AudioFormat format_of(Session& session) {
        const auto name = GetVariable{"EAGI_AUDIO_FORMAT"}(session);
        return AudioFormat::of(name && !name->empty() ? *name : "slin");
    }

    /// Waits for audio, or for the other descriptor; -1: without end.
    void wait(int other, int milliseconds) const {
        pollfd wanted[2] = {{ended_ ? -1 : fd_, POLLIN, 0}, {other, POLLIN, 0}};
        ::poll(wanted, 2, milliseconds);
    }

    /// Hands out the whole frames that are there. False when the listener has heard enough.
    template <class Listener>
    bool deliver(Listener& heard) {
        for (;;) {
            const bool missing = incomplete();
            char bytes[4096];
            const ssize_t size = ::read(fd_, bytes, sizeof bytes);
            if (size == 0) ended_ = true;
            if (size <= 0) {
                if (size < 0 && errno == EINTR) continue;
                return true;
            }
            gap_ = gap_ || missing;
            last_ = std::chrono::steady_clock::now();
            pending_.append(bytes, static_cast<std::size_t>(size));
            std::size_t begin = 0;
            bool more = true;
            for (; more && pending_.size() - begin >= format_.frame_bytes;
                 begin += format_.frame_bytes) {
                const AudioFrame frame{
                    std::string_view{pending_}.substr(begin, format_.frame_bytes), gap_};
                gap_ = false;
                more = heard(frame);
            }
            pending_.erase(0, begin);
            if (!more) return false;
        }
    }

    /// Whether the pipe is so full that Asterisk may have dropped audio, or what waits in it is
    /// shorter than the time in which it came.
    [[nodiscard]] bool incomplete() const noexcept {
        int waiting = 0;
        if (::ioctl(fd_, FIONREAD, &waiting) != 0) return false;
        const int frame = static_cast<int>(format_.frame_bytes);
        const int capacity = ::fcntl(fd_, F_GETPIPE_SZ);
        if (capacity > 0 && waiting + frame > whole_frames(capacity, frame)) return true;
        const auto since = std::chrono::steady_clock::now() - last_;
        return last_ != std::chrono::steady_clock::time_point{} &&
               since > longest_pause + std::chrono::milliseconds{20} * (waiting / frame);
    }

    /// How many bytes of a pipe frames can fill: the system does not split one over two pages.
    static int whole_frames(int capacity, int frame) noexcept {
        const int page = static_cast<int>(::sysconf(_SC_PAGESIZE));
        return frame < page ? capacity / page * (page - page % frame) : capacity;
    }

    static constexpr std::chrono::milliseconds longest_pause{100};

    int fd_;
    AudioFormat format_;
    bool ended_ = false;
    bool gap_ = false;
    std::chrono::steady_clock::time_point last_;
    std::string pending_;
};

}}  // namespace agi::v0
