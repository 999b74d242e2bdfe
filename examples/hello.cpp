// Answers, plays a sound file and hangs up. Dialplan: [hello] in extensions.conf.

#include <agi/agi.hpp>
#include <agi/process/run.hpp>

int main() {
    return agi::run([](agi::ProcessSession& session) {
        agi::Answer{}(session);
        agi::StreamFile{"hello-world"}(session);
        agi::Hangup{}(session);
    });
}
