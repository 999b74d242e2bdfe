// SPDX-License-Identifier: MIT
#pragma once
// The parts of the page that shows a call.

#include <agi/testing/happening.hpp>
#include <agi/testing/simulator/rung.hpp>
#include <agi/testing/words.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline std::string html(std::string_view text) {
    std::string out;
    for (const char c : shown_line(text)) {
        out += c == '<'   ? "&lt;"
               : c == '>' ? "&gt;"
               : c == '&' ? "&amp;"
               : c == '"' ? "&quot;"
                          : std::string(1, c);
    }
    return out;
}

inline std::string shown_seconds(std::chrono::milliseconds time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
    return text;
}

inline std::string page_head(std::string_view title, std::string_view facts) {
    std::string out = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { --back: #fff; --text: #1b1f24; --soft: #656d76; --line: #d0d7de; --sound: #cfe4ff; --key: #8250df;
  --wait: #fff1c2; --record: #ffd8d3; --think: #e6e8eb; --bad: #b42318; --badback: #fdeceb; }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --text: #e6edf3; --soft: #9aa4af; --line: #363d46;
  --sound: #123d6b; --key: #c8a6ff; --wait: #4a3c0c; --record: #5c221c; --think: #262c33; --bad: #ff9a90;
  --badback: #3a1c1a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p { margin: .2rem 0; color: var(--soft); }
.scroll { overflow-x: auto; } .tracks { position: relative; }
.track { position: relative; height: 2rem; border-bottom: 1px solid var(--line); margin-top: 1.3rem; }
.track > b { position: absolute; left: 0; top: -1.2rem; font-weight: 600; font-size: .8rem; color: var(--soft); }
.bar { position: absolute; top: .2rem; bottom: .2rem; min-width: 2px; overflow: hidden; white-space: nowrap;
  text-overflow: ellipsis; padding: .1rem .25rem; border-radius: 3px; font-size: .78rem; }
.sound { background: var(--sound); } .wait { background: var(--wait); } .record { background: var(--record); }
.think { background: var(--think); }
.key { position: absolute; top: .1rem; transform: translateX(-50%); font-weight: 700; color: var(--key); }
.end { position: absolute; bottom: 0; transform: translateX(-100%); color: var(--bad); font-size: .75rem;
  white-space: nowrap; border-right: 2px solid var(--bad); padding-right: .3rem; }
.keys { height: 2.8rem; }
.scale { position: relative; height: 1.4rem; font-size: .75rem; color: var(--soft); }
.scale span { position: absolute; border-left: 1px solid var(--line); padding-left: .2rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th { text-align: left; color: var(--soft); font-weight: 600; } th, td { padding: .15rem .4rem; vertical-align: top; }
td { border-top: 1px solid var(--line); overflow-wrap: anywhere; } td:first-child { white-space: nowrap; color: var(--soft);
  font-variant-numeric: tabular-nums; overflow-wrap: normal; }
td:nth-child(2) { width: 30%; } code { font: .82rem/1.4 ui-monospace, monospace; }
.bad td { background: var(--badback); } .bad code, .bad td { color: var(--bad); } .key-row { color: var(--key); }
@media print { body { max-width: none; } .scroll { overflow: visible; } .bar, .bad td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr { break-inside: avoid; } }
</style>
<title>)html";
    out += html(title) + "</title>\n</head>\n<body>\n<h1>" + html(title) + "</h1>\n<p>" +
           html(facts) + "</p>\n";
    return out;
}

inline std::string page_end() { return "</body>\n</html>\n"; }

/// Where on the time line, and how much of it.
class Scale {
  public:
    explicit Scale(std::chrono::milliseconds whole)
        : whole_{std::max<double>(1, static_cast<double>(whole.count()))} {}
    [[nodiscard]] std::string left(std::chrono::milliseconds time) const {
        return "left:" + percent(time);
    }
    [[nodiscard]] std::string span(std::chrono::milliseconds from,
                                   std::chrono::milliseconds to) const {
        return left(from) + ";width:" + percent(to - from);
    }

  private:
    [[nodiscard]] std::string percent(std::chrono::milliseconds time) const {
        char text[32];
        std::snprintf(text, sizeof text, "%.3f%%",
                      static_cast<double>(time.count()) * 100 / whole_);
        return text;
    }
    double whole_;
};

inline std::string page_bar(const Scale& scale, const char* kind, std::chrono::milliseconds from,
                            std::chrono::milliseconds to, const std::string& text) {
    const std::string shown = html(text);
    return std::string{"<div class=\"bar "} + kind + "\" style=\"" + scale.span(from, to) +
           "\" title=\"" + shown + ", " + shown_seconds(to - from) + "\">" + shown + "</div>\n";
}

/// What the program did: how long each command took, and how long the program thought between two.
inline std::string page_commands(const std::vector<Happening>& log, const Scale& scale) {
    std::string out;
    std::optional<Happening> open;
    std::chrono::milliseconds idle{0};
    for (const Happening& what : log) {
        if (what.kind == Happening::Kind::request) {
            if (!open && what.time > idle)
                out += page_bar(scale, "think", idle, what.time, "the program thinks");
            open = what;
        }
        if (what.kind != Happening::Kind::reply || !open) continue;
        if (what.time > open->time) {
            const auto all = words(open->text);
            const bool records = !all.empty() && wire::is_command(all.front(), "RECORD");
            out += page_bar(scale, records ? "record" : "wait", open->time, what.time, open->text);
        }
        open.reset();
        idle = what.time;
    }
    return out;
}

/// Between two marks of the scale: 1, 2 or 5 of a decimal unit of milliseconds, three to eight in all.
inline std::chrono::milliseconds page_step(std::chrono::milliseconds whole) {
    constexpr int most = 8;
    std::chrono::milliseconds unit{100};
    for (;; unit *= 10) {
        for (const int factor : {1, 2, 5}) {
            if (whole <= most * factor * unit) return factor * unit;
        }
    }
}

inline std::string page_time_line(const std::vector<Happening>& log,
                                  const std::vector<Heard>& heard,
                                  std::chrono::milliseconds whole) {
    const Scale scale{whole};
    std::string sounds;
    for (const Heard& one : heard) {
        sounds += page_bar(scale, "sound", one.from, one.to,
                           one.sound + (one.answered ? "" : " (not answered)"));
    }
    std::string keys;
    for (const Happening& what : log) {
        if (what.kind == Happening::Kind::key) {
            keys += R"(<span class="key" style=")" + scale.left(what.time) + "\">" +
                    html(what.text) + "</span>\n";
        }
        if (what.kind == Happening::Kind::hang_up) {
            keys += R"(<span class="end" style=")" + scale.left(what.time) + "\">hang-up</span>\n";
        }
    }
    const auto presses = std::count_if(log.begin(), log.end(), [](const Happening& what) {
        return what.kind == Happening::Kind::key;
    });
    const auto room =
        static_cast<std::size_t>(presses) + heard.size();  // a long call is as wide as that
    std::string marks;
    const auto step = page_step(whole);
    for (std::chrono::milliseconds time{0}; time < whole; time += step) {
        marks += "<span style=\"" + scale.left(time) + "\">" + shown_seconds(time) + "</span>";
    }
    return "<h2>Time</h2>\n<div class=\"scroll\"><div class=\"tracks\" style=\"min-width:" +
           std::to_string(room) +
           "rem\">\n<div "
           "class=\"track\"><b>the caller hears</b>\n" +
           sounds + "</div>\n<div class=\"track keys\"><b>the caller presses</b>\n" + keys +
           "</div>\n<div class=\"track\"><b>the program waits for</b>\n" +
           page_commands(log, scale) + "</div>\n<div class=\"scale\">" + marks +
           "</div>\n</div></div>\n";
}

inline std::string page_row(const Happening& what, bool timed, const std::string& caller,
                            const std::string& program, const char* kind) {
    return std::string{"<tr"} + (*kind != '\0' ? std::string{" class=\""} + kind + '"' : "") +
           "><td>" + (timed ? shown_time(what.time) : std::string{}) + "</td><td>" + caller +
           "</td><td>" + program + "</td></tr>\n";
}

inline std::string page_ladder(const std::vector<Happening>& log, bool timed) {
    using Kind = Happening::Kind;
    std::string out =
        "<h2>Every "
        "line</h2>\n<table>\n<thead><tr><th>s</th><th>caller</th><th>program</th></tr></"
        "thead>\n<tbody>\n";
    std::size_t environment = 0;
    for (const Happening& what : log) {
        if (what.kind == Kind::environment) {
            ++environment;
            continue;
        }
        if (environment > 0) {
            out +=
                page_row({}, timed, "",
                         "&rarr; the environment, " + std::to_string(environment) + " lines", "");
            environment = 0;
        }
        const std::string text = html(what.text);
        const std::string code = "<code>" + text + "</code>";
        switch (what.kind) {
            case Kind::request: out += page_row(what, timed, "", "&larr; " + code, ""); break;
            case Kind::reply:
                out += page_row(what, timed, "", "&rarr; " + code, is_bad(what.text) ? "bad" : "");
                break;
            case Kind::sound: out += page_row(what, timed, "&#9834; " + text, "", ""); break;
            case Kind::sound_cut: out += page_row(what, timed, text + " is cut", "", ""); break;
            case Kind::key: out += page_row(what, timed, "key " + text, "", "key-row"); break;
            case Kind::text: out += page_row(what, timed, "sends: " + text, "", "key-row"); break;
            case Kind::words: out += page_row(what, timed, "says: " + text, "", "key-row"); break;
            case Kind::sent_text: out += page_row(what, timed, "gets: " + text, "", ""); break;
            case Kind::hang_up: out += page_row(what, timed, "hang-up", "", "bad"); break;
            case Kind::signal: out += page_row(what, timed, "", "&rarr; SIGHUP", ""); break;
            case Kind::closed:
                out += page_row(what, timed, "", "Asterisk ends the session", "");
                break;
            case Kind::broken:
                out += page_row(what, timed, "", "the connection is lost", "bad");
                break;
            case Kind::remark: out += page_row(what, timed, "", text, ""); break;
            case Kind::not_simulated:
                out += page_row(what, timed, "", "NOT SIMULATED: " + text, "bad");
                break;
            default:
                out += page_row(what, timed, "", "the program waits, and nothing will come", "bad");
        }
    }
    return out + "</tbody>\n</table>\n";
}

}}}  // namespace agi::v0::testing::simulator
