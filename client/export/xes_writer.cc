#include "client/export/xes_writer.h"

#include <algorithm>

#include "client/utc_text.h"

namespace docket::client::exports {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
)";

// An attribute's type is the name of its element. Of a source that is no XES it may be anything.
std::string_view elementFor(std::string_view type) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool isName =
      !type.empty() && isLetter(type.front()) && std::all_of(type.begin(), type.end(), [&](char c) {
        return isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
      });
  return isName && type != "trace" && type != "event" ? type : "string";
}

// These hold others and have no value of their own.
bool isContainer(std::string_view type) {
  return type == "list" || type == "container" || type == "values";
}

bool hasKey(capnp::List<api::Attribute>::Reader list, std::string_view key) {
  for (const auto one : list) {
    if (textOf(one.getKey()) == key) return true;
  }
  return false;
}

// An event of an XES log has a date; one of a table has texts alone.
bool isFromXes(capnp::List<api::Attribute>::Reader list) {
  for (const auto one : list) {
    if (one.getType() != "string" || one.getChildren().size() != 0) return true;
  }
  return false;
}

// Bytes of the character at the front of `text`, and whether XML 1.0 can carry it. The text is
// valid UTF-8: the server takes no other.
struct Character {
  std::size_t bytes;
  bool allowed;
};
Character characterAt(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {1, lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r'};
  const std::size_t bytes = lead < 0xE0 ? 2U : lead < 0xF0 ? 3U : 4U;
  const std::string_view whole = text.substr(0, bytes);
  return {whole.size(), whole != "\xEF\xBF\xBE" && whole != "\xEF\xBF\xBF"};  // U+FFFE, U+FFFF
}

// What stands for an ASCII character in the value of an XML attribute; empty: itself. A line break
// or a tab that stood there as it is would be read back as a blank.
std::string_view entityOf(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return {};
  }
}

}  // namespace

void XesWriter::begin() {
  sink_(kHead);
}

void XesWriter::write(const TicketHistory& ticket) {
  out_ = "  <trace>\n";
  writeTraceAttributes(ticket);
  for (const auto entry : ticket.events()) {
    out_ += "    <event>\n";
    entry.getImported() ? writeImported(entry) : writeOwn(entry);
    out_ += "    </event>\n";
    ++events_;
  }
  out_ += "  </trace>\n";
  sink_(out_);
}

void XesWriter::end() {
  sink_("</log>\n");
}

void XesWriter::writeTraceAttributes(const TicketHistory& ticket) {
  constexpr int kDepth = 2;
  const auto opened = ticket.entries.front();
  const auto foreign = opened.getForeign();
  if (foreign.size() == 0) {
    attribute(kDepth, "string", "concept:name",
              ticket.externalKey.empty() ? ticket.id : ticket.externalKey);
    attribute(kDepth, "string", "docket:ticket", ticket.id);
    attribute(kDepth, "string", "docket:title", textOf(opened.getText()));
    if (!ticket.type.empty()) attribute(kDepth, "string", "docket:type", ticket.type);
  }
  attributes(foreign, kDepth);
}

void XesWriter::writeImported(api::HistoryEntry::Reader entry) {
  constexpr int kDepth = 3;
  const auto foreign = entry.getForeign();
  attributes(foreign, kDepth);
  if (isFromXes(foreign)) return;
  const auto add = [&](std::string_view type, std::string_view key, std::string_view value) {
    if (!value.empty() && !hasKey(foreign, key)) attribute(kDepth, type, key, value);
  };
  add("string", "concept:name", textOf(entry.getActivity()));
  add("string", "org:resource", textOf(entry.getSourceActor()));
  add("date", "time:timestamp", isoUtc(entry.getFacts().getOccurredAt()));
}

void XesWriter::writeOwn(api::HistoryEntry::Reader entry) {
  constexpr int kDepth = 3;
  const auto facts = entry.getFacts();
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) attribute(kDepth, "string", key, value);
  };
  add("concept:name", textOf(facts.getType()));
  add("org:resource", textOf(facts.getActor()));
  attribute(kDepth, "date", "time:timestamp", isoUtc(facts.getOccurredAt()));
  add("lifecycle:transition", "complete");
  attribute(kDepth, "int", "docket:position", std::to_string(facts.getPosition()));
  attribute(kDepth, "int", "docket:version", std::to_string(facts.getVersion()));
  attribute(kDepth, "date", "docket:recorded_at", isoUtc(facts.getRecordedAt()));
  add("docket:on_behalf_of", textOf(facts.getOnBehalfOf()));
  add("docket:origin", textOf(facts.getOrigin()));
  add("docket:command_id", textOf(facts.getCommandId()));
  add("docket:summary", textOf(facts.getSummary()));
  add("docket:text", textOf(entry.getText()));
}

void XesWriter::attributes(capnp::List<api::Attribute>::Reader list, int depth) {
  for (const auto one : list) {
    const std::string_view type = textOf(one.getType());
    const auto children = one.getChildren();
    beginAttribute(depth, type, textOf(one.getKey()), textOf(one.getValue()));
    if (children.size() == 0) {
      out_ += "/>\n";
      continue;
    }
    out_ += ">\n";
    attributes(children, depth + 1);
    indent(depth);
    out_.append("</").append(elementFor(type)).append(">\n");
  }
}

void XesWriter::attribute(int depth, std::string_view type, std::string_view key,
                          std::string_view value) {
  beginAttribute(depth, type, key, value);
  out_ += "/>\n";
}

// Its tag, but for the end.
void XesWriter::beginAttribute(int depth, std::string_view type, std::string_view key,
                               std::string_view value) {
  indent(depth);
  out_.append("<").append(elementFor(type));
  if (!key.empty() || type != "values") {
    out_ += " key=\"";
    escaped(key);
    out_ += '"';
  }
  if (!value.empty() || !isContainer(type)) {
    out_ += " value=\"";
    escaped(value);
    out_ += '"';
  }
}

void XesWriter::indent(int depth) {
  out_.append(static_cast<std::size_t>(depth) * 2, ' ');
}

void XesWriter::escaped(std::string_view text) {
  while (!text.empty()) {
    const auto [bytes, allowed] = characterAt(text);
    const std::string_view entity = bytes == 1 ? entityOf(text.front()) : std::string_view();
    if (!allowed) {
      out_ += kReplacement;
      ++replaced_;
    } else {
      out_ += entity.empty() ? text.substr(0, bytes) : entity;
    }
    text.remove_prefix(bytes);
  }
}

}  // namespace docket::client::exports
