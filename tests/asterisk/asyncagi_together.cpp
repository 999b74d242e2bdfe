// SPDX-License-Identifier: MIT
// Several commands in the time of one, on a real Asterisk.

#include "async_server.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include <agi/asyncagi/together.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace live;
using asyncagi::together;

TEST_CASE("AsyncAGI: commands together, byte by byte, and the next is its own") {
    Handed<std::vector<std::string>> bad;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("together", [&](fastagi::Call& call) {
            std::vector<std::string> differ;
            const auto expect = [&](const std::string& got, const std::string& wanted) {
                if (got != wanted) differ.push_back(got.substr(0, 40) + " is not " + wanted);
            };
            try {
                // 470 bytes, doubled up to 15,040.
                std::string value = letters(470);
                agi::SetVariable{"V", value}(call);
                const agi::GetFullVariable twice{"${SET(V=${V}${V})}"};
                const agi::GetFullVariable whole{"${V}"};
                for (int i = 0; i < 5; ++i) {
                    value += value;
                    const auto [set, got, number, same] =
                        together(call, twice, whole, agi::GetVariable{"NUMBER"}, whole);
                    static_cast<void>(set);
                    expect(got, value);
                    expect(same, value);
                    expect(number.value_or("none"), i == 0 ? "none" : std::to_string(i - 1));
                    const auto [status, now, done] =
                        together(call, agi::ChannelStatus{},
                                 agi::SetVariable{"NUMBER", std::to_string(i)}, agi::Verbose{"x"});
                    expect(std::to_string(static_cast<int>(status.state)), "6");
                    static_cast<void>(now);
                    static_cast<void>(done);
                    expect(agi::GetVariable{"NUMBER"}(call).value_or("none"), std::to_string(i));
                }
            } catch (const std::exception& error) {
                differ.emplace_back(error.what());
            }
            bad.set(differ);
        });
    }};
    live::Call call{to("together")};
    CHECK(bad.get() == std::vector<std::string>{});
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: of commands together, one that fails ends none of the others") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("together", [&](fastagi::Call& call) {
            std::string text;
            try {
                together(call, agi::SetVariable{"A", "1"}, agi::ChannelStatus{"nobody"},
                         agi::SetVariable{"B", "2"});
            } catch (const agi::AGIAppError&) {
                text = "AGIAppError ";
            }
            // Half of a reply is lost where it is longer than the buffer when encoded.
            agi::SetVariable{"V", std::string(900, '%')}(call);
            try {
                together(call, agi::GetVariable{"A"}, agi::GetVariable{"V"}, agi::Noop{});
            } catch (const agi::AGIUnknownError& error) {
                text += error.reply().raw();
            }
            const auto [a, b] = together(call, agi::GetVariable{"A"}, agi::GetVariable{"B"});
            seen.set(text + ' ' + a.value_or("?") + b.value_or("?"));
        });
    }};
    live::Call call{to("together")};
    CHECK(seen.get() == "AGIAppError 500 The reply was lost on its way over AMI 12");
}

TEST_CASE("AsyncAGI: a hang-up between commands that are sent together") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("together", [&](fastagi::Call& call) {
            int wrong = 0;
            try {
                for (int i = 0;; ++i) {
                    const auto [set, got] = together(call, agi::SetVariable{"I", std::to_string(i)},
                                                     agi::GetVariable{"I"});
                    static_cast<void>(set);
                    if (got != std::to_string(i)) ++wrong;
                }
            } catch (const agi::AGIDeadChannelError&) {
                seen.set(std::to_string(wrong) + (call.hung_up() ? " hung up" : " dead"));
            }
        });
    }};
    live::Call call{to("together")};
    call.wait_for_command("GET VARIABLE");
    call.hang_up();
    CHECK(seen.get() == "0 hung up");
    CHECK(soon([&] { return server.counts().connections == 0; }));
}

#ifdef AGI_HAS_COROUTINES

TEST_CASE("AsyncAGI: commands together in a coroutine") {
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("together", [&](fastagi::AsyncCall& call) -> agi::Task<> {
            std::string text;
            for (int i = 0; i < 3; ++i) {
                const agi::SetVariable set{"I", std::to_string(i)};
                const agi::GetVariable get{"I"};
                const agi::Noop nothing;
                const auto [done, value, none] = co_await together(call, set, get, nothing);
                static_cast<void>(done);
                static_cast<void>(none);
                text += value.value_or("?");
            }
            seen.set(text);
        });
    }};
    live::Call call{to("together")};
    CHECK(seen.get() == "012");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

#endif
