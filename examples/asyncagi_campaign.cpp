// SPDX-License-Identifier: MIT
// Calls everybody in a file, some at a time, reads out a reminder and takes an answer; calls again those
// who were busy or did not answer, and prints what became of each.
//
//     asyncagi_campaign numbers.txt 'PJSIP/%@trunk' [calls at a time]
//
// A line of the file is a number; % is where it goes. Asterisk is where AMI_HOST, AMI_PORT, AMI_USER and
// AMI_SECRET say; extensions.conf has what it needs, manager.conf the user.

#include <agi/agi.hpp>
#include <agi/asyncagi/source.hpp>

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using agi::asyncagi::Attempt;
using agi::fastagi::Call;

namespace {

std::string setting(const char* name, const char* otherwise) {
    const char* const value = std::getenv(name);
    return value == nullptr ? otherwise : value;
}

/// A whole number from `least` to `most`.
unsigned long number_of(const std::string& text, unsigned long least, unsigned long most) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    const unsigned long number = digits && text.size() < 7 ? std::stoul(text) : most + 1;
    if (number < least || number > most) {
        throw std::invalid_argument{"'" + text + "' is no number from " + std::to_string(least) +
                                    " to " + std::to_string(most)};
    }
    return number;
}

/// One who is called.
struct Person {
    std::string number;
    int attempts = 0;
    std::string result = "not called";
    bool done = false;
};

/// Says the reminder until a key is pressed: 1 accepts, 2 declines.
std::string remind(Call& call) {
    agi::StreamFile{"hello-world"}(call);
    for (int i = 0; i < 3; ++i) {
        const auto choice = agi::GetData{"beep", 5s, 1}(call);
        if (choice.digits == "1") return "accepted";
        if (choice.digits == "2") return "declined";
    }
    return "said nothing";
}

class Campaign {
  public:
    static constexpr int most_attempts = 3;

    Campaign(agi::asyncagi::Source& pbx, std::string channel, std::vector<Person> people)
        : pbx_{pbx}, channel_{std::move(channel)}, people_{std::move(people)} {}

    /// Until everybody is done.
    void run() {
        for (Person& person : people_) call(person);
        std::unique_lock<std::mutex> lock{mutex_};
        changed_.wait(lock, [this] { return done_ == people_.size(); });
    }
    void report() const {
        for (const Person& person : people_) {
            std::cout << person.number << ": " << person.result << " (" << person.attempts
                      << (person.attempts == 1 ? " attempt)\n" : " attempts)\n");
        }
    }

  private:
    void call(Person& person) {
        ++person.attempts;
        std::string channel = channel_;
        channel.replace(channel.find('%'), 1, person.number);
        pbx_.originate(
            {channel, {"campaign"}, 30s, "Reminder <100>"},
            [this, &person](Call& call) {
                std::string result = "hung up";
                try {
                    result = remind(call);
                } catch (const agi::AGIException&) {
                    if (!call.hung_up()) result = "failed";
                }
                end(person, result);
            },
            [this, &person](const agi::asyncagi::Outcome& outcome) { called(person, outcome); });
    }
    void called(Person& person, const agi::asyncagi::Outcome& outcome) {
        const bool again = outcome.attempt == Attempt::busy ||
                           outcome.attempt == Attempt::no_answer ||
                           outcome.attempt == Attempt::congestion;
        if (outcome.attempt == Attempt::answered) return;  // its handler ends it
        if (again && person.attempts < most_attempts) return call(person);
        end(person, std::string{name_of(outcome.attempt)});
    }
    void end(Person& person, const std::string& result) {
        const std::lock_guard<std::mutex> lock{mutex_};
        if (person.done) return;
        person.done = true;
        person.result = result;
        ++done_;
        changed_.notify_all();
    }

    agi::asyncagi::Source& pbx_;
    std::string channel_;
    std::vector<Person> people_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t done_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
    const std::string channel = argc > 2 ? argv[2] : "";
    std::ifstream file{argc > 1 ? argv[1] : ""};
    if (argc < 3 || argc > 4) throw std::invalid_argument{"it needs two or three arguments"};
    if (!file) throw std::invalid_argument{"cannot read " + std::string{argv[1]}};
    if (channel.find('%') == std::string::npos) throw std::invalid_argument{"no % in " + channel};
    std::vector<Person> people;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) people.push_back({line});
    }
    if (people.empty()) throw std::invalid_argument{"no number in " + std::string{argv[1]}};

    agi::fastagi::Server server;
    agi::asyncagi::SourceOptions options;
    options.ami.host = setting("AMI_HOST", "127.0.0.1");
    options.ami.port = static_cast<std::uint16_t>(number_of(setting("AMI_PORT", "5038"), 1, 65535));
    options.ami.user = setting("AMI_USER", "ivr");
    options.ami.secret = setting("AMI_SECRET", "");
    options.ami.events = "agi,call";
    options.max_originated = argc > 3 ? number_of(argv[3], 1, 1000) : 5;
    agi::asyncagi::Source pbx{server, options};
    pbx.start();
    std::thread serving{[&] { server.run(); }};

    Campaign campaign{pbx, channel, std::move(people)};
    campaign.run();
    server.stop();
    serving.join();
    pbx.stop();
    campaign.report();
} catch (const std::invalid_argument& error) {
    std::cerr << "asyncagi_campaign: " << error.what()
              << "\nusage: asyncagi_campaign numbers.txt 'PJSIP/%@trunk' [calls at a time]\n";
    return 2;
}
