// SPDX-License-Identifier: MIT
// Text messages, images, text telephones.

#include "catch.hpp"
#include "scenario.hpp"

#include <string>

using namespace live;
using namespace std::chrono_literals;

namespace {

constexpr const char* odd_text = "\"quotes\" \\back\\ (parens) 200 result=1, \xc3\xa9 )";

std::string received(const std::optional<std::string>& text) {
    return text ? '[' + *text + ']' : std::string{"none"};
}

LIVE_PROGRAM(receive) {
    report("none", received(agi::ReceiveText{200ms}(session)));
    report("no char", agi::ReceiveChar{200ms}(session).byte.has_value());
    report("at once", received(agi::ReceiveText{0ms}(session)));
    report("hung_up", session.hung_up());
    const auto letter = agi::ReceiveChar{5s}(session).byte;
    report("char", letter ? *letter : 0);
    report("odd", received(agi::ReceiveText{5s}(session)));
    report("lines", received(agi::ReceiveText{5s}(session)));
    attempt(report, "hang-up", [&] { report("gone", received(agi::ReceiveText{}(session))); });
    attempt(report, "dead", [&] { agi::ReceiveText{1s}(session); });
}

LIVE_PROGRAM(send_text) {
    wait_for_test(session);
    attempt(report, "odd", [&] { agi::SendText{odd_text}(session); });
    attempt(report, "plain", [&] { agi::SendText{"hello"}(session); });
    attempt(report, "number", [&] { agi::SendText{42}(session); });
    attempt(report, "lf", [&] { agi::SendText{"a\nb"}(session); });
    attempt(report, "image", [&] { agi::SendImage{"no-such-image"}(session); });
    using agi::TddMode;
    for (const auto mode : {TddMode::on, TddMode::mate, TddMode::tdd, TddMode::off}) {
        report("tdd" + std::to_string(static_cast<int>(mode)), agi::TDDMode{mode}(session));
    }
    report("hung_up", session.hung_up());
    wait_for_test(session);
}

LIVE_PROGRAM(send_text_caller) {
    report("text", received(agi::ReceiveText{10s}(session)));
    agi::Noop{"reported"}(session);
}

}  // namespace

TEST_CASE("ReceiveText, ReceiveChar: a timeout, text, a hang-up") {
    Scenario call{receive};
    auto& ami = Asterisk::get().ami();
    call.wait_for_command("RECEIVE CHAR 5000");
    ami.action("SendText", {{"Channel", call.caller_channel()}, {"Message", "xyz"}});
    call.wait_for_command("RECEIVE TEXT 5000");
    ami.action("SendText", {{"Channel", call.caller_channel()}, {"Message", odd_text}});
    call.wait_for_command("RECEIVE TEXT 5000");
    ami.action("SendText", {{"Channel", call.caller_channel()}, {"Message", "a)"}});
    call.wait_for_command("RECEIVE TEXT -1");
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["none"] == "none");
    CHECK(report["no char"] == "false");
    CHECK(report["at once"] == "none");
    CHECK(report["hung_up"] == "false");
    CHECK(report["char"] == std::to_string('x'));
    CHECK(report["odd"] == '[' + std::string{odd_text} + ']');
    CHECK(report["lines"] == "[a)]");
    CHECK(report["hang-up"] == "AGIResultHangup");
    CHECK(report["dead"] == "AGIDeadChannelError");
}

TEST_CASE("SendText, SendImage, TDDMode: what a Local channel does with them") {
    Setup setup;
    setup.caller = "program";
    const auto caller_report = Asterisk::get().setting("AST_DIR") + "/report-send_text_caller";
    setup.variables = {
        {"CALLER_AGI", Asterisk::this_program() + ",send_text_caller," + caller_report}};
    Scenario call{send_text, setup};
    call.meanwhile([&] { call.wait_for_event("AGIExecStart", "Uniqueid", call.caller()); });
    call.meanwhile([&] { call.wait_for_event("AGIExecEnd", "Command", "NOOP \"reported\""); });
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["plain"] == "done");
    CHECK(report["odd"] == "done");
    CHECK(report["number"] == "done");
    CHECK(report["lf"] == "AGIArgumentError");
    CHECK(report["image"] == "done");
    for (const char* name : {"tdd0", "tdd1", "tdd2", "tdd3"}) CHECK(report[name] == "false");
    CHECK(report["hung_up"] == "false");
    CHECK(Report{caller_report}["text"] == '[' + std::string{odd_text} + ']');
    CHECK(call.status() == "SUCCESS");
}
