// SPDX-License-Identifier: MIT
// Handlers of a server on the simulator: parameters of the route, path and query.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/simulated_call.hpp>

using namespace agi;
using namespace agi::testing;

namespace {

template <class Call>
void account(Call& call) {
    SayDigits{std::string{call.parameter("id").value_or("0")}}(call);
    if (call.query("lang") == "de") SetVariable{"LANG", "de"}(call);
    SetVariable{"PATH", std::string{call.path()}}(call);
}

}  // namespace

TEST_CASE("SimulatedCall: a handler that asks for its route's parameters") {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.entry("agi_request") = "agi://host/account/42?lang=de";
    SimulatedCall call{asterisk, {{"id", "42"}}};
    account(call);
    CHECK(asterisk.channel.heard().front().sound == "say digits 42");
    CHECK(asterisk.value("LANG") == "de");
    CHECK(asterisk.value("PATH") == "account/42");
    CHECK_FALSE(call.parameter("nosuch"));
}
