// SPDX-License-Identifier: MIT
#pragma once
// Draws a flow, for a page of documentation.

#include <agi/ivr/flow.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ivr {

namespace node {

/// Text within quotes, for either language.
inline std::string label(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += c == '"' ? "'" : "/";
        } else {
            out += c == '\n' ? ' ' : c;
        }
    }
    return out;
}

inline std::string title(const Node& one) {
    if (!one.question) return one.name == one.action ? one.name : one.name + ": " + one.action;
    const std::string kind = one.question->kind();
    return one.name + " (" + kind + ')';
}

inline bool decides(const Node& one) {
    return !one.question || std::string_view{one.question->kind()} == "menu";
}

/// Names may hold anything, so nodes are numbered.
inline std::string id(const Flow& flow, const std::string& name) {
    for (std::size_t i = 0; i < flow.nodes.size(); ++i) {
        if (flow.nodes[i].name == name) return 'n' + std::to_string(i);
    }
    return "nowhere";
}

}  // namespace node

/// The flow in Mermaid's language, which GitHub shows as a picture.
inline std::string mermaid(const Flow& flow) {
    std::string out = "flowchart TD\n";
    for (const Node& one : flow.nodes) {
        const bool choice = node::decides(one);
        const std::string title = node::label(node::title(one));
        out += "    " + node::id(flow, one.name) + (choice ? "{\"" : "[\"") + title +
               (choice ? "\"}\n" : "\"]\n");
    }
    for (const Node& one : flow.nodes) {
        for (const Edge& edge : one.edges) {
            out += "    " + node::id(flow, one.name) + " -->";
            if (!edge.outcome.empty()) out += "|\"" + node::label(edge.outcome) + "\"|";
            out += ' ' + node::id(flow, edge.to) + '\n';
        }
    }
    return out;
}

/// The same for Graphviz: `dot -Tsvg`.
inline std::string dot(const Flow& flow) {
    std::string out = "digraph flow {\n    node [fontname=\"sans-serif\"];\n";
    for (const Node& one : flow.nodes) {
        out += "    " + node::id(flow, one.name) + " [label=\"" + node::label(node::title(one)) +
               "\", shape=" + (node::decides(one) ? "diamond" : "box") + "];\n";
    }
    for (const Node& one : flow.nodes) {
        for (const Edge& edge : one.edges) {
            out += "    " + node::id(flow, one.name) + " -> " + node::id(flow, edge.to) +
                   " [label=\"" + node::label(edge.outcome) + "\"];\n";
        }
    }
    return out + "}\n";
}

}}}  // namespace agi::v0::ivr
