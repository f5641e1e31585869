#include "client/verify/json.h"

#include "client/verify/text.h"

namespace docket::client::verify {

std::string jsonString(std::string_view text) {
  const std::string readable = isUtf8(text) ? std::string(text) : visible(text);
  std::string quoted = "\"";
  for (const char c : readable) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += "\\u00" + toHex({&c, 1});
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

JsonObject& JsonObject::addWritten(std::string_view name, std::string_view written) {
  if (!fields_.empty()) fields_ += ", ";
  fields_ += jsonString(name);
  fields_ += ": ";
  fields_ += written;
  return *this;
}

JsonObject& JsonObject::add(std::string_view name, std::string_view text) {
  return addWritten(name, jsonString(text));
}

JsonObject& JsonObject::add(std::string_view name, std::uint64_t number) {
  return addWritten(name, std::to_string(number));
}

JsonObject& JsonObject::add(std::string_view name, bool value) {
  return addWritten(name, value ? "true" : "false");
}

JsonObject& JsonObject::add(std::string_view name, const JsonObject& object) {
  return addWritten(name, object.text());
}

JsonObject& JsonObject::add(std::string_view name, const std::vector<JsonObject>& objects) {
  std::string written;
  for (const JsonObject& object : objects) {
    if (!written.empty()) written += ", ";
    written += object.text();
  }
  return addWritten(name, "[" + written + "]");
}

JsonObject& JsonObject::add(std::string_view name, const std::vector<std::string>& texts) {
  std::string written;
  for (const std::string& text : texts) {
    if (!written.empty()) written += ", ";
    written += jsonString(text);
  }
  return addWritten(name, "[" + written + "]");
}

JsonObject& JsonObject::append(const JsonObject& other) {
  if (!fields_.empty() && !other.fields_.empty()) fields_ += ", ";
  fields_ += other.fields_;
  return *this;
}

}  // namespace docket::client::verify
