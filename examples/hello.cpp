// Answers, plays a sound file and hangs up. Dialplan: [hello] in extensions.conf.

#include <agi/agi.hpp>

#include <cstdio>
#include <exception>

int main() {
    try {
        agi::Session session{agi::StdioStream{}};
        agi::Answer{}(session);
        agi::StreamFile{"hello-world"}(session);
        agi::Hangup{}(session);
    } catch (const std::exception& error) {  // the caller hung up first, or the file is missing
        std::fprintf(stderr, "hello: %s\n", error.what());
        return 1;
    }
}
