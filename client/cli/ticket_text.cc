#include "client/cli/ticket_text.h"

#include "client/cli/board_text.h"
#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/ticket_facets_text.h"
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

bool isSaid(capnp::Text::Reader text) {
  return text.size() > 0 && text != "none" && text != "unspecified";
}

// Where it stands: at home, as a guest of other boards, and where it was offered.
std::string placesText(api::Ticket::Reader ticket, std::int64_t now, const Output& output) {
  const auto card = ticket.getCard();
  const auto place = [&](capnp::Text::Reader column, capnp::Text::Reader category,
                         std::int64_t since) {
    return output.paint(categoryColour(textOf(category)), shown(column)) + " (" + shown(category) +
           ") for " + age(since, now);
  };
  std::string text =
      fact(output, "stands in",
           place(card.getColumn(), card.getCategory(), card.getInColumnSince()) +
               (ticket.getCancelled() ? ", " + output.paint(Colour::red, "cancelled") : ""));
  for (const auto guest : ticket.getGuests()) {
    text +=
        fact(output, "guest on",
             shown(guest.getBoard()) + ": " +
                 place(guest.getColumn(), guest.getCategory(), guest.getInColumnSince()) + ", " +
                 (guest.getAssignee().size() > 0 ? shown(guest.getAssignee()) + " has it"
                                                 : "nobody has it"));
  }
  for (const auto offer : ticket.getOffers()) {
    text += fact(output, "offered to",
                 shown(offer.getTo()) + " for " + age(offer.getSince(), now) + ": " +
                     shown(offer.getReason()));
  }
  return text;
}

std::string priorityText(api::Classification::Reader is) {
  std::string text;
  const auto add = [&](const char* what, capnp::Text::Reader value) {
    if (isSaid(value)) text += (text.empty() ? "" : ", ") + std::string(what) + shown(value);
  };
  add("", is.getPriority());
  add("impact ", is.getImpact());
  add("urgency ", is.getUrgency());
  return text;
}

std::string classificationText(api::Ticket::Reader ticket, const Output& output) {
  const auto card = ticket.getCard();
  const auto is = ticket.getClassification();
  const std::string mark = classMark(textOf(card.getClass()));
  const std::string kind =
      isSaid(is.getChangeKind()) ? " (" + shown(is.getChangeKind()) + ")" : std::string();
  std::string text =
      fact(output, "work",
           shown(card.getType()) + kind + ", " + shown(card.getClass()) +
               (mark.empty() ? "" : " " + mark) + ", tier " + std::to_string(card.getTier()));
  text += fact(output, "priority", priorityText(is));
  if (isSaid(is.getCynefin())) text += fact(output, "domain", shown(is.getCynefin()));
  text += fact(output, "service", shown(is.getService()));
  text += fact(output, "customer", shown(is.getCustomer()));
  std::string labels;
  for (const auto label : is.getLabels()) labels += (labels.empty() ? "" : ", ") + shown(label);
  return text + fact(output, "labels", labels);
}

// "1 comment", "12 comments"
std::string counted(std::uint64_t count, const std::string& one) {
  return grouped(count) + " " + one + (count == 1 ? "" : "s");
}

std::string courseText(api::Ticket::Reader ticket, const Output& output) {
  const auto card = ticket.getCard();
  std::string text = fact(output, "due", when(card.getDue()));
  text += fact(output, "opened", localTime(card.getOpenedAt()));
  text += fact(output, "committed", when(card.getCommittedAt()));
  const bool kind = isSaid(ticket.getResolutionKind());
  text += fact(output, "resolved",
               when(ticket.getResolvedAt()) +
                   (kind ? " (" + shown(ticket.getResolutionKind()) + ")" : std::string()));
  if (ticket.getReopenCount() > 0) {
    text += fact(output, "reopened", counted(ticket.getReopenCount(), "time"));
  }
  if (ticket.getSatisfaction() > 0) {
    text += fact(output, "rated", std::to_string(ticket.getSatisfaction()) + " of 5");
  }
  text += fact(output, "source", shown(card.getExternalKey()));
  return text + fact(output, "history",
                     "version " + std::to_string(ticket.getVersion()) + ", " +
                         counted(ticket.getCommentCount(), "comment") + ", " +
                         counted(ticket.getContactCount(), "contact") +
                         (ticket.getHistoryCount() > 0
                              ? ", " + counted(ticket.getHistoryCount(), "imported event")
                              : std::string()));
}

}  // namespace

std::string ticketText(api::Ticket::Reader ticket, std::int64_t now, const Output& output) {
  const auto card = ticket.getCard();
  std::string text =
      output.paint(Colour::bold, shown(card.getId())) + "  " + shown(card.getTitle()) + "\n";
  text += placesText(ticket, now, output);
  text += classificationText(ticket, output);
  text += fact(output, "assignee",
               card.getAssignee().size() > 0 ? shown(card.getAssignee()) : "nobody");
  text += fact(output, "team", shown(ticket.getTeam()));
  text += fact(output, "requester", shown(ticket.getRequester()));
  if (card.getBlocked().size() > 0) {
    text += fact(output, "blocked",
                 output.paint(Colour::red,
                              shown(card.getBlocked()) + ": " + shown(ticket.getBlockedReason())) +
                     (ticket.getBlockedSince().isAt() ? ", since " + when(ticket.getBlockedSince())
                                                      : std::string()));
  }
  text += courseText(ticket, output);
  text += promisesText(ticket.getClocks(), output);
  text += approvalsText(ticket.getApprovals(), output);
  text += checksText(ticket.getChecks(), output);
  text += linksText(ticket.getLinks(), output);
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
