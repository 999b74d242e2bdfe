// SPDX-License-Identifier: MIT
// Several commands at once: by value, and with a source on an Asterisk that the test plays.

#include "asyncagi/running_source.hpp"
#include "catch.hpp"
#include <agi/asyncagi/together.hpp>

#include <string>
#include <vector>

using namespace asyncagi_tests;
using namespace agi::asyncagi;
using namespace std::chrono_literals;

namespace {

/// A tunnel whose call is ours, with the commands that it has queued and the pipe of their replies.
struct Ours {
    Ours() : tunnel{options(), "PJSIP/1", encoded("agi_request: async\n\n")} {
        tunnel.begin(now);
        tunnel.answered(now, Question::may_wake, "0");
        tunnel.executed(now, take().front().id,
                        encoded("200 result=1 (agi-claim:id-2:0:0:me:60)\n"));
        static_cast<void>(take());
        static_cast<void>(tunnel.take_bytes());
    }
    static TunnelOptions options() {
        TunnelOptions options;
        options.owner = "me";
        options.id = "id-";
        return options;
    }
    struct Queued {
        std::string id;
        std::string line;
    };
    std::vector<Queued> take() {
        std::vector<Queued> all;
        for (const auto& output : tunnel.take_actions({})) {
            if (output.command_id.empty()) continue;
            const std::string text = output.action.text("x");
            const std::size_t at = text.find("Command: ") + 9;
            all.push_back({output.command_id, text.substr(at, text.find("\r\n", at) - at)});
        }
        return all;
    }
    /// Asterisk runs it: marks are echoed.
    void run(const Queued& command, const std::string& reply = {}) {
        const bool mark = command.line.find("agi-mark-") != std::string::npos;
        pipe.write(mark ? "200 result=1 (" + command.line.substr(19, command.line.size() - 20) +
                              ")\n"
                        : reply);
        tunnel.executed(now, command.id, pipe.read());
    }
    /// All of them, and the NOOPs that follow.
    void run(const std::vector<Queued>& commands, const std::vector<std::string>& replies) {
        auto reply = replies.begin();
        for (const Queued& command : commands) {
            const bool mark = command.line.find("agi-mark-") != std::string::npos;
            run(command, mark ? "" : *reply++);
        }
        for (auto more = take(); !more.empty(); more = take()) run(more.front(), "200 result=0\n");
    }

    Tunnel::Time now{};
    Pipe pipe;
    Tunnel tunnel;
};

std::string value(std::size_t size, char c = 'x') {
    return "200 result=1 (" + std::string(size, c) + ")\n";
}

}  // namespace

TEST_CASE("Tunnel: several commands have their replies one by one, however long") {
    const std::vector<std::vector<std::string>> rows{
        {"200 result=1\n", value(5), "200 result=0\n"},
        {value(1010), value(1009), value(1008)},
        {value(3000), "200 result=1\n", value(5000)},
        {value(995), value(30'000), value(1)},
        {"200 result=1 (a)\n200 result=1 (b)\n", "200 result=1\n", value(9)},
    };
    for (const auto& replies : rows) {
        Ours ours;
        ours.tunnel.batch(ours.now, {"GET VARIABLE A", "SET VARIABLE B 1", "GET VARIABLE C"});
        ours.tunnel.line(ours.now, "NOOP");
        const auto commands = ours.take();
        REQUIRE(commands.size() == 6);
        CHECK(commands[2].line == "SET VARIABLE B 1");
        ours.run(commands, replies);
        const auto got = ours.tunnel.take_replies();
        REQUIRE(got);
        CHECK(*got == replies);
        CHECK(ours.tunnel.take_bytes() == "200 result=0\n200 result=0\n");
    }
}

TEST_CASE("Tunnel: of several commands, only those whose reply is lost have lost it") {
    const std::string lost = "500 The reply was lost on its way over AMI\n";
    {
        Ours ours;
        ours.tunnel.batch(ours.now, {"GET VARIABLE A", "GET VARIABLE B", "GET VARIABLE C"});
        ours.run(ours.take(), {value(5), value(900, '%'), value(7)});
        CHECK(*ours.tunnel.take_replies() == Lines{value(5), lost, value(7)});
    }
    {
        // The connection, in the middle.
        Ours ours;
        ours.tunnel.batch(ours.now, {"GET VARIABLE A", "GET VARIABLE B"});
        const auto commands = ours.take();
        ours.run(commands[0], value(5));
        ours.run(commands[1]);
        ours.tunnel.disconnected();
        ours.tunnel.reconnected(ours.now, true);
        ours.run(ours.take().front(), "200 result=0\n");
        CHECK(*ours.tunnel.take_replies() == Lines{value(5), lost});
    }
    // The call.
    const std::string dead = "511 Command Not Permitted on a dead channel\n";
    Ours ours;
    ours.tunnel.batch(ours.now, {"GET VARIABLE A", "GET VARIABLE B"});
    const auto commands = ours.take();
    ours.run(commands[0], value(5));
    ours.run(commands[1]);
    ours.tunnel.hung_up(ours.now);
    CHECK(*ours.tunnel.take_replies() == Lines{value(5), dead});
    CHECK(ours.tunnel.take_bytes() == "HANGUP\n200 result=0\n");
    ours.tunnel.batch(ours.now, {"GET VARIABLE A", "NOOP"});
    CHECK(*ours.tunnel.take_replies() == Lines{dead, dead});
}

TEST_CASE("together: results in order, in one write") {
    FakePbx pbx;
    Notes notes;
    const RunningSource running{
        pbx, [&](Server& server, Source&) {
            server.fallback([&](Call& call) {
                const auto [set, text, status, put] =
                    together(call, agi::SetVariable{"A", "1"}, agi::GetFullVariable{"abc"},
                             agi::ChannelStatus{}, agi::DatabaseDeltree{"f"});
                static_cast<void>(set);
                static_cast<void>(put);
                static_cast<void>(status);
                notes.add(text);
                try {
                    together(call, agi::Noop{}, agi::Answer{});
                } catch (const agi::AGIArgumentError&) {
                    notes.add("refused");
                }
                try {
                    together(call, agi::Noop{std::string(1010, 'x')});
                } catch (const agi::AGIArgumentError&) {
                    notes.add("long");
                }
                // An ordinary one, as it comes.
                notes.add(std::string{call.send("NOOP agi-together-1-1").raw()});
            });
        }};
    pbx.call("1", "x");
    CHECK(notes.wait(4) == Lines{"abc", "refused", "long", "200 result=0"});
    const Lines ran = pbx.channel("1").ran;
    CHECK(ran[0] == "SET VARIABLE \"A\" \"1\"");
    CHECK(ran[2] == "GET FULL VARIABLE \"abc\"");
    CHECK(ran[8] == "NOOP agi-together-1-1");
}

TEST_CASE("together: what fails throws, a hang-up too") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("DATABASE");
    const RunningSource running{
        pbx, [&](Server& server, Source&) {
            server.fallback([&](Call& call) {
                for (int i = 0; i < 2; ++i) {
                    try {
                        together(call, agi::Noop{}, agi::DatabasePut{"f", "k", "v"});
                    } catch (const agi::AGIDBError&) {
                        notes.add("database");
                    } catch (const agi::AGIDeadChannelError&) {
                        notes.add(call.hung_up() ? "hung up" : "dead");
                    }
                }
            });
        }};
    pbx.call("1", "x");
    const auto waits = [&] {
        return eventually([&] {
            const auto channel = pbx.channel("1");
            return channel.runs && channel.queue.front().line.find("DATABASE") == 0;
        });
    };
    CHECK(waits());
    pbx.reply("1", "200 result=0\n");
    CHECK(notes.wait(1) == Lines{"database"});
    CHECK(waits());
    pbx.change("1", [](FakePbx::Channel& channel) {
        channel.queue.clear();
        channel.runs = false;
    });
    pbx.hang_up("1");
    CHECK(notes.wait(2) == Lines{"database", "hung up"});
}

TEST_CASE("together: a call that came by FastAGI has one command after the other") {
    Notes notes;
    fastagi_tests::Running running;
    running.server.fallback([&](Call& call) {
        const auto [set, text] = together(call, agi::SetVariable{"A", "1"}, agi::GetVariable{"B"});
        static_cast<void>(set);
        notes.add(text.value_or("?"));
    });
    fastagi_tests::Peer peer{running.start(), "x"};
    CHECK(peer.answer() == "SET VARIABLE \"A\" \"1\"");
    CHECK(peer.answer("200 result=1 (b)\n") == "GET VARIABLE \"B\"");
    CHECK(notes.wait(1) == Lines{"b"});
}

#ifdef AGI_HAS_COROUTINES

namespace {

/// Serves calls with a coroutine that adds to the notes what its commands come to, three times.
auto in_coroutine(Notes& notes) {
    return [&notes](agi::fastagi::AsyncCall& call) -> agi::Task<> {
        const agi::SetVariable set{"A", "1"};
        const agi::GetFullVariable get{"abc"};
        const agi::DatabasePut put{"f", "k", "v"};
        const agi::Answer answer;
        const auto [done, text] = co_await together(call, set, get);
        static_cast<void>(done);
        notes.add(text);
        try {
            co_await together(call, get, put);
        } catch (const agi::AGIDBError&) {
            notes.add("database");
        }
        try {
            co_await together(call, set, answer);
            notes.add("answered");
        } catch (const agi::AGIArgumentError&) {
            notes.add("refused");
        }
    };
}

}  // namespace

TEST_CASE("together: in a coroutine") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("DATABASE");
    const RunningSource running{
        pbx, [&](Server& server, Source&) { server.fallback(in_coroutine(notes)); }};
    pbx.call("1", "x");
    CHECK(eventually([&] { return pbx.has_begun("1", R"(DATABASE PUT "f" "k" "v")"); }));
    pbx.reply("1", "200 result=0\n");
    CHECK(notes.wait(3) == Lines{"abc", "database", "refused"});
    const Lines ran = pbx.channel("1").ran;
    CHECK(ran[0] == R"(SET VARIABLE "A" "1")");
    CHECK(ran[1].find("agi-mark-") != std::string::npos);
    CHECK(ran[2] == R"(GET FULL VARIABLE "abc")");
}

TEST_CASE("together: in a coroutine whose call came by FastAGI") {
    Notes notes;
    fastagi_tests::Running running;
    running.server.fallback(in_coroutine(notes));
    fastagi_tests::Peer peer{running.start(), "x"};
    const std::string set = R"(SET VARIABLE "A" "1")";
    const std::string get = R"(GET FULL VARIABLE "abc")";
    CHECK(peer.answer() == set);
    for (int i = 0; i < 2; ++i) CHECK(peer.answer("200 result=1 (b)\n") == get);
    CHECK(peer.answer("200 result=0\n") == R"(DATABASE PUT "f" "k" "v")");
    CHECK(peer.answer() == set);
    CHECK(peer.answer() == "ANSWER");
    CHECK(notes.wait(3) == Lines{"b", "database", "answered"});
}

#endif
