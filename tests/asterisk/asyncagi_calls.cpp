// SPDX-License-Identifier: MIT
// AsyncAGI on a real Asterisk, trap by trap: long replies, stops, hang-ups, failures.

#include "async_server.hpp"
#include "batch.hpp"
#include "catch.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace live;

TEST_CASE("AsyncAGI: an environment over 1,024 bytes, and the limit of the call is set back") {
    Handed<std::string> seen;
    const std::string argument = letters(900);
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("long", [&](fastagi::Call& call) {
            seen.set(std::string{call.environment().argument(1).value_or("")} + '/' +
                     call.query("x").value_or("") + '/' +
                     std::string{call.environment().calleridname().value_or("")});
        });
    }};
    live::Setup setup = to("long?x=1," + argument);
    setup.callerid = "Caller Name <5550100>";
    live::Call call{setup};
    CHECK(seen.get() == argument + "/1/Caller Name");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
    CHECK(call.wait_for_variable("TIME_LEFT") == "0");
}

TEST_CASE("AsyncAGI: replies of 1 to 60 KB byte by byte, and the next is its own") {
    Handed<std::vector<std::string>> bad;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("long", [&](fastagi::Call& call) {
            std::vector<std::string> differ;
            try {
                std::string value = letters(470);
                agi::SetVariable{"V0", value}(call);
                for (int i = 0; value.size() < 60'000; ++i) {
                    const std::string name = "V" + std::to_string(i);
                    if (agi::GetFullVariable{"${" + name + '}'}(call) != value) {
                        differ.push_back(std::to_string(value.size()));
                    }
                    if (agi::GetVariable{"V0"}(call) != letters(470)) differ.emplace_back("next");
                    agi::GetFullVariable{"${SET(V" + std::to_string(i + 1) + "=${" + name + "}${" +
                                         name + "})}"}(call);
                    value += value;
                }
            } catch (const std::exception& error) {
                differ.emplace_back(error.what());
            }
            bad.set(differ);
        });
    }};
    live::Call call{to("long")};
    CHECK(bad.get() == std::vector<std::string>{});
}

TEST_CASE("AsyncAGI: what is lost on the way is an error, and the next is its own") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("lost", [&](fastagi::Call& call) {
            std::string text;
            try {
                agi::SetVariable{"V", std::string(900, '%')}(call);
                agi::GetVariable{"V"}(call);
            } catch (const agi::AGIUnknownError& error) {
                text = error.reply().raw();
            }
            agi::SetVariable{"W", "next"}(call);
            seen.set(text + '|' + agi::GetVariable{"W"}(call).value_or(""));
        });
    }};
    live::Call call{to("lost")};
    CHECK(seen.get() == "500 The reply was lost on its way over AMI|next");
}

TEST_CASE("AsyncAGI: a failed command ends nothing where the dialplan comes back") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("fail", [&](fastagi::Call& call) {
            std::string text;
            for (int i = 0; i < 5; ++i) {
                try {
                    agi::StreamFile{"no-such-file"}(call);
                } catch (const agi::AGIAppError&) {
                    text += 'f';
                }
                agi::SetVariable{"I", std::to_string(i)}(call);
                text += agi::GetVariable{"I"}(call).value_or("?");
            }
            seen.set(text + (call.hung_up() ? " hung up" : ""));
        });
    }};
    live::Call call{to("fail")};
    CHECK(seen.get() == "f0f1f2f3f4");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: stopped in each command that can be stopped, and the next prompt is whole") {
    const std::vector<std::string> lines{
        "STREAM FILE tt-weasels \"\"",
        "WAIT FOR DIGIT 20000",
        "GET DATA tt-weasels 20000 4",
        "GET DATA silence/1 20000 4",
        "GET OPTION tt-weasels \"12#\" 20000",
        "CONTROL STREAM FILE tt-weasels \"\"",
        "EXEC Playback tt-weasels",
        "RECORD FILE /tmp/asyncagi-stop wav # 20000",
        "SAY DIGITS 12345678901234567890 #",
    };
    Handed<std::map<std::string, std::string>> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("stop", [&](fastagi::Call& call) {
            auto& live = asyncagi::control(call);
            std::map<std::string, std::string> got;
            const auto whole = agi::StreamFile{"beep"}(call).endpos.samples;
            for (const std::string& line : lines) {
                std::thread stopper{[&] {
                    std::this_thread::sleep_for(1200ms);
                    live.stop();
                }};
                const auto begin = live::Clock::now();
                std::string text{call.send(line).raw().substr(0, 13)};
                const auto time = live::Clock::now() - begin;
                stopper.join();
                // SAY tells the key; the prompts tell none.
                if (time > 3s) text += " late";
                const auto next = agi::StreamFile{"beep"}(call);
                if (next.endpos.samples != whole || next.digit) text += " cut the next";
                got[line] = text;
            }
            seen.set(got);
        });
    }};
    live::Call call{to("stop")};
    const auto got = seen.get();
    for (const std::string& line : lines) {
        CAPTURE(line);
        // GET DATA has no key to give, nor has a prompt that is ended by the other way.
        const bool data = line.compare(0, 8, "GET DATA") == 0;
        const bool key = !data && line.find('#') != std::string::npos;
        const std::string& reply = got.at(line);
        CHECK(reply.substr(0, 11) == "200 result=");
        CHECK((reply.substr(11, 2) == "35") == key);
        CHECK(reply.find("late") == std::string::npos);
        CHECK(reply.find("cut") == std::string::npos);
    }
}

TEST_CASE("AsyncAGI: the least privileges are enough") {
    asyncagi::SourceOptions options = live::source_options();
    std::atomic<int> refused{0};
    options.ami.log = [&](fastagi::Severity severity, std::string_view) {
        if (severity != fastagi::Severity::info) ++refused;
    };
    const AsyncServer server{
        [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("least", [](fastagi::Call& call) {
                auto& live = asyncagi::control(call);
                agi::SetAutohangup{100s}(call);
                for (const char* line : {"GET DATA silence/1 9000 4", "WAIT FOR DIGIT 9000"}) {
                    std::thread stopper{[&] {
                        std::this_thread::sleep_for(300ms);
                        live.stop();
                    }};
                    call.send(line);
                    stopper.join();
                }
            });
        },
        options};
    live::Setup setup = to("least");
    if (GENERATE(false, true)) setup.leg = "limited@async";
    live::Call call{setup};
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
    CHECK(refused == 0);
}

TEST_CASE("AsyncAGI: execute_until and resync stop by themselves, a hundred times") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("until", [&](fastagi::Call& call) {
            int stopped = 0;
            int wrong = 0;
            for (int i = 0; i < 100; ++i) {
                int asked = 0;
                const auto stop = [&] { return ++asked > i % 5; };
                if (i % 3 == 0) {
                    stopped += call.execute_until(agi::StreamFile{"tt-weasels"}, stop, 3ms).stopped;
                } else if (i % 3 == 1) {
                    stopped +=
                        call.execute_until(agi::GetData{"tt-weasels", 9s, 4}, stop, 3ms).stopped;
                } else {
                    try {
                        call.execute_within(agi::StreamFile{"tt-weasels"}, 10ms);
                    } catch (const agi::AGITimeoutError&) {
                        ++stopped;
                    }
                    call.resync();
                }
                agi::SetVariable{"I", std::to_string(i)}(call);
                if (agi::GetVariable{"I"}(call) != std::to_string(i)) ++wrong;
            }
            const auto beep = agi::StreamFile{"beep"}(call);
            seen.set(std::to_string(stopped) + '/' + std::to_string(wrong) + '/' +
                     std::to_string(beep.endpos.samples > 3000));
        });
    }};
    live::Call call{to("until")};
    CHECK(seen.get() == "100/0/1");
}

TEST_CASE("AsyncAGI: a hang-up in each command, with two more behind it") {
    const std::string line =
        GENERATE("STREAM FILE tt-weasels \"\"", "WAIT FOR DIGIT 20000",
                 "GET DATA tt-weasels 20000 4", "RECORD FILE /tmp/asyncagi-hangup wav # 20000",
                 "EXEC Wait 20", "EXEC MusicOnHold default,20",
                 "SAY DIGITS 12345678901234567890 \"\"", "RECEIVE TEXT 20000", "NOOP");
    CAPTURE(line);
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("hangup", [&](fastagi::Call& call) {
            std::string text;
            for (const std::string& next :
                 {line, std::string{"SET VARIABLE A B"}, std::string{"GET VARIABLE A"}}) {
                text += call.send(next).code() == 511 ? "dead " : "replied ";
                if (next == "NOOP") {
                    while (!call.hung_up()) call.send("NOOP");
                }
            }
            seen.set(text + (call.hung_up() ? "hung up" : "not hung up"));
        });
    }};
    live::Call call{to("hangup")};
    call.wait_for_command(line.substr(0, line.find(' ', 5)));
    std::this_thread::sleep_for(50ms);
    call.hang_up();
    CHECK(seen.get() == "replied dead dead hung up");
    CHECK(soon([&] { return server.counts().connections == 0; }));
}

TEST_CASE("AsyncAGI: a call that is sent elsewhere looks hung up, and lives") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("redirect", [&](fastagi::Call& call) {
            auto& live = asyncagi::control(call);
            std::thread other{[&] {
                std::this_thread::sleep_for(300ms);
                live.redirect({"landing", "here", 1});
            }};
            call.send("STREAM FILE tt-weasels \"\"");
            other.join();
            const int code = call.send("GET VARIABLE A").code();
            seen.set(std::to_string(code) + (call.hung_up() ? " hung up" : ""));
        });
    }};
    live::Call call{to("redirect")};
    CHECK(call.wait_for_variable("LANDED") == "here 1");
    CHECK(seen.get() == "511 hung up");
}

TEST_CASE("AsyncAGI: a handler that sends its call elsewhere and returns leaves nothing behind") {
    constexpr int sessions = 60;
    std::atomic<int> begun{0};
    std::atomic<int> replies{0};
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("again", [&](fastagi::Call& call) {
            if (call.send("NOOP").code() == 200) ++replies;
            const int number = ++begun;
            if (number == sessions) return;
            const auto redirect = [&] { asyncagi::control(call).redirect({"async", "ivr", 2}); };
            if (number % 3 != 0) {
                redirect();
                // A command behind it is not for the next session, either.
                if (number % 3 == 1) call.send("SET VARIABLE LEFT behind");
            } else {  // in the middle of commands
                std::thread other{redirect};
                while (!call.hung_up()) call.send("GET VARIABLE A");
                other.join();
            }
        });
    }};
    live::Call call{to("again")};
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
    CHECK(begun == sessions);
    CHECK(replies == sessions);
    CHECK(call.variable("LEFT") == "(not set)");
}

TEST_CASE("AsyncAGI: events of the call come while a command runs") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("events", [&](fastagi::Call& call) {
            auto& live = asyncagi::control(call);
            std::mutex mutex;
            std::string keys;
            auto hook = live.on_event("DTMFEnd", [&](const agi::ami::Message& event) {
                const std::lock_guard<std::mutex> lock{mutex};
                if (event["Direction"] == "Received") keys += event["Digit"];
                if (keys == "42") live.stop();
            });
            agi::Exec{"Playback", {"tt-weasels"}}(call);
            hook.end();
            seen.set(keys);
        });
    }};
    live::Call call{to("events")};
    call.wait_for_command("EXEC");
    call.press("42");
    CHECK(seen.get() == "42");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}
