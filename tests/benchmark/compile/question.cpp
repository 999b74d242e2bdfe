// SPDX-License-Identifier: MIT
// Ten commands and a question, for how long that compiles.

#include <agi/agi.hpp>
#include <agi/ivr/ask.hpp>
#include <agi/process/run.hpp>

int main() {
    return agi::run([](agi::ProcessSession& call) {
        agi::Answer{}(call);
        agi::GetVariable{"x"}(call);
        agi::SetVariable{"x", "y"}(call);
        agi::StreamFile{"hello", "12"}(call);
        agi::SayDigits{"123"}(call);
        agi::SayNumber{12}(call);
        agi::DatabaseGet{"family", "key"}(call);
        agi::Exec{"Playback", "a"}(call);
        agi::Verbose{"x", 1}(call);
        agi::ivr::Ask pin;
        pin.prompt = {"agent-pass"};
        pin.digits = agi::ivr::exactly(4);
        pin.check = [](std::string_view digits) { return digits == "1234"; };
        pin(call);
        agi::Hangup{}(call);
    });
}
