#include "client/import/xes_reader.h"

#include <expat.h>

#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace docket::client::imports {
namespace {

// Deeper nesting is no log that anybody wrote, and would use up the stack of those who walk it.
constexpr std::size_t kMaxNesting = 100;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

std::string_view localName(const char* name) {
  const char* colon = std::strrchr(name, ':');
  return colon == nullptr ? name : colon + 1;
}

class Handler {
 public:
  Handler(XML_Parser parser, const XesSink& sink) : parser_(parser), sink_(sink) {}

  void start(const char* element, const char** attributes) {
    ++depth_;
    sawAnything_ = true;
    if (skipFrom_ != 0 || stopped_) return;
    const std::string_view name = localName(element);
    if (depth_ == 1) {
      isLog_ = name == "log";
      if (!isLog_) stop();
    } else if (!trace_) {
      startInLog(name);
    } else if (depth_ == traceDepth_ + 1 && name == "event") {
      event_ = XesEvent{line(), {}};
    } else {
      startAttribute(name, attributes);
    }
  }

  void end() {
    const std::size_t depth = depth_--;
    if (stopped_) return;
    if (skipFrom_ != 0) {
      if (skipFrom_ == depth) skipFrom_ = 0;
      return;
    }
    if (!trace_) return;
    if (depth == traceDepth_) return finishTrace();
    if (event_ && depth == traceDepth_ + 1) {
      trace_->events.push_back(*std::exchange(event_, std::nullopt));
      return;
    }
    finishAttribute();
  }

  bool stopped() const { return stopped_; }
  bool isLog() const { return isLog_; }
  bool tooDeep() const { return tooDeep_; }
  bool sawAnything() const { return sawAnything_; }
  std::uint64_t line() const { return XML_GetCurrentLineNumber(parser_); }

 private:
  void startInLog(std::string_view name) {
    if (name == "trace") {
      trace_ = XesTrace{line(), {}, {}};
      traceDepth_ = depth_;
      return;
    }
    if (name == "event") {
      sink_.onOrphan(line());
    } else if (sink_.onPassedOver) {
      sink_.onPassedOver();
    }
    skipFrom_ = depth_;
  }

  void startAttribute(std::string_view name, const char** attributes) {
    if (open_.size() >= kMaxNesting) {
      tooDeep_ = true;
      return stop();
    }
    SourceAttribute attribute;
    attribute.type = name;
    for (; *attributes != nullptr; attributes += 2) {
      if (std::strcmp(attributes[0], "key") == 0) attribute.key = attributes[1];
      if (std::strcmp(attributes[0], "value") == 0) attribute.value = attributes[1];
    }
    open_.push_back(std::move(attribute));
  }

  void finishAttribute() {
    if (open_.empty()) return;
    SourceAttribute done = std::move(open_.back());
    open_.pop_back();
    std::vector<SourceAttribute>& into = !open_.empty() ? open_.back().children
                                         : event_       ? event_->attributes
                                                        : trace_->attributes;
    into.push_back(std::move(done));
  }

  void finishTrace() {
    XesTrace trace = *std::exchange(trace_, std::nullopt);
    if (!sink_.onTrace(trace)) stop();
  }

  void stop() {
    stopped_ = true;
    XML_StopParser(parser_, XML_FALSE);
  }

  XML_Parser parser_;
  const XesSink& sink_;
  std::size_t depth_ = 0;
  std::size_t traceDepth_ = 0;
  std::size_t skipFrom_ = 0;  // not 0: the depth of an element that is passed over with all in it
  bool isLog_ = true;
  bool stopped_ = false;
  bool tooDeep_ = false;
  bool sawAnything_ = false;  // an element at all
  std::optional<XesTrace> trace_;
  std::optional<XesEvent> event_;
  std::vector<SourceAttribute> open_;  // attributes around the current place, outermost first
};

// Whether the parser missed something that may have stood behind the end of the file.
bool endedEarly(XML_Error error) {
  return error == XML_ERROR_NO_ELEMENTS || error == XML_ERROR_UNCLOSED_TOKEN ||
         error == XML_ERROR_PARTIAL_CHAR || error == XML_ERROR_UNCLOSED_CDATA_SECTION;
}

ImportError parseError(const ByteSource& source, XML_Parser parser, const Handler& handler,
                       bool atEnd) {
  const std::string at = "'" + source.path() + "', line " + std::to_string(handler.line()) + ": ";
  if (!handler.isLog()) {
    return badInput("'" + source.path() + "' is XML but no XES log: its root is not <log>.");
  }
  if (handler.tooDeep()) {
    return badInput(at + "attributes are nested more than " + std::to_string(kMaxNesting) +
                    " deep.");
  }
  if (atEnd && XML_GetCurrentByteIndex(parser) <= 0 && !handler.sawAnything()) {
    if (XML_GetErrorCode(parser) == XML_ERROR_NO_ELEMENTS) {
      return badInput("'" + source.path() + "' is empty.");
    }
  }
  if (atEnd && endedEarly(XML_GetErrorCode(parser))) {
    return brokenInput("'" + source.path() + "' is cut off: it ends in line " +
                       std::to_string(handler.line()) + ", within the log.");
  }
  if (!handler.sawAnything()) {
    return badInput("'" + source.path() + "' is no XES: line " + std::to_string(handler.line()) +
                    " is not XML.");
  }
  return brokenInput(at + "it is not XML there.");
}

}  // namespace

tl::expected<void, ImportError> readXes(ByteSource& source, const XesSink& sink) {
  const Parser parser(XML_ParserCreate(nullptr));
  Handler handler(parser.get(), sink);
  XML_SetUserData(parser.get(), &handler);
  XML_SetElementHandler(
      parser.get(),
      [](void* data, const char* name, const char** attributes) {
        static_cast<Handler*>(data)->start(name, attributes);
      },
      [](void* data, const char*) { static_cast<Handler*>(data)->end(); });
  for (;;) {
    const auto block = source.read();
    if (!block) return tl::make_unexpected(block.error());
    const bool last = block->empty();
    const auto status =
        XML_Parse(parser.get(), block->data(), static_cast<int>(block->size()), last);
    if (handler.stopped() && handler.isLog() && !handler.tooDeep()) return {};
    if (status == XML_STATUS_ERROR) {
      return tl::make_unexpected(parseError(source, parser.get(), handler, last));
    }
    if (last) return {};
  }
}

}  // namespace docket::client::imports
