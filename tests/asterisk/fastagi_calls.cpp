// SPDX-License-Identifier: MIT
// A FastAGI server that Asterisk calls: what handlers get, and what the dialplan learns of their end.

#include "batch.hpp"
#include "catch.hpp"
#include "live_server.hpp"

#include <filesystem>
#include <stdexcept>

using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string recording(const std::string& name) {
    return Asterisk::get().setting("AST_DIR") + "/fastagi-" + name;
}

// Each handler twice: as a function that blocks, and as a coroutine.

void tell_account(fastagi::Call& call) {
    agi::SetVariable{"ID", *call.parameter("id")}(call);
    agi::SetVariable{"NAME", call.query("name").value_or("")}(call);
    agi::SetVariable{"ENTERED", agi::GetData{"beep", 5s, 3}(call).digits}(call);
    const auto recorded = agi::RecordFile{*call.query("file"), "wav", "#", 10s}(call);
    agi::SetVariable{"ENDED_BY", std::string(1, recorded.digit.value_or('-'))}(call);
}
void play(fastagi::Call& call) {
    agi::StreamFile{"tt-weasels"}(call);
    agi::StreamFile{"beep"}(call);
}
void fail(fastagi::Call& call) {
    agi::SetVariable{"BEFORE", "reached"}(call);
    throw std::runtime_error{"no database"};
}
void missing(fastagi::Call& call) { agi::StreamFile{"no-such-file"}(call); }

#ifdef AGI_HAS_COROUTINES

agi::Task<> tell_account_async(fastagi::AsyncCall& call) {
    const agi::SetVariable id{"ID", *call.parameter("id")};
    co_await call(id);
    const agi::SetVariable name{"NAME", call.query("name").value_or("")};
    co_await call(name);
    const agi::GetData ask{"beep", 5s, 3};
    const auto entry = co_await call(ask);
    const agi::SetVariable entered{"ENTERED", entry.digits};
    co_await call(entered);
    const agi::RecordFile record{*call.query("file"), "wav", "#", 10s};
    const auto recorded = co_await call(record);
    const agi::SetVariable ended{"ENDED_BY", std::string(1, recorded.digit.value_or('-'))};
    co_await call(ended);
}
agi::Task<> play_async(fastagi::AsyncCall& call) {
    const agi::StreamFile weasels{"tt-weasels"};
    co_await call(weasels);
    const agi::StreamFile beep{"beep"};
    co_await call(beep);
}
agi::Task<> fail_async(fastagi::AsyncCall& call) {
    const agi::SetVariable before{"BEFORE", "reached"};
    co_await call(before);
    throw std::runtime_error{"no database"};
}
agi::Task<> missing_async(fastagi::AsyncCall& call) {
    const agi::StreamFile file{"no-such-file"};
    co_await call(file);
}

#endif

void set_up_calls(fastagi::Server& server) {
    server.route("account/{id}", tell_account);
    server.route("play", play);
    server.route("fail", fail);
    server.route("missing", missing);
#ifdef AGI_HAS_COROUTINES
    server.route("async/account/{id}", tell_account_async);
    server.route("async/play", play_async);
    server.route("async/fail", fail_async);
    server.route("async/missing", missing_async);
#endif
}

}  // namespace

TEST_CASE("FastAGI server: route, parameter, query, keys, recording") {
    const LiveServer server{set_up_calls};
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        const std::string file = recording(kind.empty() ? "blocking" : "coroutine");
        std::filesystem::remove(file + ".wav");
        Setup setup = going_on(server.url(kind + "account/4%2F2?name=a%20b&file=" + file));
        setup.caller = "audio";
        Call call{setup};
        call.wait_for_command("GET DATA");
        call.press("12#");
        call.wait_for_command("RECORD FILE");
        call.press("#");

        CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
        CHECK(call.variable("ID") == "4/2");
        CHECK(call.variable("NAME") == "a b");
        CHECK(call.variable("ENTERED") == "12");
        CHECK(call.variable("ENDED_BY") == "#");
        CHECK(std::filesystem::exists(file + ".wav"));
    }
    CHECK(server.counts().calls == kinds().size());
    CHECK(server.counts().failed == 0);
}

TEST_CASE("FastAGI server: no route is a line on the console and NOTFOUND in the dialplan") {
    const LiveServer server{set_up_calls};
    Call call{going_on(server.url("nowhere/at-all"))};
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/NOTFOUND");
    CHECK(soon([] { return Asterisk::get().logged("/nowhere/at-all: FastAGI: no route for "); }));
    CHECK(server.counts().not_found == 1);
}

TEST_CASE("FastAGI server: a handler that throws is FAILED in the dialplan, which goes on") {
    const LiveServer server{set_up_calls};
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        Call thrown{going_on(server.url(kind + "fail"))};
        CHECK(thrown.wait_for_variable("WENT_ON") == "SUCCESS/FAILED");
        CHECK(thrown.variable("BEFORE") == "reached");

        // Asterisk itself takes a command that fails for a failure of the whole program.
        Call failed{going_on(server.url(kind + "missing"))};
        CHECK(failed.wait_for_variable("WENT_ON") == "FAILURE/FAILED");
    }
    CHECK_THAT(server.log(), ContainsSubstring("the handler failed: no database"));
    CHECK(soon([] { return Asterisk::get().logged("FastAGI: the handler failed: no database"); }));
    CHECK(server.counts().failed == 2 * kinds().size());
}

TEST_CASE("FastAGI server: a hang-up during a command is no failure") {
    const LiveServer server{set_up_calls};
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        Call call{going_on(server.url(kind + "play"))};
        call.wait_for_command("STREAM FILE");
        call.hang_up();
        CHECK(call.status() == "HANGUP");
        CHECK(call.variable("FASTAGI_STATUS") == "(not set)");
    }
    CHECK(soon([&] { return server.counts().hung_up == kinds().size(); }));
    CHECK(server.counts().failed == 0);
    CHECK(soon([&] { return server.counts().connections == 0; }));
    for (const std::string& kind : kinds()) {
        CHECK_FALSE(Asterisk::get().logged(server.url(kind + "play") + ": FastAGI: "));
    }
}

TEST_CASE("FastAGI server: more calls than it takes are BUSY in the dialplan") {
    fastagi::ServerOptions options;
    options.max_calls = 1;
    const LiveServer server{set_up_calls, options};
    Call first{going_on(server.url("play"))};
    first.wait_for_command("STREAM FILE");
    Call second{going_on(server.url("play"))};
    CHECK(second.wait_for_variable("WENT_ON") == "SUCCESS/BUSY");
    CHECK(server.counts().refused == 1);
}

TEST_CASE("FastAGI server: nobody listens") {
    Call call{going_on("agi://127.0.0.1:1/nobody")};
    CHECK(call.wait_for_variable("WENT_ON") == "FAILURE/");
}
