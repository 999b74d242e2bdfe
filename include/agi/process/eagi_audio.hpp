// SPDX-License-Identifier: MIT
#pragma once
// The caller's audio, which a program started by EAGI() gets on descriptor 3.

#include <agi/command/call.hpp>
#include <agi/command/variable.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// A format of audio, as EAGI_AUDIO_FORMAT names it.
struct AudioFormat {
    std::string_view name{};
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

namespace wire {

template <class Stream, class = void>
struct has_hangup_fd : std::false_type {};
template <class Stream>
struct has_hangup_fd<Stream, std::void_t<decltype(std::declval<const Stream&>().hangup_fd())>>
    : std::true_type {};

}  // namespace wire

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

    /// Whether the call is over: the session knows of the hang-up, or Asterisk has closed its end.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// Runs a command that can be stopped, and calls `heard(AudioFrame)` for each frame that comes
    /// meanwhile, until it returns false: then the command is ended. A key press ends the command
    /// as always. What had come by its end is heard, also where it ends with a hang-up.
    template <class Session, class Command, class Listener>
    auto listen(Session& session, const Command& command, Listener&& heard) {
        const int replies = session.stream().read_fd();
        bool more = true;
        const auto enough = [&] {
            if (!has_frame()) wait(replies, patience);
            note_hangup(session);
            more = !fetch() || deliver(heard);
            return !more;
        };
        try {
            auto result = session.execute_until(command, enough, std::chrono::milliseconds{0});
            if (more) deliver_rest(heard);
            return result;
        } catch (const AGIHangup&) {
            ended_ = true;
            if (more) deliver_rest(heard);
            throw;
        }
    }

    /// The same without a command, for `time` at most, and until the caller hangs up. Where nothing
    /// tells of that (AGISIGHUP=no), and no audio comes, Asterisk is asked every second whether the
    /// caller is there, by CHANNEL STATUS.
    template <class Session, class Listener>
    void listen_for(Session& session, std::chrono::milliseconds time, Listener&& heard) {
        using Clock = std::chrono::steady_clock;
        const auto since = [](Clock::time_point begin) {
            return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
        };
        const auto begin = Clock::now();
        auto sign_of_life = begin;
        for (;;) {
            note_hangup(session);
            const auto passed = since(begin);
            if (ended_ || passed >= time) return;
            if (!has_frame()) {
                wait(hangup_fd(session.stream()), std::min(time - passed, patience));
            }
            if (fetch()) {
                if (!deliver(heard)) return;
                sign_of_life = Clock::now();
            } else if (since(sign_of_life) >= patience && !ended_) {
                ask(session, time - passed);
                sign_of_life = Clock::now();
            }
        }
    }

  private:
    template <class Session>
    static AudioFormat format_of(Session& session) {
        const auto name = GetVariable{"EAGI_AUDIO_FORMAT"}(session);
        return AudioFormat::of(name && !name->empty() ? *name : "slin");
    }

    /// Waits for audio, or for the other descriptor.
    void wait(int other, std::chrono::milliseconds time) const {
        pollfd wanted[2] = {{closed_ ? -1 : fd_, POLLIN, 0}, {other, POLLIN, 0}};
        ::poll(wanted, 2, static_cast<int>(time.count()));
    }

    template <class Stream>
    static int hangup_fd([[maybe_unused]] const Stream& stream) {
        if constexpr (wire::has_hangup_fd<Stream>::value) return stream.hangup_fd();
        return -1;
    }

    template <class Session>
    void note_hangup(Session& session) {
        if (session.hung_up()) ended_ = true;
    }

    /// The session learns from the reply whether the call is over.
    template <class Session>
    static void ask(Session& session, std::chrono::milliseconds time) {
        try {
            session.execute_within(ChannelStatus{}, time);
        } catch (const AGIException&) {
            // It is, or the answer did not come in time.
        }
    }

    [[nodiscard]] bool has_frame() const noexcept {
        return pending_.size() - begin_ >= format_.frame_bytes;
    }

    /// Whether a whole frame is there, or has come. One at a time, so that a slow listener keeps nobody
    /// from seeing the time, a reply or a hang-up.
    bool fetch() {
        while (!has_frame()) {
            const bool missing = incomplete();
            char bytes[4096];
            const ssize_t size = ::read(fd_, bytes, sizeof bytes);
            if (size == 0) ended_ = closed_ = true;
            if (size == 0 || (size < 0 && errno == EAGAIN)) return false;
            if (size < 0) {
                if (errno == EINTR) continue;
                throw AGIError("no audio: descriptor " + std::to_string(fd_) + ": " +
                               std::generic_category().message(errno));
            }
            gap_ = gap_ || missing;
            last_ = std::chrono::steady_clock::now();
            pending_.erase(0, std::exchange(begin_, 0));
            pending_.append(bytes, static_cast<std::size_t>(size));
        }
        return true;
    }

    /// Hands out the next frame. False when the listener has heard enough.
    template <class Listener>
    bool deliver(Listener& heard) {
        const AudioFrame frame{std::string_view{pending_}.substr(begin_, format_.frame_bytes),
                               std::exchange(gap_, false)};
        begin_ += format_.frame_bytes;
        return heard(frame);
    }

    /// Hands out what is there now, and not what comes while the listener is busy with it.
    template <class Listener>
    void deliver_rest(Listener& heard) {
        int waiting = 0;
        if (::ioctl(fd_, FIONREAD, &waiting) != 0) waiting = 0;
        const std::size_t there = pending_.size() - begin_ + static_cast<std::size_t>(waiting);
        std::size_t frames = there / format_.frame_bytes;
        while (frames-- > 0 && fetch() && deliver(heard)) continue;
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
    /// How long a wait may last before the call is looked at.
    static constexpr std::chrono::milliseconds patience{1000};

    int fd_;
    AudioFormat format_{};
    bool ended_ = false;   ///< The call is over.
    bool closed_ = false;  ///< Asterisk has closed its end.
    bool gap_ = false;
    std::chrono::steady_clock::time_point last_{};
    std::string pending_{};
    std::size_t begin_ = 0;  ///< Of what is not handed out yet.
};

}}  // namespace agi::v0
