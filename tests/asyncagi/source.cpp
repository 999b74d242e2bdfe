// SPDX-License-Identifier: MIT
// A source on an Asterisk that the test plays: claims, sessions, hang-ups, the control of a call.

#include "asyncagi/running_source.hpp"
#include "catch.hpp"

#include <atomic>
#include <string>
#include <thread>

using namespace asyncagi_tests;
using namespace std::chrono_literals;
using agi::asyncagi::control;
using agi::asyncagi::SourceOptions;

namespace {

const Lines the_end{"SET VARIABLE AGI_OWNER", "ASYNCAGI BREAK"};

Lines with_end(Lines lines) {
    lines.insert(lines.end(), the_end.begin(), the_end.end());
    return lines;
}

/// What a line comes to.
std::string sent(Call& call, std::string_view line) {
    const int code = call.send(line).code();
    return std::to_string(code) + (call.hung_up() ? " hung up" : "");
}

}  // namespace

TEST_CASE("Source: a call that is claimed has a handler, and then the dialplan") {
    FakePbx pbx;
    Notes notes;
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.route("pin", [&](Call& call) {
                                        agi::Answer{}(call);
                                        notes.add(call.query("a").value_or("?"));
                                    });
                                }};
    pbx.call("1", "pin?a=7");
    CHECK(notes.wait(1) == Lines{"7"});
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
    CHECK(pbx.channel("1").ran == with_end({"ANSWER"}));
    CHECK(pbx.channel("1").is_free());
    CHECK(pbx.channel("1").told == Lines{"Setvar 0"});
}

TEST_CASE("Source: another program's call is left alone") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.takes = [](std::string_view script) { return script != "theirs"; };
    const RunningSource running{
        pbx, options, [&](Server& server, Source&) {
            server.fallback([&](Call& call) { notes.add(std::string{call.path()}); });
        }};
    pbx.call("1", "x", "other_1");
    pbx.call("2", "theirs");
    pbx.call("3", "ours");
    CHECK(notes.wait(1) == Lines{"ours"});
    CHECK(eventually([&] { return !pbx.channel("3").async; }));
    CHECK(pbx.channel("1").ran.empty());
    CHECK(pbx.channel("1").owner == "other_1");
    CHECK(pbx.channel("2").wakes == 0);
    CHECK(running.counts().calls == 1);
}

TEST_CASE("Source: a call that Status has named before its event comes has one handler") {
    FakePbx pbx;
    Notes notes;
    pbx.call_is_there("1", {"pin", {}});
    pbx.hold("GET VARIABLE");
    const bool behind_the_claim = GENERATE(false, true);
    CAPTURE(behind_the_claim);
    if (!behind_the_claim) {
        pbx.after_status([&] { pbx.come_back("1"); });
    }
    RunningSource running{pbx, [&](Server& server, Source&) {
                              server.route("pin", [&](Call& call) {
                                  call.send("GET VARIABLE X");
                                  notes.add("done");
                              });
                          }};
    CHECK(eventually([&] { return pbx.has_begun("1", "GET VARIABLE X"); }));
    if (behind_the_claim) pbx.come_back("1");
    pbx.reply("1", "200 result=0\n");
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
    running.stop();
    CHECK(notes.lines() == Lines{"done"});
    CHECK(running.counts().calls == 1);
}

TEST_CASE(
    "Source: a call that leaves before its claim has run, and comes back for another script") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.comes_back = 1ms;
    options.takes = [](std::string_view script) { return script != "theirs"; };
    pbx.hold("GET FULL VARIABLE");
    const bool found = GENERATE(false, true);
    if (found) pbx.call_is_there("1", {"first"});
    RunningSource running{
        pbx, options, [&](Server& server, Source&) {
            server.fallback([&](Call& call) { notes.add(std::string{call.path()}); });
        }};
    if (!found) pbx.call("1", "first");
    CHECK(eventually([&] { return pbx.has_begun("1", "GET FULL VARIABLE \"agi-claim:"); }));
    pbx.leave("1");
    const std::string script = GENERATE("second", "theirs");
    pbx.change("1", [&](FakePbx::Channel& channel) {
        channel.runs = false;  // it waits in the queue
        channel.script = script;
    });
    pbx.hold("");
    pbx.come_back("1");
    if (script == "second") {
        CHECK(notes.wait(1) == Lines{"second"});
        CHECK(eventually([&] { return !pbx.channel("1").async; }));
    } else {
        CHECK(eventually([&] { return pbx.channel("1").ran.size() == 1; }));
        CHECK(pbx.channel("1").ran == Lines{"SET VARIABLE AGI_OWNER \"\""});
        CHECK(pbx.channel("1").owner.empty());
    }
    running.stop();
    CHECK(running.counts().calls == notes.lines().size());
}

TEST_CASE("Source: a command that fails, and a dialplan that comes back, are one session") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("STREAM FILE");
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.route("pin", [&](Call& call) {
                                        notes.add(sent(call, "STREAM FILE x \"\""));
                                        notes.add(sent(call, "NOOP"));
                                    });
                                }};
    pbx.call("1", "pin");
    for (int i = 0; i < 2; ++i) {
        CAPTURE(i);
        CHECK(eventually([&] { return pbx.has_begun("1", "STREAM FILE x \"\""); }));
        pbx.reply("1", "200 result=-1\n");
        pbx.leave("1");
        pbx.come_back("1");
        if (i == 0) {
            CHECK(eventually([&] { return !pbx.channel("1").async; }));
            CHECK(running.counts().calls == 1);
            // The next session of the same channel is another one.
            pbx.come_back("1");
        }
    }
    CHECK(notes.wait(4) == Lines{"200", "200", "200", "200"});
    CHECK(running.counts().calls == 2);
    CHECK(pbx.channel("1").claims == 3);  // the second session is known to be free by then
}

TEST_CASE("Source: a call that leaves AsyncAGI is as one that was hung up") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.comes_back = 20ms;
    pbx.hold("STREAM FILE");
    const RunningSource running{pbx, options, [&](Server& server, Source&) {
                                    server.route("pin", [&](Call& call) {
                                        call.send("STREAM FILE x \"\"");
                                        notes.add(sent(call, "GET VARIABLE X"));
                                    });
                                    server.route("redirect", [&](Call& call) {
                                        control(call).redirect({"other", "42", 1});
                                        notes.add(sent(call, "STREAM FILE x \"\""));
                                        notes.add(sent(call, "GET VARIABLE X"));
                                    });
                                }};
    SECTION("by its dialplan") {
        pbx.call("1", "pin");
        CHECK(eventually([&] { return pbx.has_begun("1", "STREAM FILE x \"\""); }));
        pbx.reply("1", "200 result=-1\n");
        pbx.leave("1");
        CHECK(notes.wait(1) == Lines{"511 hung up"});
        pbx.change("1", [](FakePbx::Channel& c) { c.owner.clear(); });
    }
    SECTION("by a redirect of ours") {
        pbx.call("1", "redirect");
        CHECK(notes.wait(2).back() == "511 hung up");
        const Lines told = pbx.channel("1").told;
        CHECK(Lines{told.begin(), told.begin() + 2} == Lines{"Setvar 0", "Redirect 42"});
        CHECK(pbx.channel("1").ran.empty());
        CHECK(pbx.channel("1").is_free());
    }
    CHECK(eventually([&] { return running.counts().connections == 0; }));
    // It may come again, and is another call then.
    pbx.hold("");
    pbx.come_back("1");
    CHECK(eventually([&] { return running.counts().calls == 2; }));
}

TEST_CASE("Source: a redirect that is refused changes nothing") {
    FakePbx pbx;
    Notes notes;
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.route("redirect", [&](Call& call) {
                                        control(call).redirect({"other", "refused", 1},
                                                               [&](const agi::ami::Response& r) {
                                                                   notes.add(std::string{r.text()});
                                                               });
                                        notes.add(sent(call, "ANSWER"));
                                    });
                                }};
    pbx.call("1", "redirect");
    CHECK(notes.wait(2) == Lines{"Redirect failed", "200"});
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
    CHECK(pbx.channel("1").ran == with_end({"ANSWER"}));
}

TEST_CASE("Source: a redirect while the connection is lost is not sent, and the session goes on") {
    FakePbx pbx;
    Notes notes;
    std::atomic<bool> lost{false};
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.route("redirect", [&](Call& call) {
                                        notes.add("begun");
                                        while (!lost) std::this_thread::sleep_for(1ms);
                                        control(call).redirect(
                                            {"other", "42", 1}, [&](const agi::ami::Response& r) {
                                                notes.add(r.lost ? "lost" : std::string{r.text()});
                                            });
                                        static_cast<void>(notes.wait(2));
                                        pbx.open();
                                        notes.add(sent(call, "ANSWER"));
                                    });
                                }};
    pbx.call("1", "redirect");
    CHECK(notes.wait(1) == Lines{"begun"});
    const std::size_t lines = running.log().size();
    pbx.cut();
    CHECK(eventually([&] { return running.log().size() > lines; }));
    lost = true;
    CHECK(notes.wait(3) == Lines{"begun", "lost", "200"});
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
    CHECK(pbx.channel("1").ran == with_end({"ANSWER"}));
}

TEST_CASE("Source: a hang-up while a command runs") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("EXEC");
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.route("pin", [&](Call& call) {
                                        notes.add(sent(call, "EXEC Wait 9"));
                                        notes.add(sent(call, "SET VARIABLE A B"));
                                        notes.add(sent(call, "NOOP"));
                                    });
                                }};
    pbx.call("1", "pin");
    CHECK(eventually([&] { return pbx.has_begun("1", "EXEC Wait 9"); }));
    pbx.hang_up("1");
    CHECK(notes.wait(3) == Lines{"200 hung up", "511 hung up", "200 hung up"});
    CHECK(eventually([&] { return running.counts().connections == 0; }));
}

TEST_CASE("Source: a channel that is gone when a command is sent") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("NOOP");
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.route("pin", [&](Call& call) {
                                        notes.add(sent(call, "NOOP"));
                                        notes.add(sent(call, "SET VARIABLE A B"));
                                    });
                                }};
    pbx.call("1", "pin");
    CHECK(eventually([&] { return pbx.has_begun("1", "NOOP"); }));
    pbx.change("1", [](FakePbx::Channel& c) { c.queue.clear(); });
    pbx.change("1", [](FakePbx::Channel& c) { c.queue.push_back({"other", "NOOP"}); });
    pbx.reply("1", "200 result=0\n");  // a leftover of somebody else, which is no reply of ours
    std::this_thread::sleep_for(5ms);
    CHECK(notes.lines().empty());
    pbx.hang_up("1");
    CHECK(notes.wait(2) == Lines{"511 hung up", "511 hung up"});
}

TEST_CASE("Source: leftovers of somebody else run before our commands, and are not ours") {
    FakePbx pbx;
    Notes notes;
    FakePbx::Channel channel{"pin", {}};
    channel.queue = {{"dead-1", "GET VARIABLE A"}, {"", "GET FULL VARIABLE \"y\""}};
    pbx.call_is_there("1", channel);
    const RunningSource running{
        pbx, [&](Server& server, Source&) {
            server.route("pin", [&](Call& call) {
                notes.add(std::string{call.send("GET FULL VARIABLE \"x\"").raw()});
            });
        }};
    CHECK(notes.wait(1) == Lines{"200 result=1 (x)"});
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
    CHECK(pbx.channel("1").ran ==
          with_end({"GET VARIABLE A", "GET FULL VARIABLE \"y\"", "GET FULL VARIABLE \"x\""}));
}

TEST_CASE("Source: Asterisk is told that we are there") {
    FakePbx pbx;
    SourceOptions options = source_options(pbx);
    options.dead_man = 200ms;
    pbx.hold("EXEC");
    const RunningSource running{pbx, options, [](Server& server, Source&) {
                                    server.fallback([](Call& call) { call.send("EXEC Wait 9"); });
                                }};
    pbx.call("1", "x");
    CHECK(eventually([&] { return pbx.has_begun("1", "EXEC Wait 9"); }));
    const int before = pbx.channel("1").wakes;
    CHECK(eventually([&] { return pbx.channel("1").wakes >= before + 3; }));
    pbx.hang_up("1");
}

TEST_CASE("Source: a server that takes no more calls gives them to the dialplan") {
    FakePbx pbx;
    agi::fastagi::ServerOptions limits = fastagi_tests::options();
    limits.max_connections = 1;
    pbx.hold("EXEC");
    const RunningSource running{pbx, source_options(pbx),
                                [](Server& server, Source&) {
                                    server.fallback([](Call& call) { call.send("EXEC Wait 9"); });
                                },
                                limits};
    pbx.call("1", "x");
    CHECK(eventually([&] { return pbx.has_begun("1", "EXEC Wait 9"); }));
    pbx.call("2", "x");
    CHECK(eventually([&] { return !pbx.channel("2").async; }));
    CHECK(pbx.channel("2").ran == with_end({"SET VARIABLE FASTAGI_STATUS BUSY"}));
    pbx.hang_up("1");
}

TEST_CASE("Control: stops what runs, from another thread and from a hook") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("STREAM FILE");
    const RunningSource running{
        pbx, [&](Server& server, Source&) {
            server.route("pin", [&](Call& call) {
                auto& live = control(call);
                {
                    const auto keys = live.on_event("DTMFEnd", [&](const agi::ami::Message& event) {
                        notes.add(std::string{event["Digit"]});
                        live.stop();
                    });
                    call.send("STREAM FILE a \"\"");
                }
                std::thread other{[&] {
                    eventually([&] { return pbx.has_begun("1", "STREAM FILE b \"\""); });
                    live.stop();
                }};
                // A hook that has ended is not called, nor what it refers to.
                pbx.event("DTMFEnd", "1", "Digit: 6\r\n");
                call.send("STREAM FILE b \"\"");
                other.join();
                notes.add("done");
            });
        }};
    pbx.call("1", "pin");
    CHECK(eventually([&] { return pbx.has_begun("1", "STREAM FILE a \"\""); }));
    pbx.event("DTMFEnd", "2", "Digit: 4\r\n");  // another channel's
    pbx.event("DTMFEnd", "1", "Digit: 5\r\n");
    CHECK(notes.wait(2) == Lines{"5", "done"});
}

TEST_CASE("Control: hooks that throw, that end themselves, that are moved, for all events") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("EXEC");
    const RunningSource running{
        pbx, [&](Server& server, Source&) {
            server.route("pin", [&](Call& call) {
                auto& live = control(call);
                const auto all = live.on_event("", [&](const agi::ami::Message& event) {
                    if (event.is("A") || event.is("B"))
                        notes.add("all " + std::string{event.event()});
                });
                const auto throws = live.on_event(
                    "A", [](const agi::ami::Message&) { throw std::runtime_error{"a hook"}; });
                agi::asyncagi::EventHook once;
                once = live.on_event("A", [&](const agi::ami::Message&) {
                    notes.add("once");
                    once.end();
                });
                auto replaced =
                    live.on_event("A", [&](const agi::ami::Message&) { notes.add("no"); });
                replaced = live.on_event("B", [&](const agi::ami::Message&) { notes.add("b"); });
                call.send("EXEC Wait 9");
                notes.add("done");
            });
        }};
    pbx.call("1", "pin");
    CHECK(eventually([&] { return pbx.has_begun("1", "EXEC Wait 9"); }));
    pbx.event("A", "1");
    pbx.event("A", "1");
    pbx.event("B", "1");
    CHECK(notes.wait(5) == Lines{"all A", "once", "all A", "all B", "b"});
    CHECK(running.logged("on_event failed: a hook") == 2);
    pbx.reply("1", "200 result=0\n");
    CHECK(notes.wait(6).back() == "done");
}

TEST_CASE("Control: after its call, and its source, it does nothing") {
    FakePbx pbx;
    std::shared_ptr<agi::asyncagi::Control> kept;
    Notes notes;
    {
        const RunningSource running{pbx, [&](Server& server, Source&) {
                                        server.fallback([&](Call& call) {
                                            kept = agi::asyncagi::find_control(call);
                                            notes.add("done");
                                        });
                                    }};
        pbx.call("1", "x");
        CHECK(notes.wait(1).size() == 1);
        CHECK(eventually([&] { return !pbx.channel("1").async; }));
        kept->stop();
        kept->hang_up(
            [&](const agi::ami::Response& response) { notes.add(std::string{response.text()}); });
        CHECK(notes.wait(2).size() == 2);
    }
    kept->stop();
    kept->hang_up([&](const agi::ami::Response&) { notes.add("?"); });
    CHECK(kept->channel() == "PJSIP/1");
    CHECK(notes.lines().size() == 2);
}

TEST_CASE("Source: stops with calls, of which each goes on in the dialplan") {
    FakePbx pbx;
    pbx.hold("WAIT FOR DIGIT");
    SourceOptions options = source_options(pbx);
    options.farewell_time = 10min;
    RunningSource running{pbx, options, [](Server& server, Source&) {
                              server.fallback([](Call& call) { call.send("WAIT FOR DIGIT -1"); });
                          }};
    for (const char* id : {"1", "2", "3"}) pbx.call(id, "x");
    for (const char* id : {"1", "2", "3"}) {
        CHECK(eventually([&] { return pbx.has_begun(id, "WAIT FOR DIGIT -1"); }));
    }
    running.stop();
    for (const char* id : {"1", "2", "3"}) {
        CHECK(pbx.channel(id).ran.back() == "ASYNCAGI BREAK");
        CHECK(pbx.channel(id).is_free());
    }
}

TEST_CASE("Source: what a hook of the user throws is logged") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.takes = [](std::string_view script) -> bool {
        if (script == "bad") throw std::runtime_error{"takes it"};
        return true;
    };
    RunningSource running{
        pbx, options, [&](Server& server, Source& source) {
            server.fallback([&](Call& call) { notes.add(std::string{call.path()}); });
            source.on_login([](bool) { throw std::runtime_error{"a login"}; });
        }};
    pbx.call("1", "bad");
    pbx.call("2", "good");
    CHECK(notes.wait(1) == Lines{"good"});
    running.source.send(agi::ami::Action{"Ping"},
                        [](const agi::ami::Response&) { throw std::runtime_error{"done"}; });
    CHECK(eventually([&] { return running.logged("a callback has thrown: done") == 1; }));
    CHECK(running.logged("takes failed: takes it") >= 1);
    CHECK(running.logged("a callback has thrown: a login") == 1);
}
