// SPDX-License-Identifier: MIT
#pragma once
// A LineStream on a pair of standard streams. Opt-in: not part of agi.hpp.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/line_buffer.hpp>

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// Reads lines from an input stream and writes them to an output stream, flushing each. Does not
/// own them: they must outlive it.
class IostreamStream {
  public:
    /// `line_limit`: the longest line that is accepted, in bytes.
    IostreamStream(std::istream& in, std::ostream& out,
                   std::size_t line_limit = wire::LineBuffer::default_limit)
        : in_{&in}, out_{&out}, buffer_{line_limit} {}
    IostreamStream(const IostreamStream&) = default;
    IostreamStream(IostreamStream&&) = default;
    IostreamStream& operator=(const IostreamStream&) = default;
    IostreamStream& operator=(IostreamStream&&) = default;
    ~IostreamStream() = default;

    /// std::cin takes a signal whose handler has no SA_RESTART for the end of the input, unless
    /// `std::ios::sync_with_stdio(false)` was called: FdStream and ProcessStream do not.
    ///
    /// @throws AGIUnknownError  a line over the limit; it is dropped up to its LF
    bool read_line(std::string& line) {
        while (!buffer_.next(line)) {
            std::streambuf* const source = in_->rdbuf();
            const auto c = source->sbumpc();
            if (std::istream::traits_type::eq_int_type(c, std::istream::traits_type::eof())) {
                in_->setstate(std::ios_base::eofbit);
                line.assign(buffer_.rest());
                return false;
            }
            *buffer_.prepare() = std::istream::traits_type::to_char_type(c);
            buffer_.commit(1);
        }
        return true;
    }

    /// @throws AGISIGPIPEHangup  the output stream has failed. Where it is a pipe, the program must ignore
    ///                           SIGPIPE, which ends it otherwise
    void write_line(std::string_view line) {
        text_.assign(line).append(1, '\n');
        out_->write(text_.data(), static_cast<std::streamsize>(text_.size()));
        out_->flush();
        if (!*out_) throw AGISIGPIPEHangup({}, "the output stream has failed");
    }

  private:
    std::istream* in_;
    std::ostream* out_;
    wire::LineBuffer buffer_;
    std::string text_{};
};

}}  // namespace agi::v0
