// SPDX-License-Identifier: MIT
// Whole calls on the simulated Asterisk: the plan, the stream, the ladder, rehearsals, sounds of a folder.

#include "catch.hpp"
#include "temporary.hpp"
#include <agi/agi.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/scripted_stream.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/sounds.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace agi;
using namespace agi::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Asterisk with_sounds() {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"menu", 3s}, {"bye", 1s}};
    return asterisk;
}

/// What was heard, each with its end in milliseconds.
std::vector<std::string> heard(const Asterisk& asterisk) {
    std::vector<std::string> all;
    for (const Heard& sound : asterisk.channel.heard()) {
        all.push_back(sound.sound + ' ' + std::to_string(sound.to.count()) +
                      (sound.whole ? "" : " cut"));
    }
    return all;
}

}  // namespace

TEST_CASE("Caller: follows the plan") {
    Asterisk asterisk = with_sounds();
    asterisk.channel.caller.after("menu")
        .do_nothing()
        .during("menu")
        .wait(500ms)
        .press("1")
        .after_sound(3)
        .wait(2s)
        .set_variable("AGENT", "free")
        .then(1s)
        .hang_up();
    Session session{SimulatedStream{asterisk}};
    CHECK(GetData{"menu", 1s, 1}(session).digits == "1");
    CHECK(GetData{"menu", 1s, 1}(session).timed_out);
    CHECK_FALSE(StreamFile{"bye"}(session).digit);
    CHECK_FALSE(GetVariable{"AGENT"}(session));
    CHECK_FALSE(WaitForDigit{2500ms}(session).digit);
    CHECK(GetVariable{"AGENT"}(session) == "free");
    CHECK_THROWS_AS(WaitForDigit{5s}(session), AGIResultHangup);
    CHECK(session.hung_up());
    CHECK(session.hangup_source() == HangupSource::signal);
    CHECK(heard(asterisk) == std::vector<std::string>{"menu 500 cut", "menu 3500", "bye 5500"});
    CHECK(asterisk.channel.keys() == "1");
    CHECK(asterisk.channel.now() == 8500ms);
    CHECK(asterisk.agistatus() == "HANGUP");
}

TEST_CASE("Caller: only keys can be pressed") {
    Asterisk asterisk;
    CHECK_THROWS_AS(asterisk.channel.caller.at(1s).press("12x"), AGIArgumentError);
}

TEST_CASE("Caller: hangs up during the third prompt") {
    Asterisk asterisk = with_sounds();
    asterisk.channel.caller.during_sound(3).hang_up();
    Session session{SimulatedStream{asterisk}};
    StreamFile{"menu"}(session);
    StreamFile{"menu"}(session);
    CHECK_THROWS_AS(StreamFile{"menu"}(session), AGIResultHangup);
    CHECK(heard(asterisk).back() == "menu 6100 cut");
}

TEST_CASE("Caller: acts before and during a command") {
    Asterisk asterisk = with_sounds();
    asterisk.network = true;
    asterisk.channel.caller.before_command(2).set_variable("X", "2").during_command(3).hang_up();
    Session session{SimulatedStream{asterisk}};
    CHECK_FALSE(GetVariable{"X"}(session));
    CHECK(GetVariable{"X"}(session) == "2");
    Noop{}(session);
    CHECK_THROWS_AS(Answer{}(session), AGIDeadChannelError);
    CHECK(session.hangup_source() == HangupSource::hangup_line);
}

TEST_CASE("Channel: a person may be at the telephone") {
    Asterisk asterisk = with_sounds();
    std::vector<long long> waits;
    asterisk.channel.live = [&](Channel::Time longest) {
        waits.push_back(longest.count());
        if (waits.size() > 1) return Channel::Elapsed{longest, std::nullopt, false};
        return Channel::Elapsed{700ms, Caller::Action{Caller::Action::Kind::press, "4", {}}};
    };
    Session session{SimulatedStream{asterisk}};
    CHECK(GetData{"menu", 1s, 4}(session).digits == "4");
    CHECK(waits == std::vector<long long>{3000, 100, 1000});  // the key is held down
    CHECK(asterisk.channel.now() == 1800ms);
}

TEST_CASE("Channel: keys that a person types at once come one after the other") {
    Asterisk asterisk = with_sounds();
    std::string typed = "1234";
    asterisk.channel.live = [&](Channel::Time longest) {
        if (typed.empty()) return Channel::Elapsed{longest, std::nullopt, false};
        const std::string key = typed.substr(0, 1);
        typed.erase(0, 1);
        return Channel::Elapsed{0ms, Caller::Action{Caller::Action::Kind::press, key, {}}};
    };
    Session session{SimulatedStream{asterisk}};
    CHECK(StreamFile{"menu", DigitSet::all()}(session).digit == '1');
    CHECK(GetData{"", 1s, 3}(session).digits == "234");
    CHECK(asterisk.channel.now() == 400ms);
}

TEST_CASE("SimulatedStream: a program that would hang is told so") {
    Asterisk asterisk;
    Session session{SimulatedStream{asterisk}};
    std::string line;
    CHECK_THROWS_AS(session.stream().read_line(line), WouldHang);
    CHECK(asterisk.stuck());
    CHECK_THAT(ladder(asterisk), ContainsSubstring("the program waits, and nothing will come"));
}

TEST_CASE("SimulatedStream: waits for the caller while nothing runs") {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.channel.caller.at(1s).press("1").at(2s).hang_up();
    Session session{SimulatedStream{asterisk}};
    std::string line;
    REQUIRE(session.stream().read_line(line));
    CHECK(line == "HANGUP");
    CHECK(asterisk.channel.now() == 2s);
}

TEST_CASE("SimulatedStream: SIGHUP is noted or ignored") {
    for (const Sighup sighup : {Sighup::noted, Sighup::ignored}) {
        Asterisk asterisk;
        Session session{SimulatedStream{asterisk, sighup}};
        Hangup{}(session);
        CHECK(session.hung_up() == (sighup == Sighup::noted));
    }
}

TEST_CASE("SimulatedStream: a lost connection ends the session") {
    Asterisk asterisk;
    asterisk.channel.caller.before_command(1).break_connection();
    Session session{SimulatedStream{asterisk}};
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK(asterisk.requests().empty());

    Asterisk other;
    other.channel.caller.during_command(1).break_connection();
    Session second{SimulatedStream{other}};
    CHECK_THROWS_AS(Noop{}(second), AGISIGPIPEHangup);
    CHECK(other.requests().size() == 1);
}

TEST_CASE("transcript: ScriptedStream plays it") {
    Asterisk asterisk = with_sounds();
    asterisk.channel.variables["X"] = "a\nb";
    asterisk.channel.caller.during("menu").press("7");
    const auto call = [](auto& session) {
        const auto x = GetVariable{"X"}(session);
        return *x + *GetOption{"menu", "7", 1s}(session).digit;
    };
    Session session{SimulatedStream{asterisk}};
    const std::string result = call(session);
    CHECK(result == "a\nb7");
    Session again{ScriptedStream{transcript(asterisk)}};
    CHECK(call(again) == result);
    again.stream().check_finished();
    CHECK_THAT(transcript(asterisk), ContainsSubstring("#   0.100 the caller presses 7\n"));
}

TEST_CASE("ladder: shows the call, and where it went wrong") {
    Asterisk asterisk = with_sounds();
    asterisk.channel.caller.during("menu").press("1").during("bye").hang_up();
    Session session{SimulatedStream{asterisk, Sighup::ignored}};
    GetData{"menu", 1s, 1}(session);
    CHECK_THROWS_AS(StreamFile{"bye"}(session), AGIResultHangup);
    const std::string drawn = ladder(asterisk);
    CHECK_THAT(drawn, ContainsSubstring("--- environment, 20 lines ---"));
    CHECK_THAT(drawn, ContainsSubstring("- GET DATA \"menu\" 1000 1 ---|"));
    CHECK_THAT(drawn, ContainsSubstring("|--- key 1 ------------->|"));
    CHECK_THAT(drawn, ContainsSubstring("   0.200 !|--- hang-up ----------->|"));
    CHECK_THAT(drawn, ContainsSubstring("--- 200 result=-1 endpos=800 -"));
    CHECK_THAT(drawn, ContainsSubstring(" (not answered)  "));
    std::size_t width = 0;
    for (std::size_t begin = 0; begin < drawn.size(); begin = drawn.find('\n', begin) + 1) {
        width = std::max(width, drawn.find('\n', begin) - begin);
    }
    CHECK(width == 77);
}

TEST_CASE("rehearse: good call logic passes") {
    Asterisk asterisk = with_sounds();
    asterisk.channel.caller.after("menu").press("1");
    RehearsalOptions options;
    options.work_done = [](Asterisk& after, const Run& run) {
        const bool broken = run.loss == Loss::broken_before || run.loss == Loss::broken_during;
        return broken || after.value("DONE") == "yes";
    };
    const auto rehearsal = rehearse(
        asterisk,
        [](auto& session) {
            try {
                Answer{}(session);
                GetData{"menu", 5s, 1}(session);
                StreamFile{"bye"}(session);
            } catch (const AGIHangup&) {
            }
            SetVariable{"DONE", "yes"}(session);
        },
        options);
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 4);
    CHECK(rehearsal.runs == 17);
}

TEST_CASE("rehearse: finds what goes wrong, and where") {
    const Asterisk asterisk = with_sounds();
    SECTION("an exception that should not leave") {
        const auto rehearsal = rehearse(asterisk, [](auto& session) {
            StreamFile{"menu"}(session);
            try {
                WaitForDigit{1s}(session);
            } catch (const AGIResultHangup&) {
                throw std::runtime_error{"gone"};
            }
        });
        CHECK_FALSE(rehearsal.passed());
        CHECK(rehearsal.failed.loss == Loss::hang_up_during);
        CHECK(rehearsal.failed.step == 2);
        CHECK_THAT(rehearsal.problem, ContainsSubstring("leaves the script: gone"));
    }
    SECTION("work left undone") {
        RehearsalOptions options;
        options.work_done = [](Asterisk& after, const Run& run) {
            return run.loss != Loss::hang_up_during || after.value("DONE") == "yes";
        };
        const auto rehearsal = rehearse(
            asterisk,
            [](auto& session) {
                StreamFile{"menu"}(session);
                SetVariable{"DONE", "yes"}(session);
            },
            options);
        CHECK(rehearsal.failed.loss == Loss::hang_up_during);
        CHECK(rehearsal.failed.step == 1);
        CHECK_THAT(rehearsal.problem,
                   ContainsSubstring("hang-up during command 1: work is left undone"));
        CHECK_THAT(rehearsal.problem, ContainsSubstring("STREAM FILE"));
    }
    SECTION("an endless loop") {
        const auto rehearsal = rehearse(asterisk, [](auto& session) {
            for (bool heard = false; !heard;) {
                try {
                    StreamFile{"menu"}(session);
                    heard = true;
                } catch (const AGIException&) {
                }
            }
        });
        CHECK(rehearsal.failed.loss == Loss::hang_up_before);
        CHECK(rehearsal.failed.step == 1);
        CHECK_THAT(rehearsal.problem, ContainsSubstring("the script goes on and on"));
    }
    SECTION("a wait for nothing, and WouldHang swallowed") {
        const auto rehearsal = rehearse(asterisk, [](auto& session) {
            std::string line;
            try {
                session.stream().read_line(line);
            } catch (const std::exception&) {
            }
        });
        CHECK(rehearsal.failed.loss == Loss::none);
        CHECK_THAT(rehearsal.problem, ContainsSubstring("swallows WouldHang"));
    }
    SECTION("the whole call must not throw") {
        const auto rehearsal =
            rehearse(asterisk, [](auto& session) { StreamFile{"nosuch"}(session); });
        CHECK(rehearsal.runs == 1);
        CHECK_THAT(rehearsal.problem, ContainsSubstring("whole call: an exception leaves"));
    }
}

TEST_CASE("sounds_in: names and lengths of a folder") {
    const auto folder = temporary_path("sounds");
    std::filesystem::create_directories(folder / "digits");
    const auto write = [&](const char* name, std::size_t size) {
        std::ofstream{folder / name, std::ios::binary} << std::string(size, '\0');
    };
    write("beep.gsm", 726);
    write("digits/1.gsm", 1518);
    write("tone.ulaw", 8000);
    write("wide.sln16", 32000);
    write("empty.ulaw", 0);
    write("notes.txt", 100);
    const auto sounds = sounds_in(folder);
    std::filesystem::remove_all(folder);
    CHECK(sounds ==
          std::map<std::string, std::chrono::milliseconds>{
              {"beep", 440ms}, {"digits/1", 920ms}, {"tone", 1s}, {"wide", 1s}, {"empty", 0s}});
}
