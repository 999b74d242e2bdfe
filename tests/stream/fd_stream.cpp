// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "connection.hpp"
#include "stream/descriptors.hpp"
#include <agi/stream/fd_stream.hpp>
#include <agi/stream/line_stream.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

using namespace agi;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string next(FdStream& stream) {
    std::string line = "old";
    return stream.read_line(line) ? line : "(closed)" + line;
}

/// Sets what a signal does, until the end of the scope.
class Disposition {
  public:
    Disposition(int signal, void (*handler)(int)) : signal_{signal} {
        struct sigaction action {};
        action.sa_handler = handler;
        REQUIRE(::sigaction(signal_, &action, &before_) == 0);
    }
    Disposition(const Disposition&) = delete;
    Disposition& operator=(const Disposition&) = delete;
    ~Disposition() { ::sigaction(signal_, &before_, nullptr); }

  private:
    int signal_;
    struct sigaction before_ {};
};

/// Blocks SIGPIPE in this thread, and takes a pending one away at the end of the scope.
class Blocked {
  public:
    Blocked() {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        REQUIRE(pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_) == 0);
    }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
    ~Blocked() {
        int taken = 0;
        if (sigpipe_is_pending()) sigwait(&sigpipe_, &taken);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    [[nodiscard]] static bool sigpipe_is_pending() {
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        return sigismember(&pending, SIGPIPE) == 1;
    }

  private:
    sigset_t sigpipe_{};
    sigset_t before_{};
};

bool sigpipe_is_blocked() {
    sigset_t mask;
    sigemptyset(&mask);
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return sigismember(&mask, SIGPIPE) == 1;
}

std::atomic<int> signals_seen{0};
void count_signal(int /*signal*/) { ++signals_seen; }

/// A pipe whose reader has gone.
Fd broken_pipe() { return make_pipe().write; }

}  // namespace

TEST_CASE("FdStream: is a LineStream") { STATIC_REQUIRE(is_line_stream_v<FdStream>); }

TEST_CASE("FdStream: reads lines, and writes them with an LF") {
    Pipe in = make_pipe();
    const Pipe out = make_pipe();
    FdStream stream{in.read, out.write};
    CHECK(stream.read_fd() == in.read);
    CHECK(stream.write_fd() == out.write);

    in.write.put("first\n\nthird\r\nfourth\n");
    CHECK(next(stream) == "first");
    CHECK(next(stream).empty());
    CHECK(next(stream) == "third\r");
    CHECK(next(stream) == "fourth");

    stream.write_line("NOOP");
    CHECK(out.read.take() == "NOOP\n");
    stream.write_line("");
    CHECK(out.read.take() == "\n");
    stream.write_line(std::string_view{"a\0\xff", 3});
    CHECK(out.read.take() == std::string{"a\0\xff\n", 4});
}

TEST_CASE("FdStream: both ways through a socket") {
    const SocketPair sockets = make_sockets();
    FdStream stream{sockets.ours};
    CHECK(stream.read_fd() == stream.write_fd());
    sockets.theirs.put("200 result=0\n");
    CHECK(next(stream) == "200 result=0");
    stream.write_line("NOOP");
    CHECK(sockets.theirs.take() == "NOOP\n");
}

TEST_CASE("FdStream: a line is one write") {
    const std::size_t size = GENERATE(0U, 1U, 512U, 4095U);
    const std::string line(size, 'x');

    SECTION("on a socket") {
        const SocketPair sockets = make_sockets(SOCK_DGRAM);
        FdStream stream{sockets.ours};
        stream.write_line(line);
        stream.write_line("next");
        CHECK(sockets.theirs.take() == line + '\n');
        CHECK(sockets.theirs.take() == "next\n");
    }
#ifdef O_DIRECT
    SECTION("on a pipe") {
        const Pipe pipe = make_pipe(O_DIRECT);  // each write is a packet, up to 4096 bytes
        FdStream stream{pipe.read, pipe.write};
        stream.write_line(line);
        stream.write_line("next");
        CHECK(pipe.read.take() == line + '\n');
        CHECK(pipe.read.take() == "next\n");
    }
#endif
}

TEST_CASE("FdStream: a line that comes in pieces") {
    Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    const long reader = thread_id();
    const bool non_blocking = GENERATE(false, true);
    CAPTURE(non_blocking);
    if (non_blocking) pipe.read.non_blocking();
    std::thread writer{[&] {
        for (const std::string_view part : {"200 re", "sult=", "0", "\nHANG", "UP\n"}) {
            wait_until_asleep(reader);
            if (::write(pipe.write, part.data(), part.size()) < 0) return;
        }
    }};
    const std::string first = next(stream);
    const std::string second = next(stream);
    writer.join();
    CHECK(first == "200 result=0");
    CHECK(second == "HANGUP");
}

TEST_CASE("FdStream: a signal does not end a read") {
    const Disposition handled{SIGUSR1, count_signal};  // without SA_RESTART
    const Pipe pipe = make_pipe();
    const bool non_blocking = GENERATE(false, true);
    if (non_blocking) pipe.read.non_blocking();
    FdStream stream{pipe.read, pipe.write};
    const long reader = thread_id();
    const pthread_t self = pthread_self();
    signals_seen = 0;
    std::thread other{[&] {
        for (int i = 1; i <= 3; ++i) {
            wait_until_asleep(reader);
            pthread_kill(self, SIGUSR1);
            while (signals_seen < i) std::this_thread::yield();
        }
        wait_until_asleep(reader);
        if (::write(pipe.write, "200 result=0\n", 13) != 13) signals_seen = -1;
    }};
    const std::string line = next(stream);
    other.join();
    CHECK(line == "200 result=0");
    CHECK(signals_seen == 3);
}

TEST_CASE("FdStream: a line that does not fit is written in parts") {
    const bool socket = GENERATE(false, true);
    const bool non_blocking = GENERATE(false, true);
    const bool with_signals = GENERATE(false, true);
    CAPTURE(socket, non_blocking, with_signals);
    const Disposition handled{SIGUSR1, count_signal};  // without SA_RESTART
    Pipe pipe = make_pipe();
    SocketPair sockets = make_sockets();
    const Fd& from = socket ? sockets.theirs : pipe.read;
    const Fd& to = socket ? sockets.ours : pipe.write;
    if (non_blocking) to.non_blocking();

    std::string line;
    for (int i = 0; line.size() < 1000000; ++i) line += std::to_string(i) + ' ';
    FdStream stream{to, to};
    const long writer = thread_id();
    const pthread_t self = pthread_self();
    signals_seen = 0;
    std::string got;
    std::thread reader{[&] {
        wait_until_asleep(writer);  // it is full
        if (with_signals) {
            pthread_kill(self, SIGUSR1);
            while (signals_seen == 0) std::this_thread::yield();
            wait_until_asleep(writer);
        }
        char buffer[3001];
        while (got.empty() || got.back() != '\n') {
            const ssize_t size = ::read(from, buffer, sizeof buffer);
            if (size <= 0) return;
            got.append(buffer, static_cast<std::size_t>(size));
        }
    }};
    stream.write_line(line);
    reader.join();
    CHECK(got.size() == line.size() + 1);
    CHECK(got == line + '\n');
}

TEST_CASE("FdStream: the end") {
    Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};

    SECTION("after whole lines") {
        pipe.write.put("last\n");
        pipe.write.close();
        CHECK(next(stream) == "last");
        CHECK(next(stream) == "(closed)");
        CHECK(next(stream) == "(closed)");
    }
    SECTION("in a line") {
        pipe.write.put("last\n200 resu");
        pipe.write.close();
        CHECK(next(stream) == "last");
        CHECK(next(stream) == "(closed)200 resu");
    }
    SECTION("at once") {
        pipe.write.close();
        CHECK(next(stream) == "(closed)");
    }
}

TEST_CASE("FdStream: a connection that was reset has ended") {
    SocketPair sockets = make_sockets();
    FdStream stream{sockets.ours};
    sockets.theirs.put("200 re");
    stream.write_line("never read");
    sockets.theirs.close();
    CHECK(next(stream) == "(closed)200 re");
}

TEST_CASE("FdStream: a line over the limit is an error, and the next one is whole") {
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write, 10};
    std::string line;
    pipe.write.put("01234567890\nnext\n" + std::string(20000, 'x') + "\nlast\n");
    CHECK_THROWS_AS(stream.read_line(line), AGIUnknownError);
    CHECK(next(stream) == "next");
    CHECK_THROWS_WITH(stream.read_line(line), "a line is longer than 10 bytes");
    CHECK(next(stream) == "last");
}

TEST_CASE("FdStream: moves with what it has read") {
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    pipe.write.put("one\ntwo\nthr");
    CHECK(next(stream) == "one");
    FdStream moved{std::move(stream)};
    CHECK(next(moved) == "two");
    pipe.write.put("ee\n");
    CHECK(next(moved) == "three");
}

TEST_CASE("FdStream: a descriptor that cannot be used is named") {
    const std::string why = std::generic_category().message(EBADF);
    FdStream stream{-1, -1};
    std::string line;
    CHECK_THROWS_AS(stream.read_line(line), AGIError);
    CHECK_THROWS_WITH(stream.read_line(line), "read from descriptor -1: " + why);
    CHECK_THROWS_WITH(stream.write_line("NOOP"), "write to descriptor -1: " + why);

    const Pipe pipe = make_pipe();
    FdStream swapped{pipe.write, pipe.read};
    CHECK_THROWS_WITH(swapped.read_line(line),
                      "read from descriptor " + std::to_string(pipe.write) + ": " + why);
    CHECK_THROWS_WITH(swapped.write_line("NOOP"),
                      "write to descriptor " + std::to_string(pipe.read) + ": " + why);
}

TEST_CASE("FdStream: a write to a pipe that is closed is a hang-up, not a signal") {
    const Disposition fatal{SIGPIPE, SIG_DFL};
    const Fd pipe = broken_pipe();
    FdStream stream{pipe, pipe};
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);
        CHECK_FALSE(sigpipe_is_blocked());
        CHECK_FALSE(Blocked::sigpipe_is_pending());
    }
    CHECK_THROWS_WITH(stream.write_line("NOOP"), "the stream is closed");
}

TEST_CASE("FdStream: a write to a socket that is closed is a hang-up, not a signal") {
    const Disposition fatal{SIGPIPE, SIG_DFL};
    SocketPair sockets = make_sockets();
    sockets.theirs.close();
    FdStream stream{sockets.ours};
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);
    CHECK_FALSE(Blocked::sigpipe_is_pending());
}

TEST_CASE("FdStream: the program's handler of SIGPIPE is not called") {
    const Disposition handled{SIGPIPE, count_signal};
    signals_seen = 0;
    const Fd pipe = broken_pipe();
    FdStream stream{pipe, pipe};
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);
    CHECK(signals_seen == 0);
    ::raise(SIGPIPE);
    CHECK(signals_seen == 1);
}

TEST_CASE("FdStream: SIGPIPE may be ignored") {
    const Disposition ignored{SIGPIPE, SIG_IGN};
    const Fd pipe = broken_pipe();
    FdStream stream{pipe, pipe};
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);
    CHECK_FALSE(sigpipe_is_blocked());
}

TEST_CASE("FdStream: a SIGPIPE that the program has blocked stays pending") {
    const Disposition fatal{SIGPIPE, SIG_DFL};
    const Blocked blocked;
    const bool pending_before = GENERATE(false, true);
    CAPTURE(pending_before);
    if (pending_before) ::raise(SIGPIPE);
    const Fd pipe = broken_pipe();
    FdStream stream{pipe, pipe};
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);
    CHECK(sigpipe_is_blocked());
    CHECK(Blocked::sigpipe_is_pending() == pending_before);
}

TEST_CASE("write_with_signal_blocked: EPIPE and no signal, where the system cannot do it itself") {
    const Fd pipe = broken_pipe();

    SECTION("SIGPIPE is fatal") {
        const Disposition fatal{SIGPIPE, SIG_DFL};
        CHECK(wire::write_with_signal_blocked(pipe, "x") == -1);
        CHECK(errno == EPIPE);
        CHECK_FALSE(sigpipe_is_blocked());
        CHECK_FALSE(Blocked::sigpipe_is_pending());
    }
    SECTION("SIGPIPE is handled") {
        const Disposition handled{SIGPIPE, count_signal};
        signals_seen = 0;
        CHECK(wire::write_with_signal_blocked(pipe, "x") == -1);
        CHECK(signals_seen == 0);
    }
    SECTION("SIGPIPE is ignored") {
        const Disposition ignored{SIGPIPE, SIG_IGN};
        CHECK(wire::write_with_signal_blocked(pipe, "x") == -1);
        CHECK(errno == EPIPE);
    }
    SECTION("SIGPIPE is blocked and pending") {
        const Disposition fatal{SIGPIPE, SIG_DFL};
        const Blocked blocked;
        ::raise(SIGPIPE);
        CHECK(wire::write_with_signal_blocked(pipe, "x") == -1);
        CHECK(sigpipe_is_blocked());
        CHECK(Blocked::sigpipe_is_pending());
    }
    SECTION("SIGPIPE is blocked") {
        const Disposition fatal{SIGPIPE, SIG_DFL};
        const Blocked blocked;
        CHECK(wire::write_with_signal_blocked(pipe, "x") == -1);
        CHECK(sigpipe_is_blocked());
        CHECK_FALSE(Blocked::sigpipe_is_pending());
    }
    SECTION("the pipe closes in the middle") {
        const Disposition fatal{SIGPIPE, SIG_DFL};
        Pipe closing = make_pipe();
        const std::string text(1000000, 'x');
        const long writer = thread_id();
        std::thread closer{[&] {
            wait_until_asleep(writer);
            closing.read.close();
        }};
        const ssize_t size = wire::write_with_signal_blocked(closing.write, text);
        closer.join();
        CHECK(size < static_cast<ssize_t>(text.size()));
        CHECK_FALSE(Blocked::sigpipe_is_pending());
    }
    SECTION("the pipe is open") {
        const Pipe open = make_pipe();
        CHECK(wire::write_with_signal_blocked(open.write, "NOOP\n") == 5);
        CHECK(open.read.take() == "NOOP\n");
        CHECK_FALSE(sigpipe_is_blocked());
    }
    SECTION("another error") {
        CHECK(wire::write_with_signal_blocked(-1, "x") == -1);
        CHECK(errno == EBADF);
    }
}

TEST_CASE("write_without_signal: does it, or says that it cannot") {
    const Disposition fatal{SIGPIPE, SIG_DFL};
    const Fd pipe = broken_pipe();
    CHECK(wire::write_without_signal(pipe, "x") == -1);
    CHECK((errno == EPIPE || errno == EOPNOTSUPP || errno == ENOSYS));
    CHECK_FALSE(Blocked::sigpipe_is_pending());
}

TEST_CASE("FdStream: a pipe that closes in the middle of a line is a hang-up") {
    const Disposition fatal{SIGPIPE, SIG_DFL};
    const bool non_blocking = GENERATE(false, true);
    Pipe pipe = make_pipe();
    if (non_blocking) pipe.write.non_blocking();
    FdStream stream{pipe.read, pipe.write};
    const long writer = thread_id();
    std::thread closer{[&] {
        wait_until_asleep(writer);
        pipe.read.close();
    }};
    CHECK_THROWS_AS(stream.write_line(std::string(1000000, 'x')), AGISIGPIPEHangup);
    closer.join();
    CHECK_FALSE(Blocked::sigpipe_is_pending());
}

TEST_CASE("FdStream: a connection that was reset is a hang-up for a write, too") {
    const Fd listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address = loopback(listen_on_loopback(listening, 1));
    const Fd ours{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    // The socket API wants its own base type.
    REQUIRE(::connect(ours, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    {
        const Fd theirs{::accept(listening, nullptr, nullptr)};
        const linger reset{1, 0};
        REQUIRE(::setsockopt(theirs, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0);
    }
    pollfd told{ours, POLLIN, 0};
    REQUIRE(::poll(&told, 1, -1) == 1);
    FdStream stream{ours};
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);  // ECONNRESET
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);  // EPIPE
}

TEST_CASE("FdStream: a socket that is full from the beginning takes the line when there is room") {
    const SocketPair sockets = make_sockets();
    sockets.ours.non_blocking();
    const std::string part(10000, 'x');
    std::size_t before = 0;
    for (ssize_t size = 0; (size = ::write(sockets.ours, part.data(), part.size())) > 0;) {
        before += static_cast<std::size_t>(size);
    }
    REQUIRE(before > 0);
    const long writer = thread_id();
    std::string got;
    std::thread reader{[&] {
        wait_until_asleep(writer);
        char buffer[10000];
        while (got.empty() || got.back() != '\n') {
            const ssize_t size = ::read(sockets.theirs, buffer, sizeof buffer);
            if (size <= 0) return;
            got.append(buffer, static_cast<std::size_t>(size));
        }
    }};
    FdStream stream{sockets.ours};
    stream.write_line("NOOP");
    reader.join();
    CHECK(got == std::string(before, 'x') + "NOOP\n");
}

TEST_CASE("FdStream: read_arrived takes what is there, and asks the system only if it may") {
    Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    std::string line;
    const auto give = [&](std::string_view bytes) {
        REQUIRE(::write(pipe.write, bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
    };
    CHECK(stream.read_arrived(line, false) == Arrived::nothing);
    CHECK(stream.read_arrived(line, true) == Arrived::nothing);
    give("a\nb\npart");
    CHECK(stream.read_arrived(line, false) == Arrived::nothing);
    CHECK(next(stream) == "a");
    CHECK(stream.read_arrived(line, false) == Arrived::line);
    CHECK(line == "b");
    CHECK(stream.read_arrived(line, false) == Arrived::part);
    CHECK(stream.read_arrived(line, true) == Arrived::part);
    give("ial\n");
    CHECK(stream.read_arrived(line, false) == Arrived::part);
    CHECK(stream.read_arrived(line, true) == Arrived::line);
    CHECK(line == "partial");
    SECTION("what filled the buffer may not be all") {
        const std::string full(wire::LineBuffer::default_size - 1, 'x');
        give(full + "\nmore\n");
        CHECK(next(stream) == full);
        CHECK(stream.read_arrived(line, false) == Arrived::line);
        CHECK(line == "more");
        CHECK(stream.read_arrived(line, false) == Arrived::nothing);
    }
    SECTION("the end") {
        pipe.write.close();
        CHECK(stream.read_arrived(line, false) == Arrived::nothing);
        errno = EAGAIN;  // of something before
        CHECK(stream.read_arrived(line, true) == Arrived::end);
        CHECK(line.empty());
    }
    SECTION("the end in a line") {
        give("200 res");
        pipe.write.close();
        CHECK(stream.read_arrived(line, true) == Arrived::end);
        CHECK(line == "200 res");
    }
    SECTION("an error is left for read_line to report") {
        pipe.read.close();
        CHECK(stream.read_arrived(line, true) == Arrived::nothing);
        CHECK_THROWS_AS(stream.read_line(line), AGIError);
    }
}

TEST_CASE("FdStream: wait_line") {
    Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    using std::chrono::milliseconds;
    CHECK_FALSE(stream.wait_line(milliseconds{0}));
    pipe.write.put("one\ntwo\n");
    CHECK(stream.wait_line(milliseconds{0}));
    CHECK(next(stream) == "one");
    CHECK(stream.wait_line(milliseconds{0}));
    CHECK(stream.wait_line(milliseconds{-1}));
    CHECK(next(stream) == "two");
    CHECK_FALSE(stream.wait_line(milliseconds{0}));
    pipe.write.close();
    CHECK(stream.wait_line(milliseconds{-1}));
    CHECK(next(stream) == "(closed)");
}

TEST_CASE("FdStream: wait_room says whether there is any") {
    Pipe pipe = make_pipe(O_NONBLOCK);
    const FdStream stream{pipe.read, pipe.write};
    using std::chrono::milliseconds;
    CHECK(stream.wait_room(milliseconds{0}));
    CHECK(stream.wait_room(milliseconds{-1}));
    const std::string bytes(4096, 'x');
    while (::write(pipe.write, bytes.data(), bytes.size()) > 0) {
    }
    CHECK_FALSE(stream.wait_room(milliseconds{0}));
    CHECK_FALSE(stream.wait_room(milliseconds{1}));
    pipe.read.close();  // write_line tells
    CHECK(stream.wait_room(milliseconds{-1}));
}

TEST_CASE("FdStream: half a line does not end wait_line, as read_line would wait for the rest") {
    Pipe pipe = make_pipe(GENERATE(0, O_NONBLOCK));
    FdStream stream{pipe.read, pipe.write, 10};
    using std::chrono::milliseconds;
    pipe.write.put("ha");
    CHECK_FALSE(stream.wait_line(milliseconds{1}));
    pipe.write.put("lf\n");
    CHECK(stream.wait_line(milliseconds{-1}));
    CHECK(next(stream) == "half");
    pipe.write.put("a line over the limit");
    CHECK(stream.wait_line(milliseconds{-1}));
    CHECK_THROWS_AS(next(stream), AGIUnknownError);
    pipe.write.put(", and its rest");
    CHECK_FALSE(stream.wait_line(milliseconds{1}));
    pipe.write.put("\nend");
    CHECK_FALSE(stream.wait_line(milliseconds{1}));
    pipe.write.close();
    CHECK(stream.wait_line(milliseconds{-1}));
    std::string line;
    CHECK_FALSE(stream.read_line(line));
    CHECK(line == "end");
}

TEST_CASE("FdStream: wait_line ends with its time, whatever comes meanwhile") {
    const bool signals = GENERATE(false, true);
    CAPTURE(signals);
    const Disposition handled{SIGUSR1, count_signal};
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    const pthread_t self = pthread_self();
    // Parts of a line, or signals, for far longer than it waits.
    std::atomic<bool> waiting{true};
    std::atomic<int> left{20000};
    std::thread other{[&] {
        for (; waiting && left > 0; --left) {
            if (signals) {
                pthread_kill(self, SIGUSR1);
            } else if (::write(pipe.write, "x", 1) != 1) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }};
    const bool ready = stream.wait_line(std::chrono::milliseconds{20});
    waiting = false;
    other.join();
    CHECK_FALSE(ready);
    CHECK(left > 0);
}

TEST_CASE("FdStream: wait_line waits for the whole line") {
    Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    using std::chrono::milliseconds;
    pipe.write.put("200 res");
    CHECK_FALSE(stream.wait_line(milliseconds{0}));
    CHECK_FALSE(stream.wait_line(milliseconds{1}));
    pipe.write.put("ult=0\n200");
    CHECK(stream.wait_line(milliseconds{-1}));
    CHECK(next(stream) == "200 result=0");
    CHECK_FALSE(stream.wait_line(milliseconds{0}));
    pipe.write.close();
    CHECK(stream.wait_line(milliseconds{-1}));
    std::string line;
    CHECK_FALSE(stream.read_line(line));
    CHECK(line == "200");
}

TEST_CASE("FdStream: wait_line does not wait for the end of a line that is too long") {
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    std::thread other{[&] {
        const std::string part(65536, 'x');
        for (int i = 0; i < 17; ++i) pipe.write.put(part);
    }};
    const bool ready = stream.wait_line(std::chrono::milliseconds{-1});
    other.join();
    CHECK(ready);
    std::string line;
    CHECK_THROWS_AS(stream.read_line(line), AGIUnknownError);
}

TEST_CASE("FdStream: a signal does not end wait_line") {
    const Disposition handled{SIGUSR1, count_signal};
    const auto time = GENERATE(std::chrono::milliseconds{-1}, std::chrono::milliseconds::max());
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    const long reader = thread_id();
    const pthread_t self = pthread_self();
    signals_seen = 0;
    std::thread other{[&] {
        for (int i = 1; i <= 3; ++i) {
            wait_until_asleep(reader);
            pthread_kill(self, SIGUSR1);
            while (signals_seen < i) std::this_thread::yield();
        }
        wait_until_asleep(reader);
        if (::write(pipe.write, "200 result=0\n", 13) != 13) signals_seen = -1;
    }};
    const bool ready = stream.wait_line(time);
    other.join();
    CHECK(ready);
    CHECK(signals_seen == 3);
    CHECK(next(stream) == "200 result=0");
}

TEST_CASE("FdStream: wait_line ends with its time, also when that is over behind a signal") {
    // The handler takes longer than wait_line has.
    const Disposition handled{SIGUSR1, [](int /*signal*/) {
                                  const timespec time{0, 60'000'000};
                                  ::nanosleep(&time, nullptr);
                              }};
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    const long reader = thread_id();
    const pthread_t self = pthread_self();
    std::atomic<bool> waiting{true};
    std::thread other{[&] {
        wait_until_asleep(reader);
        pthread_kill(self, SIGUSR1);
        for (int i = 0; i < 10'000 && waiting; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
        // It would wait for ever.
        if (waiting) static_cast<void>(::write(pipe.write, "x\n", 2) == 2);
    }};
    const bool ready = stream.wait_line(std::chrono::milliseconds{50});
    waiting = false;
    other.join();
    CHECK_FALSE(ready);
}
