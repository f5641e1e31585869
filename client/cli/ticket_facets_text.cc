#include "client/cli/ticket_facets_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include "client/cli/duration_text.h"
#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

constexpr int kIndent = 4;
constexpr std::int64_t kSecond = 1'000'000;

std::string shown(capnp::Text::Reader text) {
  return visible(textOf(text));
}

std::string heading(std::string_view title, const Output& output) {
  return "\n  " + output.paint(Colour::dim, title) + "\n";
}

std::string micros(std::int64_t microseconds) {
  return durationText(std::chrono::microseconds(microseconds));
}

std::string seconds(std::int64_t count) {
  return durationText(std::chrono::seconds(count));
}

// --- Promises
// -------------------------------------------------------------------------------------

struct Standing {
  std::string word;
  Colour colour;
};

Standing standingOf(api::Clock::Reader clock) {
  if (clock.getMissed() || clock.getMissedAt().isAt()) return {"missed", Colour::red};
  if (clock.getStoppedAt().isAt() || clock.getMetAt().isAt()) {
    return clock.getMetAt().isAt() || clock.getReadable() ? Standing{"kept", Colour::green}
                                                          : Standing{"stopped", Colour::dim};
  }
  const bool warned = clock.getWarnedAt().isAt();
  if (!clock.getReadable()) return {"unknown", Colour::yellow};
  if (clock.getDeadline().isNone()) {
    return {warned ? "at risk, paused" : "paused", warned ? Colour::yellow : Colour::magenta};
  }
  return warned ? Standing{"at risk", Colour::yellow} : Standing{"running", Colour::blue};
}

// When it was, or is, to be done.
std::string dueText(api::Clock::Reader clock) {
  if (clock.getStoppedAt().isAt()) return "stopped " + localTime(clock.getStoppedAt().getAt());
  if (clock.getDeadline().isNone()) return {};
  return (clock.getMissed() ? "was due " : "due ") + localTime(clock.getDeadline().getAt());
}

// Where the time since the promise was made has gone, when not all of it counts.
std::string ledgerText(api::Clock::Reader clock) {
  if (!clock.getReadable()) return {};
  std::string text;
  const auto add = [&](const std::string& what, std::int64_t time) {
    if (time < kSecond) return;
    text += (text.empty() ? "" : ", ") + what + " " + micros(time);
  };
  add("closed hours", clock.getClosed());
  for (const auto pause : clock.getPaused())
    add("paused by " + shown(pause.getBy()), pause.getTime());
  add("stopped", clock.getStopped());
  return text.empty() ? text : "not counted: " + text;
}

// The second verdict: what the policies of today would say of the same work.
std::string todayText(api::Clock::Reader clock) {
  const std::int64_t today = clock.getTargetToday();
  if (today < 0) return "the policies of today would promise nothing";
  if (static_cast<std::uint64_t>(today) == clock.getTarget()) return {};
  const Json beyond = isBeyond(clock, today);
  std::string verdict = "unknown";
  if (beyond.is_boolean()) {
    const bool ended = clock.getStoppedAt().isAt();
    verdict = beyond.get<bool>() ? "missed" : ended ? "kept" : "not missed";
  }
  return "by the policies of today, " + seconds(today) + ": " + verdict;
}

std::string promiseNotes(api::Clock::Reader clock, const Output& output) {
  std::vector<std::string> notes;
  if (!clock.getReadable()) {
    notes.push_back("its calendar " + shown(clock.getCalendar()) +
                    " is not defined or has no working hours");
  }
  if (clock.getFirstTarget() != clock.getTarget()) {
    notes.push_back("first promised: " +
                    seconds(static_cast<std::int64_t>(clock.getFirstTarget())));
  }
  if (std::string ledger = ledgerText(clock); !ledger.empty()) notes.push_back(std::move(ledger));
  if (std::string today = todayText(clock); !today.empty()) notes.push_back(std::move(today));
  std::string text;
  for (const std::string& note : notes) {
    text += output.paint(Colour::dim, wrapped(note, output.width(), kIndent + 2));
  }
  return text;
}

// --- Links
// ----------------------------------------------------------------------------------------

struct LinkWords {
  std::string_view kind;
  std::string_view outgoing;  // this … the other
  std::string_view incoming;
};
constexpr std::array<LinkWords, 6> kLinkWords{{
    {"relates", "relates to", "relates to"},
    {"causes", "causes", "is caused by"},
    {"duplicates", "duplicates", "is duplicated by"},
    {"parent", "is the parent of", "is part of"},
    {"implements", "implements", "is implemented by"},
    {"caused-by-change", "was caused by the change", "is the change that caused"},
}};

std::string linkText(api::Link::Reader link) {
  for (const LinkWords& words : kLinkWords) {
    if (textOf(link.getKind()) != words.kind) continue;
    return std::string(link.getOutgoing() ? words.outgoing : words.incoming) + " " +
           shown(link.getOther());
  }
  const std::string kind = shown(link.getKind());
  return link.getOutgoing() ? kind + " " + shown(link.getOther())
                            : shown(link.getOther()) + " " + kind + " this";
}

// --- Gates
// ----------------------------------------------------------------------------------------

std::string approvalText(api::Approval::Reader approval) {
  std::string asked;
  for (const auto approver : approval.getApprovers()) {
    asked += (asked.empty() ? "" : ", ") + shown(approver);
  }
  std::uint32_t approvals = 0;
  std::string votes;
  for (const auto vote : approval.getVotes()) {
    if (vote.getVerdict() == "approved") ++approvals;
    votes += "; " + shown(vote.getApprover()) + " " + shown(vote.getVerdict());
  }
  return std::to_string(approvals) + " of " + std::to_string(approval.getNeeded()) +
         " approvals; asked: " + (asked.empty() ? "whoever has the role approver" : asked) + votes;
}

// "    1  open      …": a number, a word in its colour, and the rest wrapped beside it.
std::string numbered(std::uint32_t number, const Standing& standing, const std::string& rest,
                     const Output& output) {
  constexpr int kWordWidth = 8;
  constexpr int kNumberWidth = 2;
  constexpr int kLeft = kIndent + kNumberWidth + 2 + kWordWidth + 2;
  std::string text = wrapped(rest, output.width(), kLeft);
  text.replace(0, static_cast<std::size_t>(kLeft),
               std::string(kIndent, ' ') + fittedRight(std::to_string(number), kNumberWidth) +
                   "  " + output.paint(standing.colour, fitted(standing.word, kWordWidth)) + "  ");
  return text;
}

}  // namespace

std::string promisesText(capnp::List<api::Clock>::Reader clocks, const Output& output) {
  if (clocks.size() == 0) return {};
  std::string text = heading("promises, in working time", output);
  int kindWidth = 0;
  int wordWidth = 0;
  for (const auto clock : clocks) {
    kindWidth = std::max(kindWidth, displayWidth(shown(clock.getKind())));
    wordWidth = std::max(wordWidth, displayWidth(standingOf(clock).word));
  }
  for (const auto clock : clocks) {
    const Standing standing = standingOf(clock);
    std::string line(kIndent, ' ');
    line += fitted(shown(clock.getKind()), kindWidth) + "  ";
    line += output.paint(standing.colour, fitted(standing.word, wordWidth)) + "  ";
    if (clock.getReadable()) line += micros(clock.getElapsed()) + " ";
    line += "of " + seconds(static_cast<std::int64_t>(clock.getTarget()));
    if (const std::string due = dueText(clock); !due.empty()) line += ", " + due;
    text += line + "\n" + promiseNotes(clock, output);
  }
  return text;
}

std::string approvalsText(capnp::List<api::Approval>::Reader approvals, const Output& output) {
  if (approvals.size() == 0) return {};
  std::string text = heading("approvals", output);
  for (const auto approval : approvals) {
    const std::string state = shown(approval.getState());
    const Colour colour = state == "granted"    ? Colour::green
                          : state == "rejected" ? Colour::red
                                                : Colour::yellow;
    text += numbered(approval.getNumber(), {state, colour}, approvalText(approval), output);
  }
  return text;
}

std::string checksText(capnp::List<api::Check>::Reader checks, const Output& output) {
  if (checks.size() == 0) return {};
  std::string text = heading("checks", output);
  for (const auto check : checks) {
    const bool done = check.getDone();
    std::string rest = visible(textOf(check.getText()));
    if (!done) {
      rest += check.getRequired() ? " (before the ticket is " : " (optional, before it is ";
      rest += check.getGate() == "close" ? "closed)" : "resolved)";
    }
    text +=
        numbered(check.getNumber(),
                 {done ? "done" : "to do", done ? Colour::green : Colour::yellow}, rest, output);
  }
  return text;
}

std::string linksText(capnp::List<api::Link>::Reader links, const Output& output) {
  if (links.size() == 0) return {};
  std::string text = heading("links: this ticket", output);
  for (const auto link : links) text += std::string(kIndent, ' ') + linkText(link) + "\n";
  return text;
}

}  // namespace docket::client::cli
