// SPDX-License-Identifier: MIT
// Both namespaces at once: no name of agi::testing is one of agi's.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/process/run.hpp>
#include <agi/testing/dialplan.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/scripted_stream.hpp>
#include <agi/testing/simulated_audio.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/sounds.hpp>

using namespace agi;
using namespace agi::testing;

namespace {

int busy(Call& call, const std::string& options) {
    set_value(call, "DIALSTATUS", evaluated(call, "BUSY ${EXTEN}"));
    set_value(call, "DIALLED", options);
    return 0;
}

}  // namespace

TEST_CASE("testing: everything can be named beside what is in agi") {
    Asterisk asterisk;
    asterisk.applications["Dial"] = busy;
    Channel& channel = asterisk.channel;
    channel.sounds = {{"hello", Timeline::Time{1000}}};
    Session session{SimulatedStream{asterisk, Sighup::ignored}};
    StreamFile{"hello"}(session);
    Exec{"Dial", "PJSIP/1"}(session);
    Failure{}(session);
    CHECK(asterisk.agistatus() == "FAILURE");
    CHECK(find_value(asterisk, "DIALSTATUS") == "BUSY 100");
    CHECK(find_value(asterisk, "DIALLED") == "PJSIP/1");

    ScriptedStream script{"<< agi_request: x\n<<\n"};
    script.fail_at(1, ScriptedStream::Failure::error);
    CHECK_THROWS_AS(Session{std::move(script)}, StreamFailure);
}
