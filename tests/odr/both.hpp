// SPDX-License-Identifier: MIT
#pragma once
// The same code in two source files of one program, of which one has a macro or a language that the
// other has not. Each defines these functions: had they the same name, the program would not link.

#include "all_headers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <thread>

std::string name_of(agi::fastagi::Server&);
std::string name_of(agi::fastagi::Call&);
std::string name_of(agi::fastagi::AsyncCall&);
std::string name_of(agi::ami::Client&);
std::string name_of(agi::asyncagi::Source&);
std::string name_of(agi::AsyncSession<agi::wire::net::ip::tcp::socket>&);
std::string name_of(agi::AsioStream<agi::wire::net::ip::tcp::socket>&);

#define AGI_DEFINE_NAMES(name)                                                         \
    std::string name_of(agi::fastagi::Server& /*any*/) { return name; }                \
    std::string name_of(agi::fastagi::Call& /*any*/) { return name; }                  \
    std::string name_of(agi::fastagi::AsyncCall& /*any*/) { return name; }             \
    std::string name_of(agi::ami::Client& /*any*/) { return name; }                    \
    std::string name_of(agi::asyncagi::Source& /*any*/) { return name; }               \
    std::string name_of(agi::AsyncSession<agi::wire::net::ip::tcp::socket>& /*any*/) { \
        return name;                                                                   \
    }                                                                                  \
    std::string name_of(agi::AsioStream<agi::wire::net::ip::tcp::socket>& /*any*/) { return name; }

/// All that a server says in a call of this path.
inline std::string call(std::uint16_t port, const std::string& path) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port);
    std::string said;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
        std::string line = "agi_network: yes\nagi_network_script: " + path + "\n\n";
        ::send(fd, line.data(), line.size(), MSG_NOSIGNAL);
        for (char byte = 0; ::recv(fd, &byte, 1, 0) == 1;) {
            said += byte;
            line = "200 result=0\n";
            if (byte == '\n') ::send(fd, line.data(), line.size(), MSG_NOSIGNAL);
        }
    }
    ::close(fd);
    return said;
}

/// Runs a server to which the routes are added; what is said in a call of `x`.
template <class AddRoutes>
std::string serve(const AddRoutes& add_routes) {
    agi::fastagi::ServerOptions options;
    options.log = {};
    agi::fastagi::Server server{options};
    server.listen("127.0.0.1", 0);
    add_routes(server);
    std::thread thread{[&] { server.run(); }};
    std::string said = call(server.port(), "x");
    server.stop();
    thread.join();
    return said + name_of(server);
}
