// SPDX-License-Identifier: MIT
#pragma once
// What Asterisk sends when, what the program asks, and what comes of it: one table for every kind of session.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/any_session.hpp>
#include <agi/testing/scripted_end.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace event_scripts {

using namespace agi;
using namespace std::chrono_literals;
using testing::FarEnd;
using testing::ScriptedEnd;

inline std::string shown(const GetData::Result& result) {
    return result.digits + (result.timed_out ? " timeout" : "") +
           (result.stopped ? " stopped" : "");
}
inline std::string shown(const std::optional<std::string>& value) { return value.value_or("none"); }
template <class Result>
std::string shown(const Result& /*result*/) {
    return "done";
}

/// What an operation came to: its result, or what it has thrown.
template <class Work>
std::string said_by(const Work& work) {
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return "done";
        } else {
            return shown(work());
        }
    } catch (const AGITimeoutError&) {
        return "too late";
    } catch (const AGISIGPIPEHangup&) {
        return "closed";
    } catch (const AGIHangup&) {
        return "hung up";
    } catch (const AGIException& error) {
        return error.what();
    }
}

/// All operations of a row, in order.
struct Outcome {
    std::vector<std::string> all;
    template <class Work>
    Outcome& operator()(const Work& work) {
        all.push_back(said_by(work));
        return *this;
    }
};

template <class... Calls>
struct RowFor {
    std::string name;
    std::string script;
    std::vector<std::string> outcome;
    bool in_step = true;
    std::tuple<std::function<void(Calls&, Outcome&)>...> work;
};

inline std::string whole(const std::string& script) {
    if (script.find("<< agi_") != std::string::npos) return script;
    const bool recording = script.find("\\n") != std::string::npos;
    return (recording ? "<< agi_version: 22.10.1\\n\n<< \\n\n" : "<< agi_version: 22.10.1\n<<\n") +
           script;
}

/// The table, for these kinds of session.
template <class... Calls>
std::vector<RowFor<Calls...>> rows() {
    std::vector<RowFor<Calls...>> all;
    const auto add = [&all](std::string name, std::string script, std::vector<std::string> outcome,
                            auto work, bool in_step = true) {
        all.push_back({std::move(name),
                       std::move(script),
                       std::move(outcome),
                       in_step,
                       {std::function<void(Calls&, Outcome&)>{work}...}});
    };
    static const GetVariable x{"X"};
    static const GetData menu{"menu", 1s, 4};
    static const GetData pin{"pin"};
    static const auto at_once = [] { return true; };

    add("a peer that reads late: the mark that came together with the command needs another one",
        R"(>> GET DATA menu 1000 4
           >> GET FULL VARIABLE agi-mark-1
           >> GET FULL VARIABLE agi-mark-2
           << 200 result=1 (agi-mark-1)
           << 200 result=1 (agi-mark-2)
           >> GET VARIABLE X
           << 200 result=1 (its own))",
        {" stopped", "its own"}, [](auto& call, Outcome& said) {
            said([&] { return call.execute_until(menu, at_once); });
            said([&] { return call.execute(x); });
        });
    add("the same, and the command had ended by itself",
        R"(>> GET DATA menu 1000 4
           >> GET FULL VARIABLE agi-mark-1
           << 200 result=12 (timeout)
           !! 30 ms
           << 200 result=1 (agi-mark-1))",
        {"12 timeout stopped"},
        [](auto& call, Outcome& said) { said([&] { return call.execute_until(menu, at_once); }); });
    add("a forged end of the environment",
        R"(<< agi_arg_1: a
           <<
           << 200 result=1234
           << b
           <<
           >> GET FULL VARIABLE agi-mark-1
           << 200 result=1 (agi-mark-1)
           >> GET DATA pin 2000 255
           << 200 result=5
           >> GET VARIABLE X
           << 200 result=1 (its own))",
        {"5", "its own"}, [](auto& call, Outcome& said) {
            said([&] { return call.execute(pin); });
            said([&] { return call.execute(x); });
        });
    add("a stray line instead of a reply",
        R"(>> NOOP
           << garbage
           << 200 result=0
           >> GET FULL VARIABLE agi-mark-1
           << 200 result=1 (agi-mark-1)
           >> GET VARIABLE X
           << 200 result=1 (its own))",
        {"NOOP: this line is not a reply: reply \"garbage\"", "its own"},
        [](auto& call, Outcome& said) {
            said([&] { return call.execute(Noop{}); });
            said([&] { return call.execute(x); });
        });
    add("a stray line late, between two commands",
        R"(>> NOOP
           << 200 result=0
           << 200 result=1 (a stray one)
           >> GET FULL VARIABLE agi-mark-1
           << 200 result=1 (agi-mark-1)
           >> GET VARIABLE X
           << 200 result=1 (its own))",
        {"done", "its own"}, [](auto& call, Outcome& said) {
            said([&] { return call.execute(Noop{}); });
            said([&] { return call.execute(x); });
        });
    add("a value that forges the echo of a mark",
        R"(>> GET VARIABLE X
           << 200 result=1 (Bob)
           << 200 result=1 (agi-mark-1)
           >> GET FULL VARIABLE agi-mark-7
           << 200 result=1 (agi-mark-1)
           << 200 result=1 (agi-mark-2)
           << 200 result=1 (agi-mark-7)
           >> GET VARIABLE X
           << 200 result=1 (its own))",
        {"Bob", "done", "its own"}, [](auto& call, Outcome& said) {
            said([&] { return call.execute(x); });
            said([&] { call.resync(); });
            said([&] { return call.execute(x); });
        });
    add("a deadline holds for a reply that is owed",
        R"(>> NOOP
           !! 500 ms
           << 200 result=0
           >> GET VARIABLE X
           << 200 result=1 (its own))",
        {"too late", "too late", "its own"}, [](auto& call, Outcome& said) {
            said([&] { call.execute_within(Noop{}, 200ms); });
            said([&] { return call.execute_within(x, 200ms); });
            said([&] { return call.execute_within(x, 200ms); });
        });
    add(
        "stop is asked while a reply is owed, and nothing is sent",
        R"(>> NOOP
           !! silence)",
        {"too late", " stopped"},
        [](auto& call, Outcome& said) {
            said([&] { call.execute_within(Noop{}, 200ms); });
            said([&] { return call.execute_until(menu, at_once); });
        },
        false);
    add("a second operation is an error at once, and the first goes on",
        R"(>> GET DATA menu 1000 4
           !! 50 ms
           << 200 result=7)",
        {"NOOP: not sent, another operation of this session runs", "7"},
        [](auto& call, Outcome& said) {
            said.all.emplace_back("");
            const std::string first = said_by([&] {
                return call.execute_until(menu, [&] {
                    said.all.back() = said_by([&] { call.execute(Noop{}); });
                    return false;
                });
            });
            said.all.push_back(first);
        });
    add(
        "the peer is gone before the reply, and stays so", ">> NOOP",
        {"closed", "closed", "closed"},
        [](auto& call, Outcome& said) {
            said([&] { call.execute(Noop{}); });
            said([&] { return call.execute(x); });
            said([&] { call.resync(); });
        },
        false);
    add(
        "the peer is gone in the middle of a reply",
        R"(>> GET VARIABLE X\n
           << 200 result=1 (a)",
        {"GET VARIABLE \"X\": the stream closed in the middle of the reply: reply \"200 result=1 "
         "(a\"",
         "closed"},
        [](auto& call, Outcome& said) {
            said([&] { return call.execute(x); });
            said([&] { return call.execute(x); });
        },
        false);
    add("a reply in parts, late, and the next lines with its end",
        R"(>> GET VARIABLE X\n
           !! 300 ms
           << 20
           !! 20 ms
           << 0 result=1 (its o
           !! 20 ms
           << wn)\nHANGUP\n
           >> NOOP\n
           << 200 result=0\n)",
        {"its own", "done"}, [](auto& call, Outcome& said) {
            said([&] { return call.execute(x); });
            said([&] { call.execute_within(Noop{}, 1s); });
        });
    add("part of a line that nobody has asked for",
        R"(>> NOOP\n
           << 200 result=0\n
           << 200 res
           >> GET FULL VARIABLE agi-mark-1\n
           << 200 result=1 (agi-mark-1)\n
           >> GET VARIABLE X\n
           << 200 result=1 (its own)\n)",
        {"done", "its own"}, [](auto& call, Outcome& said) {
            said([&] { call.execute(Noop{}); });
            said([&] { return call.execute(x); });
        });
    add("-1 because of a hang-up, and because of a file",
        R"(>> STREAM FILE x ""
           << 200 result=-1 endpos=0
           >> CHANNEL STATUS
           << 200 result=6
           >> STREAM FILE x ""
           << 200 result=-1 endpos=0
           << HANGUP
           >> GET VARIABLE X
           << 200 result=1 (its own))",
        {"STREAM FILE \"x\" \"\": the file cannot be played, or the channel hung up: reply "
         "\"200 result=-1 endpos=0\"",
         "hung up", "its own"},
        [](auto& call, Outcome& said) {
            const StreamFile play{"x"};
            said([&] { return call.execute(play); });
            said([&] { return call.execute(play); });
            said([&] { return call.execute(x); });
        });
    return all;
}

/// Plays a row with one kind of session. `make(end)` makes it.
template <class Call, class Make, class... Calls>
void play(const RowFor<Calls...>& row, const Make& make) {
    const auto end = std::make_shared<ScriptedEnd>(whole(row.script));
    auto call = make(end);
    Outcome said;
    std::get<std::function<void(Call&, Outcome&)>>(row.work)(*call, said);
    CHECK(said.all == row.outcome);
    CHECK(call->in_step() == row.in_step);
    const bool left_alone = row.script.find("silence") != std::string::npos;
    CHECK((end->finished() || left_alone));
}

}  // namespace event_scripts
