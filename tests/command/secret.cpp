// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/order.hpp>

#include <chrono>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

namespace {

/// Checks that the wrapped command is, on the wire and to the session, the command itself.
template <class Command>
void check_same(const Command& command) {
    const Secret secret{command};
    using Wrapped = Secret<Command>;
    CHECK(secret.request() == command.request().view());
    CHECK(wire::reply_form(secret) == wire::reply_form(command));
    CHECK(Wrapped::works_after_hangup == Command::works_after_hangup);
    CHECK(wire::has_longest<Wrapped>::value == wire::has_longest<Command>::value);
    CHECK(wire::has_when_stopped<Wrapped>::value == wire::has_when_stopped<Command>::value);
    CHECK(wire::has_says_hangup<Wrapped>::value == wire::has_says_hangup<Command>::value);
    CHECK(wire::has_check_server<Wrapped>::value == wire::has_check_server<Command>::value);
    CHECK(wire::stops_in_eagi_only<Wrapped>::value == wire::stops_in_eagi_only<Command>::value);
    check_failure(secret, "510 Invalid or unknown command", "AGIInvalidCommandError",
                  "unknown command");
}

}  // namespace

TEST_CASE("Secret: the same command") {
    check_same(GetData{"enter-pin", 5s, 4});
    check_same(ControlStreamFile{"m"});
    check_same(RecordFile{"r"});
    check_same(GetVariable{"PIN"});
    check_same(SetVariable{"PIN", 1234});
    check_same(RawCommand{"GET VARIABLE PIN"});
}

TEST_CASE("Secret: what the command has, it has too") {
    const Secret get{GetData{"enter-pin", 5s, 4}};
    CHECK(result_of(get, "200 result=1234").digits == "1234");
    CHECK(get.longest() == 20s);
    CHECK(get.when_stopped().stopped);
    const auto hangup = wire::parse_reply("200 result=-1 (hangup) endpos=0");
    CHECK(Secret<RecordFile>::says_hangup(hangup));
    const Secret play{ControlStreamFile{"m", "", {}, {}, {}, {}, 1s}};
    CHECK_NOTHROW(play.check_server(ServerVersion{12}));
    CHECK_THROWS_AS(play.check_server(ServerVersion{11}), AGIArgumentError);
    CHECK_NOTHROW(result_of(Secret{SetVariable{"PIN", 1234}}, "200 result=1"));
}

TEST_CASE("Secret: the arguments unless they are not, and the result if there is one") {
    const auto shown = [](const auto& secret) {
        const wire::Redaction redaction = wire::order_of(secret, {}, Urgency::normal).redaction;
        return std::string{redaction.request ? "" : "request "} + (redaction.reply ? "" : "reply");
    };
    CHECK(shown(GetData{"f"}) == "request reply");
    CHECK(shown(Secret{GetData{"f"}}) == "");
    CHECK(shown(Secret{GetData{"f"}, false}) == "request ");
    CHECK(shown(Secret{SetVariable{"PIN", 1234}}) == "reply");
    CHECK(shown(Secret{GetVariable{"PIN"}}) == "");
}
