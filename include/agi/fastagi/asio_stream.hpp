// SPDX-License-Identifier: MIT
#pragma once
// A LineStream on a stream of Asio, for a blocking Session over a connection of your own.

#include <agi/fastagi/asio.hpp>
#include <agi/version.hpp>
#include <agi/wire/line_buffer.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi {

/// Anything with Asio's read_some and write_some: a TCP or Unix socket, TLS.
///
///     agi::Session call{AsioStream{std::move(tls_stream)}};
template <class SyncStream>
class AsioStream {
  public:
    explicit AsioStream(SyncStream stream, std::size_t line_limit = wire::LineBuffer::default_limit)
        : stream_{std::move(stream)}, in_{line_limit} {}

    /// @throws AGIUnknownError  a line over the limit; it is dropped up to its LF
    /// @throws AGIError         the stream cannot be read
    bool read_line(std::string& line) {
        while (!in_.next(line)) {
            error_code error;
            char* const to = in_.prepare();
            in_.commit(stream_.read_some(net::buffer(to, in_.room()), error));
            if (is_closed(error)) {
                line.assign(in_.rest());
                return false;
            }
            if (error) throw AGIError("read: " + error.message());
        }
        return true;
    }

    /// @throws AGISIGPIPEHangup  the peer has closed
    /// @throws AGIError          the stream cannot be written
    void write_line(std::string_view line) {
        constexpr std::string_view end = "\n";
        const std::array<net::const_buffer, 2> parts{net::buffer(line), net::buffer(end)};
        error_code error;
        net::write(stream_, parts, error);
        if (is_closed(error)) throw AGISIGPIPEHangup({}, "the stream is closed");
        if (error) throw AGIError("write: " + error.message());
    }

    [[nodiscard]] SyncStream& stream() noexcept { return stream_; }

  private:
    SyncStream stream_;
    wire::LineBuffer in_;
};

}}}  // namespace agi::v0::fastagi
