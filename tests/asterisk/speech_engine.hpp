// SPDX-License-Identifier: MIT
#pragma once
// A speech engine for Asterisk's res_speech_aeap: a WebSocket server that claims to have heard
// something after some audio.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace live {

/// A WebSocket handshake needs it.
inline std::string sha1(std::string text) {
    const auto rotated = [](std::uint32_t x, unsigned by) { return x << by | x >> (32 - by); };
    const std::uint64_t bits = text.size() * 8;
    text += '\x80';
    while (text.size() % 64 != 56) text += '\0';
    for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(bits >> shift & 0xffU);

    std::array<std::uint32_t, 5> hash{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    for (std::size_t block = 0; block < text.size(); block += 64) {
        std::array<std::uint32_t, 80> w{};
        for (std::size_t i = 0; i < 64; ++i) {
            w[i / 4] = w[i / 4] << 8U | static_cast<unsigned char>(text[block + i]);
        }
        for (std::size_t i = 16; i < 80; ++i) {
            w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        }
        auto [a, b, c, d, e] = hash;
        for (std::size_t i = 0; i < 80; ++i) {
            const std::uint32_t f = i < 20   ? (b & c) | (~b & d)
                                    : i < 40 ? b ^ c ^ d
                                    : i < 60 ? (b & c) | (b & d) | (c & d)
                                             : b ^ c ^ d;
            constexpr std::uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
            const std::uint32_t next = rotated(a, 5) + f + e + k[i / 20] + w[i];
            e = d;
            d = c;
            c = rotated(b, 30);
            b = a;
            a = next;
        }
        hash = {hash[0] + a, hash[1] + b, hash[2] + c, hash[3] + d, hash[4] + e};
    }
    std::string bytes;
    for (const auto word : hash) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes += static_cast<char>(word >> shift & 0xffU);
        }
    }
    return bytes;
}

inline std::string to_base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8U;
            if (i + j < bytes.size()) group |= static_cast<unsigned char>(bytes[i + j]);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += i + j > bytes.size() ? '=' : digits[group >> (18 - 6 * j) & 63U];
        }
    }
    return text;
}

/// Does what SPEECH SET tells it: `hear` is `two` or `nothing`, and else it hears no end.
class SpeechEngine {
  public:
    explicit SpeechEngine(int port) : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 8) != 0) {
            throw std::system_error{errno, std::generic_category(), "speech engine"};
        }
        thread_ = std::thread{[this] { run(); }};
    }
    SpeechEngine(const SpeechEngine&) = delete;
    SpeechEngine& operator=(const SpeechEngine&) = delete;
    ~SpeechEngine() {
        ::shutdown(listener_, SHUT_RDWR);  // ends accept()
        thread_.join();
        ::close(listener_);
    }

  private:
    /// One connection, which is one speech object.
    class Connection {
      public:
        explicit Connection(int fd) : fd_{fd} {}
        Connection(const Connection&) = delete;
        Connection& operator=(const Connection&) = delete;
        ~Connection() { ::close(fd_); }

        void serve() {
            handshake();
            for (std::string payload; read_frame(payload);) answer(payload);
        }

      private:
        enum Opcode : unsigned char { text = 1, audio = 2, closing = 8 };

        void handshake() {
            std::size_t end = 0;
            while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) receive();
            constexpr std::string_view header = "Sec-WebSocket-Key: ";
            const auto key = buffer_.find(header) + header.size();
            const auto accept = buffer_.substr(key, buffer_.find("\r\n", key) - key) +
                                "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            buffer_.erase(0, end + 4);
            send(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Protocol: speech_to_text\r\n"
                "Sec-WebSocket-Accept: " +
                to_base64(sha1(accept)) + "\r\n\r\n");
        }

        /// False when Asterisk closes.
        bool read_frame(std::string& payload) {
            const auto head = take(2);
            opcode_ = static_cast<unsigned char>(head[0]) & 15U;
            std::size_t size = static_cast<unsigned char>(head[1]) & 127U;
            if (size > 125) {
                const auto bytes = take(size == 126 ? 2 : 8);
                size = 0;
                for (const char c : bytes) size = size << 8U | static_cast<unsigned char>(c);
            }
            const auto mask = take(4);  // a client masks always
            payload = take(size);
            for (std::size_t i = 0; i < size; ++i) {
                payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
            }
            return opcode_ != closing;
        }

        void answer(const std::string& payload) {
            if (opcode_ == audio) {
                if (++frames_ % 20 == 0 && !results_.empty()) {
                    write_frame(R"({"request":"set","id":"heard","params":{"results":)" + results_ +
                                "}}");
                }
            } else if (opcode_ == text && !member(payload, "request").empty()) {
                frames_ = 0;
                const auto heard = member(payload, "hear");
                if (!heard.empty()) results_ = results(heard);
                const auto begin = payload.find('[');
                const auto codecs =
                    begin == std::string::npos
                        ? ""
                        : R"(,"codecs":)" + payload.substr(begin, payload.find(']') + 1 - begin);
                write_frame(R"({"response":")" + member(payload, "request") + R"(","id":")" +
                            member(payload, "id") + '"' + codecs + '}');
            }
        }

        static std::string results(const std::string& heard) {
            if (heard == "nothing") return "[]";
            if (heard != "two") return {};
            return R"([{"text":"yellow \"word\" (2), score1=9","score":12,"grammar":""},)"
                   R"({"text":"hello world","score":87,"grammar":"greetings"}])";
        }

        /// The value of a JSON member that is a string.
        static std::string member(const std::string& json, const std::string& name) {
            const auto at = json.find('"' + name + '"');
            if (at == std::string::npos) return {};
            const auto begin = json.find('"', json.find(':', at)) + 1;
            return json.substr(begin, json.find('"', begin) - begin);
        }

        void write_frame(const std::string& payload) {
            std::string frame{'\x81'};
            if (payload.size() > 125) {
                frame += '\x7e';
                frame += static_cast<char>(payload.size() >> 8U & 0xffU);
            }
            frame += static_cast<char>(payload.size() & 0xffU);
            send(frame + payload);
        }

        std::string take(std::size_t size) {
            while (buffer_.size() < size) receive();
            auto bytes = buffer_.substr(0, size);
            buffer_.erase(0, size);
            return bytes;
        }
        void receive() {
            char chunk[4096];
            const auto size = ::recv(fd_, chunk, sizeof chunk, 0);
            if (size <= 0) throw std::runtime_error{"Asterisk has closed"};
            buffer_.append(chunk, static_cast<std::size_t>(size));
        }
        void send(const std::string& bytes) const {
            ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }

        int fd_;
        unsigned opcode_ = 0;
        int frames_ = 0;
        std::string results_;
        std::string buffer_;
    };

    void run() const {
        for (int fd = 0; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            try {
                Connection{fd}.serve();
            } catch (const std::runtime_error&) {
                // The speech object has gone without a word: wait for the next one.
            }
        }
    }

    int listener_;
    std::thread thread_;
};

}  // namespace live
