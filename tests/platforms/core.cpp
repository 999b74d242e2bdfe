// SPDX-License-Identifier: MIT
// What has no operating system in it: commands, sessions over standard streams, dialogues, the simulated
// Asterisk. It has to compile everywhere.

#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/speech.hpp>
#include <agi/command/speech_grammar.hpp>
#include <agi/command/speech_recognize.hpp>
#include <agi/command/text.hpp>
#include <agi/command/variable.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/session/byte_exchange.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/iostream_stream.hpp>
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <chrono>
#include <sstream>

int main() {
    using std::chrono::seconds;
    std::istringstream from_asterisk{"agi_channel: SIP/100\n\n200 result=1234\n"};
    std::ostringstream to_asterisk;
    agi::Session plain{agi::IostreamStream{from_asterisk, to_asterisk}};
    if (agi::GetData{"enter-pin", seconds{5}, 4}(plain).digits != "1234") return 1;

    agi::testing::Asterisk asterisk;
    asterisk.channel.any_sound = seconds{2};
    asterisk.channel.caller.after("enter-pin").press("1234#");
    agi::Session call{agi::testing::SimulatedStream{asterisk}};
    agi::Answer{}(call);
    agi::ivr::Ask pin;
    pin.prompt = {"enter-pin"};
    pin.digits = agi::ivr::exactly(4);
    return pin(call).digits == "1234" ? 0 : 2;
}
