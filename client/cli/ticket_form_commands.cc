// ticket open, edit, classify, split, link, unlink: what a ticket is and what belongs to it.
#include <memory>
#include <vector>

#include "client/cli/ticket_change.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

constexpr const char* kTypes =
    "incident, service-request, problem, change, task, defect, enhancement";
constexpr const char* kClasses = "expedite, fixed-date, standard, intangible";
constexpr const char* kChangeKinds = "Of a change: standard (pre-authorised), normal, emergency";
constexpr const char* kLinkKinds =
    "relates, causes, duplicates, parent, implements or caused-by-change: read TICKET KIND OTHER "
    "as a sentence";

struct ClassificationOptions {
  std::string changeKind;
  std::string impact;
  std::string urgency;
  std::string priority;
  std::string cynefin;
};

struct OpenOptions {
  std::string board;
  std::string title;
  std::string type = "incident";
  std::string serviceClass = "standard";
  std::string description;
  std::string requester;
  std::string due;
  std::string column;
  std::string team;
  std::string service;
  std::string customer;
  std::vector<std::string> labels;
  ClassificationOptions classification;
  CommandOptions command;
};

struct EditOptions : TicketChange {
  std::optional<std::string> title;
  std::optional<std::string> description;
  TextChange requester;
  std::string due;
  bool noDue = false;
};

struct ClassifyOptions : TicketChange {
  std::string type;
  std::string serviceClass;
  ClassificationOptions classification;
  TextChange service;
  TextChange customer;
  std::vector<std::string> addLabels;
  std::vector<std::string> removeLabels;
};

struct LinkOptions : TicketChange {
  std::string kind;
  std::string other;
};

struct SplitOptions : TicketChange {
  std::vector<std::string> titles;
};

void addClassification(CLI::App& command, ClassificationOptions& options) {
  command.add_option("--change-kind", options.changeKind, kChangeKinds);
  command.add_option("--impact", options.impact, "low, medium or high; none: not used");
  command.add_option("--urgency", options.urgency, "low, medium or high; none: not used");
  command.add_option("--priority", options.priority, "p1 (first) to p5; none: not used");
  command.add_option("--cynefin", options.cynefin, "clear, complicated, complex or chaotic");
}

// --- open
// -----------------------------------------------------------------------------------------

void writeOpen(const OpenOptions& options, api::OpenTicket::Builder body) {
  body.setBoard(asText(options.board));
  body.setColumn(asText(options.column));
  body.setType(asText(options.type));
  body.setClass(asText(options.serviceClass));
  body.setRequester(asText(options.requester));
  setTime(body.initDue(), options.due);
  body.setTeam(asText(options.team));
  auto classification = body.initClassification();
  classification.setChangeKind(asText(options.classification.changeKind));
  classification.setImpact(asText(options.classification.impact));
  classification.setUrgency(asText(options.classification.urgency));
  classification.setPriority(asText(options.classification.priority));
  classification.setCynefin(asText(options.classification.cynefin));
  classification.setService(asText(options.service));
  classification.setCustomer(asText(options.customer));
  setTexts(classification.initLabels(static_cast<capnp::uint>(options.labels.size())),
           options.labels);
}

void open(Cli& cli, const OpenOptions& options) {
  const std::string title = textOrStandardInput(options.title);
  const std::string description =
      options.title == "-" ? options.description : textOrStandardInput(options.description);
  sendTicketCommand(cli, options.command, "Opened {}", [&](api::TicketCommand::Builder command) {
    auto body = command.initOpen();
    writeOpen(options, body);
    body.setTitle(asText(title));
    body.setDescription(asText(description));
  });
}

void addOpen(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<OpenOptions>();
  auto* command = ticket.add_subcommand("open", "Open a ticket");
  command->add_option("--board", options->board, "Its home board")->required();
  command->add_option("--title", options->title, "One line; - reads standard input")->required();
  command->add_option("--type", options->type, kTypes)->capture_default_str();
  command->add_option("--class", options->serviceClass, kClasses)->capture_default_str();
  command->add_option("--description", options->description, "- reads standard input");
  command->add_option("--requester", options->requester, "The subject who asks");
  command->add_option("--due", options->due, "When it must be done")
      ->type_name("TIME")
      ->check(CLI::Validator(checkInstant, ""));
  command->add_option("--column", options->column, "Where it starts; else the first queue column");
  command->add_option("--team", options->team, "Whose it is");
  addClassification(*command, options->classification);
  command->add_option("--service", options->service, "The service it is about");
  command->add_option("--customer", options->customer, "For which customer: an organisation");
  command->add_option("--label", options->labels, "A word to find it by; may be repeated")
      ->allow_extra_args(false);
  addCommandOptions(*command, options->command, Subject::isNew);
  addExample(*command,
             "docket ticket open --board OPS --title \"VPN drops\" --priority p2 --label vpn");
  cli.run(command, [&cli, options] { open(cli, *options); });
}

// --- edit, classify
// -------------------------------------------------------------------------------

void edit(Cli& cli, const EditOptions& options) {
  std::optional<std::string> description = options.description;
  if (description) description = textOrStandardInput(*description);
  sendTicketCommand(cli, options.command, "Edited {}", [&](api::TicketCommand::Builder command) {
    auto body = command.initEdit();
    body.setTicket(asText(options.ticket));
    setText(body.initTitle(), {options.title, false});
    setText(body.initDescription(), {description, false});
    setText(body.initRequester(), options.requester);
    if (options.noDue) body.getDue().setNone();
    if (const auto due = parseInstant(options.due)) body.getDue().setAt(*due);
  });
}

void addEdit(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<EditOptions>();
  auto* command = addTicketChange(ticket, "edit",
                                  "Change a ticket's title, description, requester or due date; "
                                  "what is not given stays",
                                  *options);
  command->add_option("--title", options->title, "One line");
  command->add_option("--description", options->description, "- reads standard input");
  addTextChange(*command, "requester", "The subject who asks", options->requester);
  auto* due = command->add_option("--due", options->due, "When it must be done")
                  ->type_name("TIME")
                  ->check(CLI::Validator(checkInstant, ""));
  command->add_flag("--no-due", options->noDue, "It has none any more")->excludes(due);
  addExample(*command, "docket ticket edit OPS-42 --title \"VPN drops every hour\" --no-due");
  cli.run(command, [&cli, options] { edit(cli, *options); });
}

void writeClassify(const ClassifyOptions& options, api::ClassifyTicket::Builder body) {
  body.setTicket(asText(options.ticket));
  body.setType(asText(options.type));
  body.setClass(asText(options.serviceClass));
  body.setChangeKind(asText(options.classification.changeKind));
  body.setImpact(asText(options.classification.impact));
  body.setUrgency(asText(options.classification.urgency));
  body.setPriority(asText(options.classification.priority));
  body.setCynefin(asText(options.classification.cynefin));
  setText(body.initService(), options.service);
  setText(body.initCustomer(), options.customer);
  setTexts(body.initAddLabels(static_cast<capnp::uint>(options.addLabels.size())),
           options.addLabels);
  setTexts(body.initRemoveLabels(static_cast<capnp::uint>(options.removeLabels.size())),
           options.removeLabels);
}

void addClassify(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<ClassifyOptions>();
  auto* command = addTicketChange(
      ticket, "classify", "Say what kind of work a ticket is; what is not given stays", *options);
  command->add_option("--type", options->type, kTypes);
  command->add_option("--class", options->serviceClass, kClasses);
  addClassification(*command, options->classification);
  addTextChange(*command, "service", "The service it is about", options->service);
  addTextChange(*command, "customer", "For which customer: an organisation", options->customer);
  command->add_option("--label", options->addLabels, "Adds a label; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--remove-label", options->removeLabels, "Takes one off; may be repeated")
      ->allow_extra_args(false);
  addExample(*command, "docket ticket classify OPS-42 --type problem --impact high --label vpn");
  cli.run(command, [&cli, options] {
    sendTicketCommand(cli, options->command, "Classified {}",
                      [&](api::TicketCommand::Builder builder) {
                        writeClassify(*options, builder.initClassify());
                      });
  });
}

// --- links, split
// ---------------------------------------------------------------------------------

using InitLink = api::LinkTickets::Builder (api::TicketCommand::Builder::*)();

void link(Cli& cli, const LinkOptions& options, InitLink init, const std::string& did) {
  sendTicketCommand(cli, options.command, did, [&](api::TicketCommand::Builder builder) {
    auto body = (builder.*init)();
    body.setTicket(asText(options.ticket));
    body.setKind(asText(options.kind));
    body.setOther(asText(options.other));
  });
}

void addLinking(CLI::App& ticket, Cli& cli, const char* name, const char* help, InitLink init) {
  auto options = std::make_shared<LinkOptions>();
  auto* command = addTicketChange(ticket, name, help, *options);
  command->add_option("KIND", options->kind, kLinkKinds)->required();
  command->add_option("OTHER", options->other, "The other ticket")->required();
  addExample(*command, std::string("docket ticket ") + name + " OPS-42 duplicates OPS-17");
  const bool isLink = std::string_view(name) == "link";
  cli.run(command, [&cli, options, init, isLink] {
    link(cli, *options, init,
         std::string(isLink ? "Linked" : "Unlinked") + " {} (" + options->kind + " " +
             options->other + ")");
  });
}

void addSplit(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<SplitOptions>();
  auto* command = addTicketChange(
      ticket, "split", "Open a ticket for each part of a ticket, which becomes their parent",
      *options);
  command->add_option("TITLE", options->titles, "A part; may be repeated")->required();
  addExample(*command, "docket ticket split OPS-42 \"Replace the switch\" \"Tell the users\"");
  cli.run(command, [&cli, options] {
    sendTicketCommand(cli, options->command,
                      "Split {} into " + std::to_string(options->titles.size()) + " tickets",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initSplit();
                        body.setTicket(asText(options->ticket));
                        setTexts(body.initTitles(static_cast<capnp::uint>(options->titles.size())),
                                 options->titles);
                      });
  });
}

}  // namespace

void addTicketFormCommands(CLI::App& ticket, Cli& cli) {
  addOpen(ticket, cli);
  addEdit(ticket, cli);
  addClassify(ticket, cli);
  using Builder = api::TicketCommand::Builder;
  addLinking(ticket, cli, "link", "Link a ticket with another", &Builder::initLink);
  addLinking(ticket, cli, "unlink", "Take a link off", &Builder::initUnlink);
  addSplit(ticket, cli);
}

}  // namespace docket::client::cli
