// SPDX-License-Identifier: MIT
// Ten commands and a question, as lines: what question.cpp is measured against.

#include <agi/agi.hpp>
#include <agi/process/run.hpp>

int main() {
    return agi::run([](agi::ProcessSession& call) {
        call.send("ANSWER");
        call.send("GET VARIABLE \"x\"");
        call.send("SET VARIABLE \"x\" \"y\"");
        call.send("STREAM FILE \"hello\" \"12\"");
        call.send("SAY DIGITS \"123\" \"\"");
        call.send("SAY NUMBER 12 \"\"");
        call.send("DATABASE GET \"family\" \"key\"");
        call.send("EXEC \"Playback\" \"a\"");
        call.send("VERBOSE \"x\" 1");
        for (int tries = 0; tries < 3; ++tries) {
            if (call.send("GET DATA \"agent-pass\" 5000 4").result() == "1234") break;
        }
        call.send("HANGUP");
    });
}
