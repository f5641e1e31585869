// Just enough JSON to print one document: objects that keep the order of their fields.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket::client::verify {

// In quotes; bytes that are not UTF-8 as visible() shows them.
std::string jsonString(std::string_view text);

class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view text);
  JsonObject& add(std::string_view name, const char* text) {
    return add(name, std::string_view(text));
  }
  JsonObject& add(std::string_view name, std::uint64_t number);
  JsonObject& add(std::string_view name, bool value);
  JsonObject& add(std::string_view name, const JsonObject& object);
  JsonObject& add(std::string_view name, const std::vector<JsonObject>& objects);
  JsonObject& add(std::string_view name, const std::vector<std::string>& texts);

  // The fields of another one, after those that are here.
  JsonObject& append(const JsonObject& other);

  std::string text() const { return "{" + fields_ + "}"; }

 private:
  JsonObject& addWritten(std::string_view name, std::string_view written);
  std::string fields_;
};

}  // namespace docket::client::verify
