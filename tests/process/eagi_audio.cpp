// SPDX-License-Identifier: MIT
// Pipes in place of Asterisk's. The listener plays Asterisk too: it writes the replies when it has
// heard what it waits for, so that nothing here depends on time.

#include "catch.hpp"
#include "stream/descriptors.hpp"
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/say.hpp>
#include <agi/process/eagi_audio.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace agi;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::size_t slin = 320;

/// A frame of `slin` that can be told from others.
std::string frame(char mark) { return std::string(slin, mark); }

/// Without an assertion: those belong in the main thread.
void write_in_thread(int fd, const std::string& text) {
    if (::write(fd, text.data(), text.size()) < 0) std::abort();
}

/// Both ends of a call in EAGI.
class EagiCall {
  public:
    explicit EagiCall(std::string format = "200 result=0") : format_{std::move(format)} {
        replies.write.put("agi_request: x\nagi_enhanced: 1.0\n\n");
    }
    /// Asterisk, in a test that plays no other part of it: what it says to a line, or nothing.
    void hear(std::string_view line) const {
        const std::string_view full = "GET FULL VARIABLE \"";
        if (line == "GET VARIABLE \"EAGI_AUDIO_FORMAT\"") replies.write.put(format_ + '\n');
        if (line == "GET VARIABLE \"NEXT\"") replies.write.put("200 result=1 (its own)\n");
        if (gone && line == "CHANNEL STATUS") replies.write.put("511 Command Not Permitted\n");
        if (line.substr(0, full.size()) == full) {  // a mark
            line = line.substr(full.size(), line.size() - full.size() - 1);
            replies.write.put("200 result=1 (" + std::string{line} + ")\n");
        }
    }
    [[nodiscard]] auto session() const;
    [[nodiscard]] std::string sent() const { return requests.read.take(); }
    /// The caller says so many frames.
    void speak(int frames) const {
        for (int i = 0; i < frames; ++i) audio.write.put(frame('a'));
    }

    Pipe replies = make_pipe();
    Pipe requests = make_pipe();
    Pipe audio = make_pipe();
    bool gone = false;  ///< The caller.

  private:
    std::string format_;
};

/// Asterisk hears each line, and says nothing before.
class HeardStream : public FdStream {
  public:
    explicit HeardStream(const EagiCall& call)
        : FdStream{call.replies.read, call.requests.write}, call_{&call} {}
    void write_line(std::string_view line) {
        FdStream::write_line(line);
        call_->hear(line);
    }

  private:
    const EagiCall* call_;
};

auto EagiCall::session() const { return Session{HeardStream{*this}}; }

struct Heard {
    std::string bytes;
    std::vector<bool> gaps;
    void add(const AudioFrame& frame) {
        bytes += frame.bytes;
        gaps.push_back(frame.after_gap);
    }
};

/// Hears `count` frames.
template <class Session>
Heard hear(Session& session, EagiAudio& audio, std::size_t count) {
    Heard heard;
    audio.listen_for(session, 1h, [&](const AudioFrame& next) {
        heard.add(next);
        return heard.gaps.size() < count;
    });
    return heard;
}

}  // namespace

TEST_CASE("EagiAudio: the format is what the dialplan asked for") {
    struct Case {
        const char* reply;
        const char* name;
        int rate;
        std::size_t bytes;
        bool linear;
    };
    for (const Case& expected : {Case{"200 result=0", "slin", 8000, 320, true},
                                 Case{"200 result=1 ()", "slin", 8000, 320, true},
                                 Case{"200 result=1 (slin)", "slin", 8000, 320, true},
                                 Case{"200 result=1 (slin16)", "slin16", 16000, 640, true},
                                 Case{"200 result=1 (slin48)", "slin48", 48000, 1920, true},
                                 Case{"200 result=1 (ulaw)", "ulaw", 8000, 160, false},
                                 Case{"200 result=1 (alaw)", "alaw", 8000, 160, false},
                                 Case{"200 result=1 (g722)", "g722", 16000, 160, false},
                                 Case{"200 result=1 (gsm)", "gsm", 8000, 33, false}}) {
        CAPTURE(expected.reply);
        const EagiCall call{expected.reply};
        auto session = call.session();
        const EagiAudio audio{session, call.audio.read};
        CHECK(audio.format().name == expected.name);
        CHECK(audio.format().rate == expected.rate);
        CHECK(audio.format().frame_bytes == expected.bytes);
        CHECK(audio.format().linear() == expected.linear);
        CHECK_FALSE(audio.ended());
        CHECK(call.sent() == "GET VARIABLE \"EAGI_AUDIO_FORMAT\"\n");
    }
}

TEST_CASE("EagiAudio: an unknown format is refused") {
    const EagiCall call{"200 result=1 (opus)"};
    auto session = call.session();
    CHECK_THROWS_WITH((EagiAudio{session, call.audio.read}), ContainsSubstring("opus"));
}

TEST_CASE("EagiAudio: refused where there is none, and nothing is sent") {
    for (const char* environment : {"<< agi_request: x\n<< agi_enhanced: 0.0\n<<\n",
                                    "<< agi_network: yes\n<< agi_request: agi://x\n<<\n"}) {
        Session session{testing::ScriptedStream{environment}};
        CHECK_THROWS_WITH((EagiAudio{session}), "no audio: the program was not started by EAGI()");
    }
    const EagiCall call;
    auto session = call.session();
    CHECK_THROWS_WITH((EagiAudio{session, 12345}), "no audio: descriptor 12345 is not open");
}

TEST_CASE("EagiAudio: its descriptor does not block, and children do not get it") {
    const EagiCall call;
    auto session = call.session();
    const EagiAudio audio{session, call.audio.read};
    CHECK((::fcntl(call.audio.read, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(call.audio.read, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("EagiAudio: whole frames, however the bytes come") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    const std::string sound = frame('a') + frame('b') + frame('c') + frame('d');
    call.audio.write.put(sound.substr(0, slin + 1));
    CHECK(hear(session, audio, 1).bytes == frame('a'));
    call.audio.write.put(sound.substr(slin + 1, slin - 2));
    std::thread late{[&] { write_in_thread(call.audio.write, sound.substr(2 * slin - 1)); }};
    const Heard rest = hear(session, audio, 3);
    late.join();
    CHECK(rest.bytes == frame('b') + frame('c') + frame('d'));
}

TEST_CASE("EagiAudio: frames that were not wanted yet come the next time") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a') + frame('b') + frame('c'));
    CHECK(hear(session, audio, 1).bytes == frame('a'));
    call.audio.write.put(frame('d'));
    CHECK(hear(session, audio, 3).bytes == frame('b') + frame('c') + frame('d'));
}

TEST_CASE("EagiAudio: listening ends with the time, or with the audio") {
    EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a') + "cut");
    Heard heard;
    const auto add = [&heard](const AudioFrame& next) {
        heard.add(next);
        return true;
    };
    audio.listen_for(session, 0ms, add);
    CHECK(heard.bytes.empty());
    audio.listen_for(session, 1ms, add);
    audio.listen_for(session, 1ms, add);
    CHECK_FALSE(audio.ended());
    call.audio.write.close();
    audio.listen_for(session, 1h, add);
    CHECK(audio.ended());
    CHECK(heard.bytes == frame('a'));
    audio.listen_for(session, 1h, add);
    CHECK(heard.gaps.size() == 1);
}

TEST_CASE("EagiAudio: a listener that is slower than the audio keeps nobody from the time") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.speak(100);
    int frames = 0;
    audio.listen_for(session, 20ms, [&frames](const AudioFrame&) {
        ++frames;
        std::this_thread::sleep_for(25ms);
        return true;
    });
    CHECK(frames == 1);
}

TEST_CASE("EagiAudio: nor from a reply that has come, by which all that had come is heard") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.speak(100);
    int frames = 0;
    const auto played = audio.listen(session, StreamFile{"welcome", "1"}, [&](const AudioFrame&) {
        call.audio.write.put(frame('b'));  // as much as it hears
        if (++frames == 1) call.replies.write.put("200 result=49 endpos=160\n");
        return true;
    });
    CHECK(played.digit == '1');
    CHECK(frames == 101);
}

TEST_CASE("EagiAudio: a frame at which the listener throws has been heard") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a') + frame('b') + frame('c'));
    std::string heard;
    const auto throws_at_b = [&heard](const AudioFrame& next) {
        heard += next.bytes[0];
        if (next.bytes[0] == 'b') throw std::runtime_error{"the recognizer is gone"};
        return true;
    };
    CHECK_THROWS_AS(audio.listen_for(session, 1h, throws_at_b), std::runtime_error);
    audio.listen_for(session, 1ms, throws_at_b);
    CHECK(heard == "abc");
}

TEST_CASE("EagiAudio: what was not wanted yet comes also where the audio has ended meanwhile") {
    EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a') + frame('b') + frame('c'));
    CHECK(hear(session, audio, 1).bytes == frame('a'));
    call.audio.write.close();
    CHECK(hear(session, audio, 3).bytes == frame('b') + frame('c'));
    CHECK(audio.ended());
}

TEST_CASE("EagiAudio: a descriptor that cannot be read is an error") {
    const EagiCall call;
    auto session = call.session();
    const int fd = ::fcntl(call.audio.read, F_DUPFD_CLOEXEC, 20);
    REQUIRE(fd >= 20);
    EagiAudio audio{session, fd};
    ::close(fd);
    CHECK_THROWS_WITH(audio.listen_for(session, 1h, [](const AudioFrame&) { return true; }),
                      "no audio: descriptor " + std::to_string(fd) + ": Bad file descriptor");
}

TEST_CASE("EagiAudio: a time without end is one") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a'));
    int frames = 0;
    audio.listen_for(session, std::chrono::milliseconds::max(),
                     [&frames](const AudioFrame&) { return ++frames < 1; });
    CHECK(frames == 1);
}

namespace {

/// A stream of a program in which SIGHUP comes.
class ToldStream : public HeardStream {
  public:
    ToldStream(const EagiCall& call, const Pipe& told) : HeardStream{call}, told_{&told} {}
    [[nodiscard]] int hangup_fd() const noexcept { return told_->read; }
    [[nodiscard]] HangupSource hangup_source() const noexcept {
        pollfd wanted{told_->read, POLLIN, 0};
        return ::poll(&wanted, 1, 0) == 1 ? HangupSource::signal : HangupSource::none;
    }

  private:
    const Pipe* told_;
};

}  // namespace

TEST_CASE("EagiAudio: listening ends with the call, with frames and without") {
    for (const bool frames : {true, false}) {
        CAPTURE(frames);
        const EagiCall call;
        const Pipe told = make_pipe();
        Session session{ToldStream{call, told}};
        EagiAudio audio{session, call.audio.read};
        static_cast<void>(call.sent());
        if (frames) {
            call.audio.write.put(frame('a'));
            audio.listen_for(session, 1h, [&](const AudioFrame&) {
                told.write.put("x");
                return true;
            });
        } else {
            std::atomic<long> listening{thread_id()};
            std::thread caller{[&] {
                wait_until_asleep(listening);
                write_in_thread(told.write, "x");
            }};
            audio.listen_for(session, 1h, [](const AudioFrame&) { return true; });
            caller.join();
        }
        CHECK(audio.ended());
        CHECK(session.hangup_source() == HangupSource::signal);
        // It says so again, at once, and asks nobody.
        audio.listen_for(session, 1h, [](const AudioFrame&) { return true; });
        REQUIRE(::fcntl(call.requests.read, F_SETFL, O_NONBLOCK) == 0);
        char byte = 0;
        CHECK(::read(call.requests.read, &byte, 1) == -1);
    }
}

TEST_CASE("EagiAudio: where nothing tells of the hang-up, and no audio comes, Asterisk is asked") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    static_cast<void>(call.sent());
    std::thread asterisk{[&] {
        FdStream talk{call.requests.read, call.replies.write};
        std::string line;
        for (const char* reply : {"200 result=6", "511 Command Not Permitted"}) {
            if (!talk.read_line(line) || line != "CHANNEL STATUS") std::abort();
            talk.write_line(reply);
        }
    }};
    audio.listen_for(session, 1h, [](const AudioFrame&) { return true; });
    asterisk.join();
    CHECK(audio.ended());
    CHECK(session.hangup_source() == HangupSource::dead_channel);
}

TEST_CASE(
    "EagiAudio: an Asterisk that does not say whether the caller is there is not waited for") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    static_cast<void>(call.sent());
    audio.listen_for(session, 1100ms, [](const AudioFrame&) { return true; });
    CHECK_FALSE(audio.ended());
    CHECK(call.sent() == "CHANNEL STATUS\n");
    call.replies.write.put("200 result=6\n");
    CHECK(GetVariable{"NEXT"}(session) == "its own");
}

TEST_CASE("EagiAudio: a command that is listened to knows of a hang-up before its reply") {
    const EagiCall call;
    const Pipe told = make_pipe();
    Session session{ToldStream{call, told}};
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a') + frame('b'));
    std::vector<bool> ended;
    CHECK_THROWS_AS(audio.listen(session, StreamFile{"welcome"},
                                 [&](const AudioFrame&) {
                                     ended.push_back(audio.ended());
                                     if (ended.size() == 1) {
                                         told.write.put("x");
                                     } else {
                                         call.replies.write.put("200 result=-1 endpos=320\n");
                                     }
                                     return true;
                                 }),
                    AGIResultHangup);
    CHECK(ended == std::vector<bool>{false, true});
}

TEST_CASE("EagiAudio: a prompt plays to its end meanwhile") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a') + frame('b'));
    Heard heard;
    const auto played = audio.listen(session, StreamFile{"welcome", "#"}, [&](AudioFrame next) {
        heard.add(next);
        if (heard.gaps.size() == 2) call.replies.write.put("200 result=0 endpos=320\n");
        return true;
    });
    CHECK_FALSE(played.stopped);
    CHECK(played.endpos == SampleOffset{320});
    CHECK(heard.bytes == frame('a') + frame('b'));
    CHECK(call.sent() == "GET VARIABLE \"EAGI_AUDIO_FORMAT\"\nSTREAM FILE \"welcome\" \"#\"\n");
}

TEST_CASE("EagiAudio: a key stops it") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a'));
    const auto waited = audio.listen(session, WaitForDigit{}, [&](AudioFrame) {
        call.replies.write.put("200 result=35\n");
        return true;
    });
    CHECK(waited.digit == '#');
    CHECK_FALSE(waited.stopped);
}

TEST_CASE("EagiAudio: the listener stops it, and the next command gets its own reply") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a') + frame('b') + frame('c'));
    Heard heard;
    const auto played = audio.listen(session, StreamFile{"welcome"}, [&](AudioFrame next) {
        heard.add(next);
        return heard.gaps.size() < 2;
    });
    CHECK(played.stopped);
    CHECK(heard.bytes == frame('a') + frame('b'));
    CHECK(GetVariable{"NEXT"}(session) == "its own");
    CHECK_THAT(call.sent(), Catch::Matchers::StartsWith(
                                "GET VARIABLE \"EAGI_AUDIO_FORMAT\"\nSTREAM FILE \"welcome\" \"\"\n"
                                "GET FULL VARIABLE \"agi-mark-"));
}

TEST_CASE("EagiAudio: SAY can be listened to as well") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a'));
    CHECK_FALSE(audio.listen(session, SayDigits{"123"}, [&](AudioFrame) { return false; }));
}

TEST_CASE("EagiAudio: the caller hangs up, and the audio ends before the reply") {
    EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a'));
    call.gone = true;
    std::thread asterisk;
    CHECK_THROWS_AS(audio.listen(session, StreamFile{"welcome"},
                                 [&](AudioFrame) {
                                     call.audio.write.close();
                                     asterisk = std::thread{[&] {
                                         write_in_thread(call.replies.write,
                                                         "200 result=-1 endpos=320\n");
                                     }};
                                     return true;
                                 }),
                    AGIResultHangup);
    asterisk.join();
    CHECK(audio.ended());
}

TEST_CASE("EagiAudio: a full pipe means that audio was dropped") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    REQUIRE(::fcntl(call.audio.write, F_SETPIPE_SZ, 4096) == 4096);
    call.audio.write.put(frame('a'));
    CHECK(hear(session, audio, 1).gaps == std::vector<bool>{false});
    for (int i = 0; i < 12; ++i) call.audio.write.put(frame('b'));
    const Heard full = hear(session, audio, 12);
    REQUIRE(full.gaps.size() == 12);
    CHECK(full.gaps.front());
    for (std::size_t i = 1; i < full.gaps.size(); ++i) CHECK_FALSE(full.gaps[i]);
}

TEST_CASE("EagiAudio: a pipe is full when no whole frame fits into a page of it") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a'));
    CHECK(hear(session, audio, 1).gaps == std::vector<bool>{false});
    REQUIRE(::fcntl(call.audio.write, F_SETFL, O_NONBLOCK) == 0);
    const std::string next = frame('b');
    std::size_t frames = 0;
    while (::write(call.audio.write, next.data(), next.size()) > 0) ++frames;
    CHECK(frames > 100);
    CHECK(hear(session, audio, 1).gaps == std::vector<bool>{true});
}

TEST_CASE("EagiAudio: less audio than time has passed means that some is missing") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a'));
    CHECK(hear(session, audio, 1).gaps == std::vector<bool>{false});
    std::this_thread::sleep_for(150ms);
    call.audio.write.put(frame('b') + frame('c'));
    CHECK(hear(session, audio, 2).gaps == std::vector<bool>{true, false});
}

TEST_CASE("EagiAudio: a program that was away while audio came misses nothing") {
    const EagiCall call;
    auto session = call.session();
    EagiAudio audio{session, call.audio.read};
    call.audio.write.put(frame('a'));
    CHECK(hear(session, audio, 1).gaps == std::vector<bool>{false});
    for (int i = 0; i < 150; ++i) call.audio.write.put(frame('b'));
    std::this_thread::sleep_for(150ms);
    const Heard rest = hear(session, audio, 150);
    CHECK(rest.gaps == std::vector<bool>(150, false));
}
