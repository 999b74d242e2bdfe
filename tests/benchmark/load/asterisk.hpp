// SPDX-License-Identifier: MIT
#pragma once
// What Asterisk says, and what it would make of a request.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace load {

/// The agi_* block; with a script it is that of FastAGI.
std::string environment(const std::string* script, const std::vector<std::string>& arguments);

/// Sends everything, as long as the peer takes it.
void send_all(int fd, std::string_view bytes);

/// Sends the block in one write, or line by line as Asterisk does.
void send_environment(int fd, std::string_view environment, bool line_by_line);

enum class Request : unsigned char { unknown, ordinary, wait_for_digit, hangup };

struct Reply {
    Request to;
    std::string_view text;
};

Reply reply_to(std::string_view request);

/// Whether the requests of a session are those of the standard workload.
class WireCheck {
  public:
    void session(const std::vector<std::string>& requests);

    [[nodiscard]] std::uint64_t wrong() const { return wrong_; }
    /// Some of the wrong lines, and what Asterisk would have understood.
    [[nodiscard]] const std::string& examples() const { return examples_; }

  private:
    std::uint64_t wrong_ = 0;
    std::string examples_;
};

}  // namespace load
