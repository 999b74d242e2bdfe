// SPDX-License-Identifier: MIT
// Answers, plays a sound file and hangs up. Dialplan: [hello] in extensions.conf.

#include <agi/agi.hpp>
#include <agi/process/run.hpp>

template <class Session>
void greet(Session& session) {
    agi::Answer{}(session);
    agi::StreamFile{"hello-world"}(session);
    agi::Hangup{}(session);
}

int main() {
    return agi::run([](agi::ProcessSession& session) { greet(session); });
}
