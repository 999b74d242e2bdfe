// SPDX-License-Identifier: MIT
// Starts work that goes on while the caller goes on in the dialplan, such as sending a recording
// away. Dialplan: [background] in extensions.conf.

#include <agi/agi.hpp>
#include <agi/process/run.hpp>

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

// Runs `work` in a child. The call is not held by it: agi::run has taken the call's descriptors out
// of the hands of children.
template <class Work>
void in_background(Work work) {
    std::fflush(nullptr);  // or the child would print it a second time
    const pid_t child = fork();
    if (child < 0) throw std::system_error{errno, std::generic_category(), "fork"};
    if (child > 0) return;
    setsid();  // what is sent to the program's group is not for the child
    int status = 0;
    try {
        work();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "background: %s\n", error.what());
        status = 1;
    }
    _exit(status);  // the child must not go on as a second program
}

int main() {
    return agi::run([](agi::ProcessSession& session) {
        const std::string file{session.environment().argument(1).value()};
        const std::string caller{session.environment().callerid().value_or("nobody")};
        in_background([&] {
            std::this_thread::sleep_for(std::chrono::seconds{6});  // the work
            std::ofstream{file} << "call of " << caller << '\n';
        });
        agi::SetVariable{"WORK", "started"}(session);
    });
}
