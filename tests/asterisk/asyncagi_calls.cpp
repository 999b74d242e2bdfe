// SPDX-License-Identifier: MIT
// AsyncAGI on a real Asterisk, trap by trap: long replies, stops, hang-ups, failures, the death of a
// client, two clients, calls that are begun here.

#include "batch.hpp"
#include "catch.hpp"
#include "cuttable_way.hpp"
#include "live_source.hpp"
#include <agi/agi.hpp>
#include <agi/asyncagi/source.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using live::Asterisk;
using live::soon;
namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;

namespace {

using asyncagi::Attempt;

fastagi::ServerOptions quiet() {
    fastagi::ServerOptions options;
    options.log = {};
    return options;
}

/// A server and its source, in threads.
class AsyncServer {
  public:
    template <class SetUp>
    explicit AsyncServer(SetUp set_up, asyncagi::SourceOptions options = live::source_options()) {
        source_.emplace(server_, std::move(options),
                        [&](asyncagi::Source& source) { set_up(server_, source); });
        thread_ = std::thread{[this] { server_.run(); }};
    }
    AsyncServer(const AsyncServer&) = delete;
    AsyncServer& operator=(const AsyncServer&) = delete;
    ~AsyncServer() {
        server_.stop(0ms);
        thread_.join();
    }
    [[nodiscard]] asyncagi::Source& source() { return source_->source; }
    [[nodiscard]] const live::LiveSource& live_source() const { return *source_; }
    [[nodiscard]] fastagi::Counts counts() const { return server_.counts(); }

  private:
    fastagi::Server server_{quiet()};
    std::optional<live::LiveSource> source_;
    std::thread thread_;
};

/// A call into [async], whose dialplan comes back after a failed command.
live::Setup to(const std::string& script, const std::string& caller = "quiet") {
    live::Setup setup;
    setup.agi = "agi:async," + script;
    setup.leg = "ivr@async";
    setup.caller = caller;
    return setup;
}

/// A value that a handler hands to the test.
template <class T>
class Handed {
  public:
    void set(T value) { promise_.set_value(std::move(value)); }
    T get() {
        auto future = promise_.get_future();
        if (future.wait_for(30s) != std::future_status::ready) {
            throw std::runtime_error{"the handler has not handed anything over"};
        }
        return future.get();
    }

  private:
    std::promise<T> promise_;
};

std::string letters(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * 7 % 26);
    return text;
}

}  // namespace

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

TEST_CASE("AsyncAGI: a call whose program dies goes to T") {
    // The death of a program: the connection ends without a word.
    live::CuttableWay way{std::stoi(Asterisk::get().setting("AMI_PORT"))};
    asyncagi::SourceOptions options = live::source_options();
    options.ami.port = way.port();
    options.dead_man = 1500ms;
    Handed<std::string> seen;
    const AsyncServer server{
        [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("dies", [&](fastagi::Call& call) {
                const int code = call.send("WAIT FOR DIGIT -1").code();
                seen.set(std::to_string(code) + (call.hung_up() ? " hung up" : ""));
            });
        },
        options};
    live::Call call{to("dies")};
    call.wait_for_command("WAIT FOR DIGIT");
    std::this_thread::sleep_for(2500ms);  // it is kept
    CHECK(call.variable("WENT_ON") == "(not set)");
    way.cut();
    CHECK(call.wait_for_variable("WENT_ON") == "nobody is there");
    CHECK(seen.get() == "511 hung up");
}

TEST_CASE("AsyncAGI: a connection that is lost in a command is made again, and the call goes on") {
    live::CuttableWay way{std::stoi(Asterisk::get().setting("AMI_PORT"))};
    asyncagi::SourceOptions options = live::source_options();
    options.ami.port = way.port();
    options.ami.first_pause = options.ami.last_pause = 50ms;
    std::atomic<bool> waits{false};
    Handed<std::string> seen;
    const bool in_the_command = GENERATE(true, false);
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("cut", [&](fastagi::Call& call) {
                                     agi::SetVariable{"A", "1"}(call);
                                     std::string text =
                                         std::to_string(call.send("WAIT FOR DIGIT 8000").code());
                                     text += '/' + agi::GetVariable{"A"}(call).value_or("?");
                                     seen.set(text + (call.hung_up() ? " hung up" : ""));
                                 });
                             },
                             options};
    live::Call call{to("cut")};
    call.wait_for_command("WAIT FOR DIGIT");
    way.cut();
    if (in_the_command) {  // its reply comes when the connection is there again
        way.open();
        server.live_source().wait_for_login(2);
        std::this_thread::sleep_for(200ms);
        call.press("5");
        CHECK(seen.get() == "200/1");
    } else {  // its reply is lost
        call.press("5");
        std::this_thread::sleep_for(200ms);
        way.open();
        CHECK(seen.get() == "500/1");
    }
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: the call of a dead client is adopted in each command") {
    const std::string line = GENERATE("", "STREAM FILE silence/1 \"\"", "WAIT FOR DIGIT 1000",
                                      "GET DATA silence/1 500 4", "EXEC Wait 1", "NOOP");
    CAPTURE(line);
    live::Call call{to("adopt?x=1,more")};
    // The client that dies: it has claimed the call, and sent a command.
    live::Ami& ami = Asterisk::get().ami();
    call.wait_for_event("AsyncAGIStart");
    const std::string channel = call.channel();
    ami.action("AGI", {{"Channel", channel},
                       {"Command", "SET VARIABLE AGI_OWNER test-program_0123"},
                       {"CommandID", "dead-1"}});
    if (!line.empty()) {
        ami.action("AGI", {{"Channel", channel}, {"Command", line}, {"CommandID", "dead-2"}});
    }
    std::this_thread::sleep_for(200ms);
    asyncagi::SourceOptions options = live::source_options();
    options.name = "test-program";
    Handed<std::string> seen;
    std::atomic<int> routed{0};
    const AsyncServer server{
        [&](fastagi::Server& s, asyncagi::Source& source) {
            s.route("adopt", [&](fastagi::Call&) { ++routed; });
            source.on_adopt([&](fastagi::Call& c) {
                agi::SetVariable{"B", "adopted"}(c);
                seen.set(std::string{c.path()} + ' ' + c.query("x").value_or("") + ' ' +
                         std::string{c.environment().argument(1).value_or("")} + ' ' +
                         agi::GetVariable{"B"}(c).value_or("?") + ' ' +
                         std::to_string(c.server().known()));
            });
        },
        options};
    CHECK(seen.get() == "adopt 1 more adopted 1");
    CHECK(routed == 0);
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: a call that waits for its program is taken when it comes") {
    live::Call call{to("waits?x=2")};
    call.wait_for_event("AsyncAGIStart");
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("waits", [&](fastagi::Call& c) { seen.set(c.query("x").value_or("")); });
    }};
    CHECK(seen.get() == "2");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: two programs, a hundred calls, one handler for each") {
    constexpr int calls = 100;
    std::mutex mutex;
    std::map<std::string, int> seen;
    std::atomic<int> by_first{0};
    const auto set_up = [&](bool first) {
        return [&, first](fastagi::Server& s, asyncagi::Source&) {
            s.route("both", [&, first](fastagi::Call& call) {
                by_first += first ? 1 : 0;
                agi::Noop{}(call);
                const std::lock_guard<std::mutex> lock{mutex};
                ++seen[std::string{call.environment().uniqueid()}];
            });
        };
    };
    const AsyncServer one{set_up(true)};
    const AsyncServer other{set_up(false)};
    {
        const live::WithoutEvents without;
        for (int i = 0; i < calls; ++i) {
            Asterisk::get().ami().action("Originate", {{"Channel", "Local/ivr@async/n"},
                                                       {"Context", "peer"},
                                                       {"Exten", "quiet"},
                                                       {"Priority", "1"},
                                                       {"Async", "true"},
                                                       {"Variable", "AGI=agi:async\\,both"}});
        }
        CHECK(soon([&] {
            const std::lock_guard<std::mutex> lock{mutex};
            return seen.size() == calls;
        }));
    }
    CHECK(soon([&] { return one.counts().active + other.counts().active == 0; }));
    const auto taken = [](const fastagi::Counts& counts) {
        return counts.calls -
               counts.not_found;  // the last call of an earlier test may still be there
    };
    CHECK(taken(one.counts()) + taken(other.counts()) == calls);
    for (const auto& [id, count] : seen) CHECK(count == 1);
    Asterisk::get().ami().action("Hangup", {{"Channel", "/^Local/"}});
}

TEST_CASE("AsyncAGI: calls that are begun here, and what becomes of each") {
    std::atomic<int> handled{0};
    AsyncServer server{[](fastagi::Server&, asyncagi::Source&) {}};
    struct Row {
        const char* channel;
        Attempt attempt;
        std::chrono::milliseconds timeout;
    };
    const std::vector<Row> rows{
        {"Local/answers@callee/n", Attempt::answered, 10s},
        {"Local/answers@callee", Attempt::abandoned, 10s},
        {"Local/busy@callee/n", Attempt::busy, 10s},
        {"Local/congested@callee/n", Attempt::congestion, 10s},
        {"Local/rings@callee/n", Attempt::no_answer, 700ms},
        {"Local/nobody@callee/n", Attempt::failed, 10s},
        {"NoSuchDriver/1", Attempt::failed, 10s},
    };
    for (const Row& row : rows) {
        CAPTURE(row.channel);
        Handed<asyncagi::Outcome> outcome;
        Handed<std::string> handler;
        const std::string id = server.source().originate(
            {row.channel,
             // One goes where no AsyncAGI is.
             row.attempt == Attempt::abandoned ? asyncagi::Place{"landing", "here", 1}
                                               : asyncagi::Place{"async", "early", 1},
             row.timeout,
             "Bob <123>",
             {{"AGI", "agi:async,route"}, {"JOB", "a,b \"c\" \\d"}}},
            [&](fastagi::Call& call) {
                ++handled;
                handler.set(std::string{call.environment().uniqueid()} + ' ' +
                            agi::GetVariable{"JOB"}(call).value_or("?"));
            },
            [&](const asyncagi::Outcome& o) { outcome.set(o); });
        const asyncagi::Outcome got = outcome.get();
        CHECK(name_of(got.attempt) == name_of(row.attempt));
        CHECK(got.id == id);
        if (row.attempt == Attempt::answered) {
            CHECK(handler.get() == id + " a,b \"c\" \\d");
        }
    }
    CHECK(handled == 1);
}

TEST_CASE("AsyncAGI: no more calls in the air than were allowed") {
    asyncagi::SourceOptions options = live::source_options();
    options.max_originated = 3;
    options.originate_rate = 1000;
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::atomic<int> answered{0};
    AsyncServer server{[](fastagi::Server&, asyncagi::Source&) {}, options};
    for (int i = 0; i < 12; ++i) {
        server.source().originate(
            {"Local/answers@callee/n", {"async", "early"}, 10s, {}, {{"AGI", "agi:async,x"}}},
            [&](fastagi::Call& call) {
                most = std::max(most.load(), ++now);
                call.send("EXEC Wait 0.2");
                --now;
            },
            [&](const asyncagi::Outcome& o) { answered += o.attempt == Attempt::answered; });
    }
    CHECK(soon([&] { return server.counts().calls == 12 && server.counts().active == 0; }));
    CHECK(answered == 12);
    CHECK(most <= 3);
}
