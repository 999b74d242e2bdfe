// SPDX-License-Identifier: MIT
#pragma once
// A DNS server for the SRV records of hagi://, on the address that asterisk-up gave its Asterisk.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace live {

/// A server of hagi://, preferred to those of a higher priority.
struct SrvRecord {
    std::uint16_t priority;
    std::uint16_t weight;
    std::uint16_t port;
    std::string target;
};

enum class Order { kept, rotating };

/// Answers SRV questions about `_agi._tcp.<any>` with its records, and A questions with 127.0.0.1.
class DnsServer {
  public:
    /// `Order::rotating`: each answer begins with another record, as those of most servers do.
    DnsServer(const std::string& address, std::vector<SrvRecord> records, Order order = Order::kept)
        : records_{std::move(records)},
          order_{order},
          fd_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(53);
        ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
            const int error = errno;
            ::close(fd_);
            throw std::system_error{error, std::generic_category(), "DNS on " + address};
        }
        thread_ = std::thread{[this] { serve(); }};
    }
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;
    ~DnsServer() {
        ending_ = true;
        thread_.join();
        ::close(fd_);
    }

    /// How often Asterisk has asked for the records.
    [[nodiscard]] int questions() const { return questions_; }

  private:
    static constexpr std::size_t header_size = 12;

    void serve() {
        while (!ending_) {
            pollfd readable{fd_, POLLIN, 0};
            if (::poll(&readable, 1, 50) != 1) continue;
            std::array<char, 512> packet{};
            sockaddr_in peer{};
            socklen_t size = sizeof peer;
            auto* const any = reinterpret_cast<sockaddr*>(&peer);
            const ssize_t length = ::recvfrom(fd_, packet.data(), packet.size(), 0, any, &size);
            if (length < static_cast<ssize_t>(header_size)) continue;
            const std::string reply = answer({packet.data(), static_cast<std::size_t>(length)});
            ::sendto(fd_, reply.data(), reply.size(), 0, any, size);
        }
    }

    std::string answer(std::string_view question) {
        std::string name;
        std::size_t at = header_size;
        while (at < question.size() && question[at] != 0) {
            const auto length = static_cast<std::size_t>(question[at]);
            name.append(question.substr(at + 1, length)).append(1, '.');
            at += 1 + length;
        }
        const std::string_view asked = question.substr(header_size, at + 5 - header_size);
        const int type = static_cast<unsigned char>(question.at(at + 2));

        std::string answers;
        std::uint16_t count = 0;
        if (type == type_srv && name.find("_agi._tcp.") == 0) {
            ++questions_;
            for (const SrvRecord& record : records_) {
                std::string data =
                    number(record.priority) + number(record.weight) + number(record.port);
                data += encoded(record.target);
                answers += resource(type_srv, data);
                ++count;
            }
            if (order_ == Order::rotating) {
                std::rotate(records_.begin(), records_.begin() + 1, records_.end());
            }
        } else if (type == type_a) {
            answers = resource(type_a, {127, 0, 0, 1});
            count = 1;
        }
        std::string reply{question.substr(0, 2)};
        reply += number(0x8180) + number(1) + number(count) + number(0) + number(0);
        return reply.append(asked).append(answers);
    }

    /// Of the name in the question, for a second.
    static std::string resource(std::uint16_t type, const std::string& data) {
        return number(0xc000 | header_size) + number(type) + number(1) + number(0) + number(1) +
               number(static_cast<std::uint16_t>(data.size())) + data;
    }
    static std::string number(std::uint16_t value) {
        return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
    }
    static std::string encoded(std::string_view name) {
        std::string text;
        for (;;) {
            const auto label = name.substr(0, name.find('.'));
            text.append(1, static_cast<char>(label.size())).append(label);
            if (label.size() == name.size()) return text.append(1, '\0');
            name.remove_prefix(label.size() + 1);
        }
    }

    static constexpr int type_a = 1;
    static constexpr int type_srv = 33;

    std::vector<SrvRecord> records_;
    Order order_;
    int fd_;
    std::atomic<bool> ending_{false};
    std::atomic<int> questions_{0};
    std::thread thread_;
};

}  // namespace live
