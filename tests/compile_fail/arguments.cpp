// SPDX-License-Identifier: MIT
// What people write in the place of an argument: REJECT is the number of the case.

#include <agi/agi.hpp>
#include <agi/stream/fd_stream.hpp>

#include <chrono>

using namespace agi;
using namespace std::chrono_literals;

void run(Session<FdStream>& call);
void run(Session<FdStream>& call) {
#if !defined(REJECT)
    StreamFile{"beep", '#'}(call);
    GetData{"pin", 5s, 4}(call);
    RecordFile{"msg", "wav", "#", 60s, {}, true, 3s}(call);
    SetVariable{"X", ""}(call);
#elif REJECT == 1
    StreamFile{"beep", 0}(call);
#elif REJECT == 2
    GetOption{"menu", 0}(call);
#elif REJECT == 3
    StreamFile{"beep", 1}(call);
#elif REJECT == 4
    StreamFile{"beep", nullptr}(call);
#elif REJECT == 5
    StreamFile{0}(call);
#elif REJECT == 6
    StreamFile{'1'}(call);
#elif REJECT == 7
    StreamFile{NULL}(call);
#elif REJECT == 8
    DatabaseGet{"account", 42}(call);
#elif REJECT == 9
    Hangup{nullptr}(call);
#elif REJECT == 10
    SetVariable{nullptr, "x"}(call);
#elif REJECT == 11
    SetVariable{"X", nullptr}(call);
#elif REJECT == 12
    GetData{"pin", 5, 4}(call);
#elif REJECT == 13
    WaitForDigit{5000}(call);
#elif REJECT == 14
    RecordFile{"msg", "wav", "#", 60}(call);
#elif REJECT == 15
    RecordFile{"msg", "wav", "#", 60s, {}, true, 3}(call);
#elif REJECT == 16
    SpeechRecognize{"prompt", 10}(call);
#elif REJECT == 17
    SetAutohangup{60}(call);
#elif REJECT == 18
    WaitForDigit{1.5s}(call);
#elif REJECT == 19
    StreamFile{}(call);
#elif REJECT == 20
    SetVariable{"OK"}(call);
#elif REJECT == 21
    DatabasePut{"family", "key"}(call);
#elif REJECT == 22
    GetData{"pin", {}, 4}(call);
#elif REJECT == 23
    SetMusic{"jazz"}(call);
#elif REJECT == 24
    RecordFile{"msg", "wav", "#", 60s, {}, "BEEP"}(call);
#elif REJECT == 25
    ControlStreamFile{"msg", "", "#"}(call);
#elif REJECT == 26
    SayNumber{5, 0}(call);
#endif
}
