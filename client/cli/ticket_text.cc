#include "client/cli/ticket_text.h"

#include "client/cli/board_text.h"
#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

constexpr int kLabelWidth = 12;

std::string shown(capnp::Text::Reader text) {
  return visible(textOf(text));
}

// "label       value": nothing when there is no value.
std::string fact(const Output& output, std::string_view label, const std::string& value) {
  if (value.empty()) return {};
  return "  " + output.paint(Colour::dim, fitted(label, kLabelWidth)) + value + "\n";
}

std::string when(api::OptionalTime::Reader time) {
  return time.isAt() ? localTime(time.getAt()) : std::string();
}

std::string paragraph(const Output& output, std::string_view label, capnp::Text::Reader text) {
  if (text.size() == 0) return {};
  return "\n  " + output.paint(Colour::dim, label) + "\n" +
         wrapped(visibleLines(textOf(text)), output.width(), 4);
}

// Attributes of another system, nested ones below their parent.
std::string attributes(capnp::List<api::Attribute>::Reader list, const Output& output, int indent) {
  std::string text;
  for (const auto attribute : list) {
    const std::string blanks(static_cast<std::size_t>(indent), ' ');
    text += truncated(blanks + shown(attribute.getKey()) + " = " + shown(attribute.getValue()),
                      output.width()) +
            "\n";
    // The depth is what the message's own limit allows; the indent stops where reading does.
    text += attributes(attribute.getChildren(), output, indent < 40 ? indent + 2 : indent);
  }
  return text;
}

}  // namespace

std::string ticketText(api::Ticket::Reader ticket, std::int64_t now, const Output& output) {
  const auto card = ticket.getCard();
  const std::string mark = classMark(textOf(card.getClass()));
  std::string text =
      output.paint(Colour::bold, shown(card.getId())) + "  " + shown(card.getTitle()) + "\n";
  text += fact(output, "stands in",
               output.paint(categoryColour(textOf(card.getCategory())), shown(card.getColumn())) +
                   " (" + shown(card.getCategory()) + ") for " + age(card.getInColumnSince(), now));
  text += fact(output, "work",
               shown(card.getType()) + ", " + shown(card.getClass()) +
                   (mark.empty() ? "" : " " + mark) + ", tier " + std::to_string(card.getTier()));
  text += fact(output, "assignee",
               card.getAssignee().size() > 0 ? shown(card.getAssignee()) : "nobody");
  text += fact(output, "requester", shown(ticket.getRequester()));
  if (card.getBlocked().size() > 0) {
    text += fact(output, "blocked",
                 output.paint(Colour::red,
                              shown(card.getBlocked()) + ": " + shown(ticket.getBlockedReason())) +
                     (ticket.getBlockedSince().isAt() ? ", since " + when(ticket.getBlockedSince())
                                                      : std::string()));
  }
  text += fact(output, "due", when(card.getDue()));
  text += fact(output, "opened", localTime(card.getOpenedAt()));
  text += fact(output, "committed", when(card.getCommittedAt()));
  text += fact(output, "resolved", when(ticket.getResolvedAt()));
  if (ticket.getReopenCount() > 0) {
    text += fact(output, "reopened", std::to_string(ticket.getReopenCount()) + " times");
  }
  text += fact(output, "source", shown(card.getExternalKey()));
  text += fact(output, "history",
               "version " + std::to_string(ticket.getVersion()) + ", " +
                   grouped(ticket.getCommentCount()) + " comments, " +
                   grouped(ticket.getHistoryCount()) + " imported events");
  text += paragraph(output, "description", ticket.getDescription());
  text += paragraph(output, "resolution", ticket.getResolution());
  if (ticket.getForeign().size() > 0) {
    text += "\n  " + output.paint(Colour::dim, "attributes of the source") + "\n" +
            attributes(ticket.getForeign(), output, 4);
  }
  return text;
}

std::string historyText(api::HistoryEntry::Reader entry, const Output& output) {
  const auto facts = entry.getFacts();
  const bool imported = entry.getImported();
  std::string actor = shown(facts.getActor());
  if (imported && entry.getSourceActor().size() > 0) {
    actor = shown(entry.getSourceActor());
  } else if (facts.getOnBehalfOf().size() > 0) {
    actor += " for " + shown(facts.getOnBehalfOf());
  }
  std::string text = output.paint(Colour::dim, fittedRight(std::to_string(facts.getVersion()), 4)) +
                     "  " + localTime(facts.getOccurredAt()) + "  " +
                     output.paint(Colour::cyan, actor) + "  " +
                     (imported ? shown(entry.getActivity()) : shown(facts.getSummary())) + "\n";
  if (imported) {
    text += attributes(entry.getForeign(), output, 8);
  }
  if (entry.getText().size() > 0) {
    text += wrapped(visibleLines(textOf(entry.getText())), output.width(), 8);
  }
  return text;
}

}  // namespace docket::client::cli
