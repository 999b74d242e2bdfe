// SPDX-License-Identifier: MIT
// A program that takes the call over AMI: a client of the softphone's manager interface.
#pragma once

#include "ami_port.hpp"
#include "far_end.hpp"
#include <agi/testing/happening.hpp>
#include <agi/testing/simulator/async_channel.hpp>
#include <agi/wire/words.hpp>

#include <poll.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

class AmiEnd : public FarEnd {
  public:
    AmiEnd(const AmiUrl& url, agi::testing::Asterisk& asterisk)
        : port_{AmiPort::at(url)},
          asterisk_{asterisk},
          channel_{asterisk, [port = port_](std::string_view privilege,
                                            const agi::testing::simulator::Packet& event) {
                       port->board.send_event(privilege, event);
                   }} {
        port_->names.give(asterisk);
        port_->board.add(channel_);
    }
    AmiEnd(const AmiEnd&) = delete;
    AmiEnd& operator=(const AmiEnd&) = delete;
    ~AmiEnd() override { port_->board.remove(channel_); }

    [[nodiscard]] bool is_there() override {
        port_->pump();
        return port_->board.is_watched();
    }

    // One command at a time.
    std::optional<std::string> receive() override {
        if (!is_readable() || ended_) return std::nullopt;
        requests_ = asterisk_.requests().size();
        return channel_.take_command()->line;
    }
    [[nodiscard]] bool ended() const override { return ended_; }

    // First the environment, later replies.
    void send_line(const std::string& line) override {
        said_ += line + '\n';
        if (!started_ && line.empty()) {
            started_ = true;
            channel_.start(std::exchange(said_, {}));
        }
    }
    void said_all() override {
        if (asterisk_.channel.broken()) {  // the connection, not the call
            asterisk_.channel.mend();
            port_->board.cut();
            if (asterisk_.requests().size() == requests_) channel_.drop_command();
        }
        if (started_ && !said_.empty()) finish_command();
        channel_.publish();
        port_->pump();
    }

    std::optional<agi::testing::Caller::Action> take_frame() override {
        channel_.publish();
        port_->pump();
        return channel_.take_frame();
    }
    [[nodiscard]] int frame_fd() const override { return port_->fd(); }
    [[nodiscard]] int read_fd() const override { return port_->fd(); }
    [[nodiscard]] bool is_readable() override {
        port_->pump();
        return ended_ || (channel_.running().empty() && channel_.has_command());
    }

    void shut() override {
        if (!std::exchange(started_, false)) return;
        if (!said_.empty()) finish_command();
        channel_.end();
        channel_.vanish();
        port_->board.remove(channel_);
        constexpr int patience = 100;
        for (int i = 0; i < patience; ++i) {
            port_->pump();
            if (!port_->has_out()) break;
            poll(nullptr, 0, 10);
        }
    }

  private:
    void finish_command() {
        const bool breaks = agi::wire::is_command(channel_.running(), "ASYNCAGI BREAK");
        channel_.finish_command(std::exchange(said_, {}));
        if (breaks) {
            ended_ = true;
        } else if (asterisk_.failed()) {
            come_back();
        }
    }
    // A failed command ends AGI(agi:async). The dialplan has a loop.
    void come_back() {
        channel_.end();
        asterisk_.channel.note(agi::testing::Happening::Kind::remark,
                               "a failed command ends AGI(), and the dialplan comes back");
        asterisk_.begin();
        std::string environment;
        while (const auto line = asterisk_.next_line()) {
            environment += *line + '\n';
            if (line->empty()) break;
        }
        channel_.start(environment);
    }

    std::shared_ptr<AmiPort> port_;
    agi::testing::Asterisk& asterisk_;
    agi::testing::simulator::AsyncChannel channel_;
    std::string said_;
    std::size_t requests_ = 0;  // before the command that runs
    bool started_ = false;
    bool ended_ = false;
};
