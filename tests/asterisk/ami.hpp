// SPDX-License-Identifier: MIT
#pragma once
// A plain client of Asterisk's manager interface for the live tests: one blocking TCP connection
// on loopback, on which every wait has a deadline.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace live {

using Clock = std::chrono::steady_clock;

/// How long a test waits for what has to come: an Asterisk with hundreds of calls takes seconds.
constexpr std::chrono::seconds patience{30};
using Headers = std::vector<std::pair<std::string, std::string>>;

/// An event or a response: headers in the order they came in.
class Message {
  public:
    void add(std::string_view line) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return;
        auto value = line.substr(colon + 1);
        if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        headers_.emplace_back(line.substr(0, colon), value);
    }

    /// The first header of that name, case ignored; empty where there is none.
    [[nodiscard]] std::string operator[](const char* name) const {
        for (const auto& [key, value] : headers_) {
            if (strcasecmp(key.c_str(), name) == 0) return value;
        }
        return {};
    }

    [[nodiscard]] bool is(const char* event) const { return (*this)["Event"] == event; }
    [[nodiscard]] bool empty() const { return headers_.empty(); }
    [[nodiscard]] const Headers& headers() const { return headers_; }

    /// One line for the report of a failure, without what every event says of its channel.
    [[nodiscard]] std::string text() const {
        std::string all;
        for (const auto& [key, value] : headers_) {
            if (repeated.find(key + ' ') == std::string_view::npos)
                all += key + ": " + value + "; ";
        }
        return all;
    }

  private:
    static constexpr std::string_view repeated =
        "Privilege ChannelState CallerIDNum CallerIDName ConnectedLineNum ConnectedLineName "
        "Language "
        "AccountCode Linkedid CommandId ActionID ";

    Headers headers_;
};

/// A comma ends a value in an action's `Variable:` header, unless it is escaped.
inline std::string escape_variable(std::string_view value) {
    std::string escaped;
    for (const char c : value) {
        if (c == '\\' || c == '"' || c == ',') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

class Ami {
  public:
    Ami(int port, const std::string& user, const std::string& secret)
        : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // The socket API wants its own base type.
        if (::connect(socket_.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0) {
            throw std::system_error{errno, std::generic_category(), "AMI connect"};
        }
        action("Login", {{"Username", user}, {"Secret", secret}});
    }

    /// Sends an action and returns its response.
    /// @throws std::runtime_error  when the response is an error
    Message action(const std::string& name, const Headers& headers = {}) {
        const std::string id = "live-" + std::to_string(++last_id_);
        std::string text = "Action: " + name + "\r\nActionID: " + id + "\r\n";
        for (const auto& [key, value] : headers) text += key + ": " + value + "\r\n";
        send(text + "\r\n");

        const auto deadline = Clock::now() + patience;
        response_ = {};
        while (response_["ActionID"] != id) {
            if (!read_message(deadline)) fail("no response to " + name);
        }
        if (response_["Response"] == "Error") {
            throw std::runtime_error{"AMI " + name + ": " + response_["Message"]};
        }
        return response_;
    }

    /// A command of Asterisk's CLI, and what it printed.
    std::string cli(const std::string& command) {
        std::string output;
        const Message response = action("Command", {{"Command", command}});
        for (const auto& [key, value] : response.headers()) {
            if (key == "Output") output += value + '\n';
        }
        return output;
    }

    /// The index of the first event from `from` on for which `wanted` holds; waits for it.
    template <class Predicate>
    std::size_t wait_for(std::size_t from, Predicate wanted, const std::string& what,
                         std::chrono::milliseconds timeout = patience) {
        const auto deadline = Clock::now() + timeout;
        for (;; ++from) {
            while (from >= events_.size()) {
                if (!read_message(deadline)) fail("no " + what);
            }
            if (wanted(events_[from])) return from;
        }
    }

    /// Every event since the login.
    [[nodiscard]] const std::deque<Message>& events() const { return events_; }

  private:
    struct Socket {
        explicit Socket(int descriptor) : fd{descriptor} {}
        Socket(const Socket&) = delete;
        Socket& operator=(const Socket&) = delete;
        ~Socket() { ::close(fd); }
        int fd;
    };

    void send(std::string_view text) {
        while (!text.empty()) {
            const auto sent = ::send(socket_.fd, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent < 0) throw std::system_error{errno, std::generic_category(), "AMI send"};
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// Reads one message into `events_` or `response_`; false when the deadline passed.
    bool read_message(Clock::time_point deadline) {
        Message message;
        std::string line;
        for (;;) {
            if (!read_line(line, deadline, message.empty())) return false;
            if (!line.empty()) {
                message.add(line);
            } else if (!message.empty()) {
                break;
            }
        }
        if (!message["Response"].empty() && message["Event"].empty()) {
            response_ = std::move(message);
        } else {
            events_.push_back(std::move(message));
        }
        return true;
    }

    /// A message that has begun is read to its end: Asterisk sends it in one piece.
    bool read_line(std::string& line, Clock::time_point deadline, bool between_messages) {
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n")) == std::string::npos) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                between_messages ? deadline - Clock::now() : Clock::duration{patience});
            pollfd readable{socket_.fd, POLLIN, 0};
            if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) != 1) {
                if (between_messages) return false;
                fail("the rest of a message did not come");
            }
            char chunk[4096];
            const auto received = ::recv(socket_.fd, chunk, sizeof chunk, 0);
            if (received <= 0) fail("Asterisk closed the AMI connection");
            buffer_.append(chunk, static_cast<std::size_t>(received));
        }
        line = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return true;
    }

    [[noreturn]] void fail(const std::string& what) const {
        std::string message = "AMI: " + what + "; the last events were";
        const std::size_t shown = events_.size() < 12 ? events_.size() : 12;
        for (auto event = events_.end() - static_cast<std::ptrdiff_t>(shown);
             event != events_.end(); ++event) {
            message += "\n  " + event->text();
        }
        throw std::runtime_error{message};
    }

    Socket socket_;
    std::string buffer_;
    std::deque<Message> events_;
    Message response_;
    int last_id_ = 0;
};

}  // namespace live
