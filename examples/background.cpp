// SPDX-License-Identifier: MIT
// Starts work that goes on while the caller goes on in the dialplan, such as sending a recording
// away. Dialplan: [background] in extensions.conf.
//
//     AGI(background,FILE[,WAY])      WAY: fork, spawn or system
//
// None of them holds the call: agi::run has taken its descriptors out of the hands of children.

#include <agi/agi.hpp>
#include <agi/process/run.hpp>

#include <spawn.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

// Runs `work` in a child. Only for programs without threads: a child has but one of them.
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

// What a caller has chosen is an argument of the script, and no part of it.
void spawn(std::string script, std::string file, std::string caller) {
    std::string shell = "sh";
    std::string option = "-c";
    char* const arguments[] = {shell.data(), option.data(), script.data(), shell.data(),
                               file.data(),  caller.data(), nullptr};
    pid_t child = 0;
    const int error = posix_spawnp(&child, shell.c_str(), nullptr, nullptr, arguments, environ);
    if (error != 0) throw std::system_error{error, std::generic_category(), "spawn"};
}

int main() {
    return agi::run([](agi::ProcessSession& session) {
        const auto& environment = session.environment();
        if (!environment.argument(1))
            throw std::invalid_argument{"argument 1, the file, is missing"};
        const std::string file{*environment.argument(1)};
        const std::string way{environment.argument(2).value_or("fork")};
        const std::string caller{environment.callerid().value_or("nobody")};
        // Nobody is told of what goes wrong later, so this is seen now.
        const bool there = ::access(file.c_str(), W_OK) == 0;
        if (there ? std::filesystem::is_directory(file) : !std::ofstream{file}) {
            throw std::runtime_error{"cannot write " + file};
        }
        if (way == "spawn") {
            spawn(R"(printf 'call of %s\n' "$2" > "$1")", file, caller);
        } else if (way == "system") {
            setenv("FILE", file.c_str(), 1);
            setenv("CALLER", caller.c_str(), 1);
            const char* const line = R"(printf 'call of %s\n' "$CALLER" > "$FILE" &)";
            if (std::system(line) != 0) throw std::runtime_error{"no shell"};
        } else if (way == "fork" || way.empty()) {
            in_background([&] { std::ofstream{file} << "call of " << caller << '\n'; });
        } else {
            throw std::invalid_argument{"argument 2 is fork, spawn or system, and not " + way};
        }
        agi::SetVariable{"WORK", "started"}(session);
    });
}
