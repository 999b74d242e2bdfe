// SPDX-License-Identifier: MIT
#pragma once
// Writes a call to a file that people can read and testing::ScriptedStream can play. Opt-in.

#include <agi/session/options.hpp>
#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// A trace that writes each line as `>> ` (sent) or `<< ` (received), with C escapes, that of the LF at
/// its end too; a line that was cut has none:
///
///     SessionOptions options;
///     options.trace = Transcript{file};
///
/// What goes through a Secret command is written as `*`. Each line is flushed, so that the file is
/// whole up to the line where a program was killed. Does not own the file.
class Transcript {
  public:
    explicit Transcript(std::FILE* to) noexcept : to_{to} {}

    void operator()(Direction direction, std::string_view line) const {
        std::string text = (direction == Direction::sent ? ">> " : "<< ") + wire::escaped(line);
        text += direction == Direction::received_part ? "\n" : "\\n\n";
        std::fwrite(text.data(), 1, text.size(), to_);
        std::fflush(to_);
    }

    /// Writes a line that is for the reader only.
    void remark(std::string_view text) const {
        const std::string line = "# " + wire::escaped(text) + '\n';
        std::fwrite(line.data(), 1, line.size(), to_);
        std::fflush(to_);
    }

  private:
    std::FILE* to_;
};

}}  // namespace agi::v0
