#include "client/simulate/desk_words.h"

#include <array>

namespace docket::client::simulate {
namespace {

using Words = std::string_view;

template <std::size_t N>
Words oneOf(const std::array<Words, N>& words, Random& random) {
  return words[random.below(N)];
}

constexpr std::array<Words, 14> kThings{"Outlook",
                                        "the VPN client",
                                        "the label printer in goods-in",
                                        "Teams",
                                        "the ERP login",
                                        "the shared drive",
                                        "the intranet",
                                        "the scanner on floor 3",
                                        "the CRM",
                                        "the docking station",
                                        "Wi-Fi in meeting room Rhine",
                                        "the payroll portal",
                                        "the time clock",
                                        "the badge reader"};

constexpr std::array<Words, 10> kTroubles{"does not start after the update",
                                          "asks for the password again and again",
                                          "is very slow since this morning",
                                          "shows an empty page",
                                          "loses the connection every few minutes",
                                          "reports error 0x80070005",
                                          "cannot be reached from home",
                                          "freezes when saving",
                                          "prints only blank pages",
                                          "rejects my account"};

constexpr std::array<Words, 12> kRequests{"New laptop for a colleague starting on Monday",
                                          "Access to the finance folder",
                                          "Second monitor for my desk",
                                          "Licence for the drawing program",
                                          "Mailbox for the apprentices",
                                          "Mobile phone replacement, the display is cracked",
                                          "Distribution list for the works council",
                                          "Guest Wi-Fi for an audit team",
                                          "More space on the team drive",
                                          "Admin rights to install a printer driver",
                                          "Telephone forwarding during my leave",
                                          "Headset for the hotline"};

constexpr std::array<Words, 6> kProblems{
    "Recurring VPN drop-outs at the Lyon site",  "Mail delivery delays every Monday morning",
    "Printers vanish after each Windows update", "Night batch of the ERP overruns its window",
    "Badge readers lose their time settings",    "Certificates expire without notice"};

constexpr std::array<Words, 6> kChanges{"Renew the certificate of the supplier portal",
                                        "Move the file server to new storage",
                                        "Upgrade the database of the CRM",
                                        "Replace the core switch in building B",
                                        "Raise the mail attachment limit",
                                        "Patch the remote desktop gateways"};

constexpr std::array<Words, 6> kTasks{"Clean up accounts of people who left",
                                      "Check the restore of last week's backup",
                                      "Label the cables in rack 4",
                                      "Update the network drawing",
                                      "Count the spare laptops",
                                      "Review the firewall exceptions"};

constexpr std::array<Words, 6> kDetails{
    "It worked until yesterday.", "A restart did not help.",
    "My neighbour has the same.", "I need it for a deadline this week.",
    "It happens every time.",     "I have not changed anything."};

constexpr std::array<Words, 8> kWorkNotes{"Reproduced on a test machine.",
                                          "Called the user, gathered the details.",
                                          "The log shows a time-out towards the directory server.",
                                          "Cleared the cache, watching it.",
                                          "Compared the settings with a machine that works.",
                                          "Remote session done, first findings noted.",
                                          "Found the package that came with the last update.",
                                          "Asked the network team for a trace."};

constexpr std::array<Words, 5> kQuestions{
    "Which machine is it, and since when?", "Could you send a screenshot of the message?",
    "Does it happen with the cable as well?", "When may we restart your machine?",
    "Who approves the cost?"};

constexpr std::array<Words, 5> kAnswers{
    "It is the laptop on the second floor, since Tuesday.", "Here is what the message says.",
    "With the cable it works.", "Any time after four o'clock.", "My manager has approved it."};

constexpr std::array<Words, 5> kTriage{
    "Client side ruled out; points to the server.",
    "Rights look correct; needs a look at the directory.", "Happens on three sites at once.",
    "Update rolled back without effect.", "Trace attached; packets are lost behind the gateway."};

constexpr std::array<Words, 4> kFindings{
    "A stale entry in the directory was removed; please check with the user.",
    "The gateway has a new configuration; please test again.",
    "Known fault, the work-around is in the knowledge base.",
    "The service account had run out of its password."};

constexpr std::array<Words, 7> kResolutions{
    "Driver reinstalled, tested with the user.",
    "Password reset and token enrolled again.",
    "Access granted and confirmed.",
    "Replaced the device.",
    "Configuration corrected on the server.",
    "Delivered and set up at the desk.",
    "Work-around explained; permanent fix comes with the next update."};

constexpr std::array<Words, 4> kReopenings{
    "It is back after a restart.", "Works for me, but not for my colleague.",
    "The error comes again, less often.", "The access is there, but read only."};

constexpr std::array<Words, 3> kNoRoom{
    "No room in the next column; will take it on as soon as a card leaves.",
    "Limit reached; helping to finish what is open first.",
    "Wanted to go on with this one, but the column is full."};

constexpr std::array<BlockerWords, 5> kBlockers{{
    {"supplier", "Waiting for the spare part from the manufacturer.", "The part has arrived."},
    {"dependency", "Needs the network change of this week first.", "The network change is done."},
    {"environment", "The test environment is down.", "The test environment is up again."},
    {"information", "The system's owner has to say which version is meant.",
     "The owner has answered."},
    {"approval", "The security officer has to agree.", "The security officer agrees."},
}};

}  // namespace

std::string titleFor(std::string_view type, Random& random) {
  if (type == "service-request") return std::string(oneOf(kRequests, random));
  if (type == "problem") return std::string(oneOf(kProblems, random));
  if (type == "change") return std::string(oneOf(kChanges, random));
  if (type == "task") return std::string(oneOf(kTasks, random));
  std::string title(oneOf(kThings, random));
  if (title.starts_with("the ")) title[0] = 'T';
  return title.append(" ").append(oneOf(kTroubles, random));
}

std::string descriptionFor(std::string_view type, Random& random) {
  if (type != "incident") return {};
  std::string text(oneOf(kDetails, random));
  return text.append(" ").append(oneOf(kDetails, random));
}

std::string_view urgentTitle() {
  return "Order entry is down for the whole plant";
}
std::string_view workNote(Random& random) {
  return oneOf(kWorkNotes, random);
}
std::string_view questionToCustomer(Random& random) {
  return oneOf(kQuestions, random);
}
std::string_view answerOfCustomer(Random& random) {
  return oneOf(kAnswers, random);
}
std::string_view triageNote(Random& random) {
  return oneOf(kTriage, random);
}
std::string_view supportFinding(Random& random) {
  return oneOf(kFindings, random);
}
std::string_view resolution(Random& random) {
  return oneOf(kResolutions, random);
}
std::string_view reopenReason(Random& random) {
  return oneOf(kReopenings, random);
}
std::string_view noRoomNote(Random& random) {
  return oneOf(kNoRoom, random);
}
BlockerWords blocker(Random& random) {
  return kBlockers[random.below(kBlockers.size())];
}

}  // namespace docket::client::simulate
