#include "client/import/csv_reader.h"

#include <csv.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "client/import/utf8.h"

namespace docket::client::imports {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

CsvHeader headerOf(std::vector<std::string> names) {
  CsvHeader header;
  for (const std::string& name : names) {
    std::string address = name;
    for (int count = 2; std::find(header.addresses.begin(), header.addresses.end(), address) !=
                        header.addresses.end();
         ++count) {
      address = name + "#" + std::to_string(count);
    }
    header.addresses.push_back(std::move(address));
  }
  header.names = std::move(names);
  return header;
}

// Collects fields into rows. Lines are counted by feeding libcsv one physical line at a time.
class Rows {
 public:
  Rows(char delimiter, const CsvSink& sink) : sink_(sink) {
    // Strict at the end only: a quote that is never closed is an error, an odd one in between is
    // not.
    csv_init(&parser_, CSV_STRICT_FINI);
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
    csv_set_space_func(&parser_, [](unsigned char) { return 0; });  // blanks belong to the field
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() { csv_free(&parser_); }

  void feed(std::string_view bytes) {
    while (!bytes.empty() && !stopped_) {
      const std::size_t newline = bytes.find('\n');
      const std::size_t count = newline == std::string_view::npos ? bytes.size() : newline + 1;
      if (betweenRows()) row_.line = line_;
      csv_parse(&parser_, bytes.data(), count, &Rows::onField, &Rows::onRow, this);
      if (newline != std::string_view::npos) ++line_;
      bytes.remove_prefix(count);
    }
  }

  // The file is complete: its last row may lack a newline.
  void finish() {
    if (stopped_) return;
    if (csv_fini(&parser_, &Rows::onField, &Rows::onRow, this) != 0) {
      sink_.onRefused({row_.line, "", "a quoted field is never closed"});
    }
  }

  bool stopped() const { return stopped_; }
  bool sawHeader() const { return columns_ > 0; }
  bool headerBroken() const { return headerBroken_; }

 private:
  // libcsv's state before a row has begun is 0.
  bool betweenRows() const { return parser_.pstate == 0 && row_.fields.empty(); }

  static void onField(void* text, std::size_t size, void* self) {
    static_cast<Rows*>(self)->row_.fields.emplace_back(static_cast<const char*>(text), size);
  }

  static void onRow(int, void* self) { static_cast<Rows*>(self)->finishRow(); }

  void finishRow() {
    CsvRow row = std::exchange(row_, CsvRow{line_, {}});
    if (stopped_) return;
    const auto bad = std::find_if_not(row.fields.begin(), row.fields.end(),
                                      [](const std::string& field) { return isUtf8(field); });
    if (columns_ == 0) {
      headerBroken_ = bad != row.fields.end();
      columns_ = row.fields.size();
      header_ = headerOf(std::move(row.fields));
      stopped_ = headerBroken_ || !sink_.onHeader(header_);
    } else if (row.fields.size() != columns_) {
      sink_.onRefused({row.line, "",
                       "the row has " + std::to_string(row.fields.size()) +
                           " fields and the header " + std::to_string(columns_)});
    } else if (bad != row.fields.end()) {
      const auto index = static_cast<std::size_t>(bad - row.fields.begin());
      sink_.onRefused(
          {row.line, "", "column '" + header_.addresses[index] + "' is not valid UTF-8"});
    } else {
      stopped_ = !sink_.onRow(row);
    }
  }

  csv_parser parser_{};
  const CsvSink& sink_;
  CsvHeader header_;
  CsvRow row_{1, {}};
  std::size_t columns_ = 0;
  std::uint64_t line_ = 1;
  bool stopped_ = false;
  bool headerBroken_ = false;
};

ImportError noHeader(const ByteSource& source) {
  return badInput("'" + source.path() + "' is empty: it has no row that names the columns.");
}

}  // namespace

tl::expected<void, ImportError> readCsv(ByteSource& source, char delimiter, const CsvSink& sink) {
  Rows rows(delimiter, sink);
  bool atStart = true;
  for (;;) {
    const auto block = source.read();
    // What is left of a row that was cut off is no row.
    if (!block) return tl::make_unexpected(block.error());
    std::string_view bytes = *block;
    if (bytes.empty()) break;
    if (std::exchange(atStart, false)) {
      if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
        return tl::make_unexpected(
            badInput("'" + source.path() + "' is UTF-16; save it as UTF-8 first."));
      }
      if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
    }
    rows.feed(bytes);
    if (rows.stopped()) break;
  }
  rows.finish();
  if (rows.headerBroken()) {
    return tl::make_unexpected(
        badInput("'" + source.path() + "', line 1: the column names are not valid UTF-8."));
  }
  if (!rows.sawHeader()) return tl::make_unexpected(noHeader(source));
  return {};
}

}  // namespace docket::client::imports
