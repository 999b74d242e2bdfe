// SPDX-License-Identifier: MIT
// Calls that a source begins, on a real Asterisk.

#include "async_server.hpp"
#include "batch.hpp"
#include "catch.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace live;
using asyncagi::Attempt;

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

TEST_CASE("AsyncAGI: what becomes of another program's call is nothing to this one's") {
    AsyncServer here{[](fastagi::Server&, asyncagi::Source&) {}};
    AsyncServer there{[](fastagi::Server&, asyncagi::Source&) {}};
    Handed<asyncagi::Outcome> rings;
    Handed<asyncagi::Outcome> fails;
    here.source().originate(
        {"Local/rings@callee/n", {"async", "early"}, 2s, {}, {{"AGI", "agi:async,x"}}},
        [](fastagi::Call&) {}, [&](const asyncagi::Outcome& o) { rings.set(o); });
    std::this_thread::sleep_for(300ms);  // it rings by now
    there.source().originate(
        {"Local/nobody@callee/n", {"async", "early"}, 2s, {}, {{"AGI", "agi:async,x"}}},
        [](fastagi::Call&) {}, [&](const asyncagi::Outcome& o) { fails.set(o); });
    CHECK(name_of(fails.get().attempt) == name_of(Attempt::failed));
    CHECK(name_of(rings.get().attempt) == name_of(Attempt::no_answer));
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
