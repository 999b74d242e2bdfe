// SPDX-License-Identifier: MIT
// AsyncAGI on a real Asterisk: texts that would be another action, handlers that are slow, a connection
// that is cut in the middle of a message, an Asterisk that is restarted.

#include "async_server.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include "cuttable_way.hpp"
#include "odd_values.hpp"
#include "own_asterisk.hpp"
#include <agi/asyncagi/detail/claim.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace live;

namespace {

/// Texts behind which an action of their own would begin.
std::vector<std::string> injections() {
    std::vector<std::string> texts;
    for (const char* end : {"\r\n", "\n", "\r", "\n\n", "\r\n\r\n"}) {
        texts.push_back(std::string{"x"} + end + "Action: Setvar" + end + "Variable: INJECTED" +
                        end + "Value: 1" + end + end);
    }
    texts.emplace_back("x\0Action: Ping", 14);
    return texts;
}

}  // namespace

TEST_CASE("AsyncAGI: no text becomes an action of its own") {
    Handed<std::string> seen;
    AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("inject", [&](fastagi::Call& call) {
            auto& live = asyncagi::control(call);
            std::string text;
            for (const std::string& value : injections()) {
                const auto is_refused = [&](const char* what, const auto& send) {
                    try {
                        send();
                        text += what;
                    } catch (const agi::AGIArgumentError&) {
                        // As it should.
                    }
                };
                is_refused("line ", [&] { call.send("NOOP " + value); });
                is_refused("variable ", [&] { agi::SetVariable{"A", value}(call); });
                is_refused("place ", [&] { live.redirect({value, "s", 1}); });
                is_refused("action ", [&] { live.send(agi::ami::Action{"Ping"}.set("A", value)); });
                is_refused("name ", [&] { live.send(agi::ami::Action{value}); });
                is_refused("channel ", [&] {
                    server.source().originate({value, {"async", "early"}}, [](fastagi::Call&) {});
                });
                // A value that has them in the channel comes back as it is.
                if (value.find('\0') != std::string::npos) continue;
                agi::SetVariableExact{"EXACT", value}(call);
                if (agi::GetVariableExact{"EXACT"}(call) != value) text += "exact ";
            }
            seen.set(text + agi::GetVariable{"INJECTED"}(call).value_or("none"));
        });
    }};
    live::Call call{to("inject")};
    CHECK(seen.get() == "none");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
    CHECK(server.live_source().logins() == 1);
}

TEST_CASE("AsyncAGI: odd values through a call's own commands, and through originate") {
    AsyncServer server{[](fastagi::Server&, asyncagi::Source&) {}};
    for (const std::string& value : odd_values()) {
        if (value.size() > 900) continue;  // a line of AMI takes no more
        CAPTURE(value);
        // The dialplan's functions are evaluated in a value that is set by EXEC only.
        Handed<std::vector<std::string>> seen;
        server.source().originate({"Local/answers@callee/n",
                                   {"async", "early"},
                                   10s,
                                   {},
                                   {{"AGI", "agi:async,x"}, {"JOB", value}}},
                                  [&](fastagi::Call& call) {
                                      agi::SetVariable{"OWN", value}(call);
                                      seen.set({agi::GetVariable{"JOB"}(call).value_or(""),
                                                agi::GetVariable{"OWN"}(call).value_or("")});
                                  });
        const auto got = seen.get();
        CHECK(got[0] == value);
        CHECK(got[1] == value);
    }
}

TEST_CASE("AsyncAGI: a claim that does not win leaves the limit of the call alone") {
    const bool limited = GENERATE(false, true);
    live::Setup setup = to("no program has it");
    if (limited) setup.leg = "limited@async";
    live::Call call{setup};
    call.wait_for_event("AsyncAGIStart");
    auto& ami = Asterisk::get().ami();
    int last = 0;
    const auto run = [&](const std::string& line) {
        const std::string number = std::to_string(++last);
        for (const std::string& command : {line, "SET VARIABLE RAN " + number}) {
            ami.action("AGI", {{"Channel", call.channel()}, {"Command", command}});
        }
        CHECK(soon([&] { return call.ask("RAN") == number; }));
    };
    const auto claim = [&](const char* who, const char* dead_man) {
        run(asyncagi::Claim{who, "", dead_man}.line("1"));
    };
    claim("first", "60");
    CHECK(call.ask("AGI_OWNER") == "first");
    CHECK((call.ask("AGI_LIMIT") == "0") == !limited);
    const double left = std::stod(call.ask("TIMEOUT(absolute)"));
    CHECK((limited ? left > 0 && left <= 50 : left > 50));
    claim("second", "9");
    run(asyncagi::Claim::release("1"));
    claim("late", "9");
    CHECK(call.ask("AGI_OWNER") == "released/1");
    const double then = std::stod(call.ask("TIMEOUT(absolute)"));
    CHECK(then <= left);
    CHECK(then > 9);
    call.hang_up();
}

TEST_CASE("AsyncAGI: a slow handler cuts no connection, and delays no other call") {
    std::atomic<bool> ended{false};
    std::atomic<int> done{0};
    Handed<std::string> slow;
    AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("slow", [&](fastagi::Call& call) {
            while (!ended) std::this_thread::sleep_for(1ms);
            slow.set(std::to_string(call.send("NOOP").code()));
        });
    }};
    live::Call waits{to("slow")};
    waits.wait_for_event("AsyncAGIStart");
    {
        const WithoutEvents without;
        // Megabytes of events.
        for (int i = 0; i < 3; ++i) {
            server.source().originate({"Local/answers@callee/n",
                                       {"async", "early"},
                                       10s,
                                       {},
                                       {{"AGI", "agi:async,busy"}}},
                                      [&](fastagi::Call& call) {
                                          for (int j = 0; j < 2000; ++j) {
                                              call.send("NOOP " + letters(950));
                                          }
                                          ++done;
                                      });
        }
        for (int i = 0; i < 6'000 && done < 3; ++i) std::this_thread::sleep_for(10ms);
    }
    CHECK(done == 3);
    ended = true;
    CHECK(slow.get() == "200");
    CHECK(server.live_source().logins() == 1);
}

TEST_CASE("AsyncAGI: a connection that is cut in the middle of a message") {
    live::CuttableWay way{std::stoi(Asterisk::get().setting("AMI_PORT"))};
    asyncagi::SourceOptions options = source_options();
    options.ami.port = way.port();
    options.ami.first_pause = options.ami.last_pause = 20ms;
    std::mutex mutex;
    std::vector<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("cut", [&](fastagi::Call& call) {
                                     std::string codes;
                                     for (int i = 0; i < 3; ++i) {
                                         codes += std::to_string(call.send("NOOP").code()) + ' ';
                                     }
                                     agi::SetVariable{"A", "1"}(call);
                                     const std::lock_guard<std::mutex> lock{mutex};
                                     seen.push_back(codes);
                                 });
                             },
                             options};
    const auto count = [&] {
        const std::lock_guard<std::mutex> lock{mutex};
        return seen.size();
    };
    std::size_t calls = 0;
    for (long bytes = 40; bytes < 6000; bytes += 331) {
        CAPTURE(bytes);
        const int logins = server.live_source().logins();
        way.cut_after(bytes);
        live::Call call{to("cut")};
        // Each call, as it comes by itself.
        const bool cut =
            soon([&] { return !way.connected() || count() > calls; }) && count() == calls;
        way.open();
        if (cut) server.live_source().wait_for_login(logins + 1);
        ++calls;
        REQUIRE(soon([&] { return count() == calls; }));
        CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
    }
    const std::lock_guard<std::mutex> lock{mutex};
    for (const std::string& codes : seen) {
        CAPTURE(codes);
        // What was lost is said.
        CHECK(codes.find_first_not_of("0123456789 ") == std::string::npos);
        for (std::size_t i = 0; i < codes.size(); i += 4) {
            const std::string code = codes.substr(i, 3);
            CHECK((code == "200" || code == "500"));
        }
    }
}

TEST_CASE("AsyncAGI: one program on two Asterisks, of which one is restarted") {
    const OwnAsterisk other{"second"};
    asyncagi::SourceOptions options = source_options();
    options.ami.port = other.ami_port();
    options.ami.last_pause = 200ms;
    std::mutex mutex;
    std::vector<std::string> seen;
    const auto handler = [&](const char* what) {
        return [&, what](fastagi::Call& call) {
            const int code = call.send("WAIT FOR DIGIT 400").code();
            const std::lock_guard<std::mutex> lock{mutex};
            seen.push_back(std::string{what} + ' ' + std::to_string(code));
        };
    };
    const auto wait = [&](std::size_t count) {
        for (int i = 0; i < 3000; ++i) {
            {
                const std::lock_guard<std::mutex> lock{mutex};
                if (seen.size() >= count) return seen;
            }
            std::this_thread::sleep_for(10ms);
        }
        return std::vector<std::string>{};
    };
    {
        fastagi::Server both{quiet()};
        const LiveSource first{both, source_options()};
        LiveSource second{both, options};
        std::thread serving{[&] { both.run(); }};
        asyncagi::Originate out{"Local/answers@callee/n", {"async", "early"}};
        out.variables = {{"AGI", "agi:async,x"}};
        second.source.originate(out, handler("second"));
        CHECK(wait(1) == std::vector<std::string>{"second 200"});
        second.source.originate(out, [&](fastagi::Call& call) {
            const int code = call.send("WAIT FOR DIGIT 60000").code();
            const std::lock_guard<std::mutex> lock{mutex};
            seen.push_back("dead " + std::to_string(code));
        });
        CHECK(soon([&] { return both.counts().active == 1; }));
        other.kill();
        other.come_back();
        second.wait_for_login(2);
        CHECK(wait(2).back() == "dead 511");
        second.source.originate(out, handler("again"));
        CHECK(wait(3).back() == "again 200");
        live::Call call{to("nobody")};
        CHECK(call.wait_for_variable("WENT_ON") ==
              "SUCCESS/NOTFOUND");  // the first has noticed nothing
        CHECK(first.logins() == 1);
        both.stop(0ms);
        serving.join();
    }
}
