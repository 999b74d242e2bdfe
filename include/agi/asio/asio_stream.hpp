// SPDX-License-Identifier: MIT
#pragma once
// A LineStream on a stream of Asio, for a blocking Session over a connection of your own.

#include <agi/asio/net.hpp>
#include <agi/version.hpp>
#include <agi/wire/line_buffer.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { inline namespace AGI_NET {

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
            wire::error_code error;
            char* const to = in_.prepare();
            in_.commit(stream_.read_some(wire::net::buffer(to, in_.room()), error));
            if (wire::is_closed(error)) {
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
        const std::array<wire::net::const_buffer, 2> parts{wire::net::buffer(line),
                                                           wire::net::buffer(end)};
        wire::error_code error;
        wire::net::write(stream_, parts, error);
        if (wire::is_closed(error)) throw AGISIGPIPEHangup({}, "the stream is closed");
        if (error) throw AGIError("write: " + error.message());
    }

    [[nodiscard]] SyncStream& stream() noexcept { return stream_; }

  private:
    SyncStream stream_;
    wire::LineBuffer in_;
};

}}}  // namespace agi::v0::AGI_NET
