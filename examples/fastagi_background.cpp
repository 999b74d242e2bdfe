// SPDX-License-Identifier: MIT
// A FastAGI server whose calls start work that goes on without them: each leaves a file with a line
// about the call. Dialplan: [fastagi_background] in extensions.conf.
//
//     fastagi_background PORT FOLDER
//
// Paths are spawn, system and fork. None of them holds a call, this one or another, or the port.

#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>

using agi::fastagi::Call;

// Another program, which has nothing of the server. The shell puts it into the background and ends, so
// that nobody has to wait for it; the line is an argument of the script, and no part of it.
void spawn(std::string file, std::string line) {
    std::string shell = "sh";
    std::string option = "-c";
    std::string script = R"({ printf '%s\n' "$2" > "$1"; } &)";
    char* const arguments[] = {shell.data(), option.data(), script.data(), shell.data(),
                               file.data(),  line.data(),   nullptr};
    pid_t child = 0;
    const int error = posix_spawnp(&child, shell.c_str(), nullptr, nullptr, arguments, environ);
    if (error != 0) throw std::system_error{error, std::generic_category(), "spawn"};
    waitpid(child, nullptr, 0);
}

// For text that nobody else has a part in: it is read by a shell.
void run_in_shell(const std::string& file, const std::string& line) {
    const std::string command = "echo '" + line + "' > '" + file + "' &";
    if (std::system(command.c_str()) != 0) throw std::runtime_error{"no shell"};
}

// A child with what is in memory. The server has threads, so it may call what a signal handler may,
// and must not return. The child in between leaves it to the system to wait for it.
void fork_and_write(const std::string& file, const std::string& line) {
    const std::string text = line + '\n';
    const pid_t child = fork();
    if (child < 0) throw std::system_error{errno, std::generic_category(), "fork"};
    if (child > 0) {
        waitpid(child, nullptr, 0);
        return;
    }
    if (fork() != 0) _exit(0);
    setsid();
    const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    _exit(write(fd, text.data(), text.size()) < 0 ? 1 : 0);
}

// A number of a port, all of it.
std::uint16_t port_of(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || text.size() > 5 || std::stoi(text) > 65535) {
        throw std::invalid_argument{"'" + text + "' is no port"};
    }
    return static_cast<std::uint16_t>(std::stoi(text));
}

int main(int argc, char** argv) {
    try {
        if (argc != 3) throw std::invalid_argument{"it needs two arguments"};
        const std::string folder = argv[2];
        agi::fastagi::Server server;
        const auto leave = [&](auto write) {
            return [&folder, write](Call& call) {
                const std::string number = std::to_string(call.id());
                write(folder + '/' + number + ".txt", "call " + number);
                agi::SetVariable{"WORK", "started"}(call);
                // What is said from here on is said while the work goes on.
                agi::StreamFile{"beep"}(call);
            };
        };
        server.route("spawn", leave(spawn));
        server.route("system", leave(run_in_shell));
        server.route("fork", leave(fork_and_write));
        server.listen("127.0.0.1", port_of(argv[1]));
        server.stop_on_signals({SIGTERM, SIGINT}, std::chrono::seconds{5});
        std::printf("port %d\n", static_cast<int>(server.port()));
        std::fflush(stdout);
        server.run();
        return EXIT_SUCCESS;
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "fastagi_background: %s\nusage: fastagi_background PORT FOLDER\n",
                     error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fastagi_background: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
