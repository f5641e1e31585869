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
    const bool several = std::count(names.begin(), names.end(), name) > 1;
    std::string address = several ? name + "#1" : name;
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
    // Not strict: an odd quote in between is no error. One that is never closed is, see finish().
    csv_init(&parser_, 0);
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
      const bool wasInQuote = inQuote();
      const std::uint64_t fieldBefore = fieldsSeen_;
      csv_parse(&parser_, bytes.data(), count, &Rows::onField, &Rows::onRow, this);
      if (inQuote() && (!wasInQuote || fieldsSeen_ != fieldBefore)) quoteLine_ = line_;
      if (newline != std::string_view::npos) ++line_;
      bytes.remove_prefix(count);
    }
  }

  // The file is complete: its last row may lack a newline.
  void finish() {
    if (stopped_) return;
    if (inQuote()) {
      // libcsv would hand over everything from the quote to the end of the file as one field.
      quoteOpen_ = true;
      if (columns_ > 0) sink_.onRefused({quoteLine_, "", "a quote is opened and never closed"});
      return;
    }
    csv_fini(&parser_, &Rows::onField, &Rows::onRow, this);
  }

  bool stopped() const { return stopped_; }
  bool sawHeader() const { return columns_ > 0; }
  bool headerBroken() const { return headerBroken_; }
  bool quoteOpen() const { return quoteOpen_; }
  std::uint64_t quoteLine() const { return quoteLine_; }

 private:
  // libcsv's state before a row has begun is 0.
  bool betweenRows() const { return parser_.pstate == 0 && row_.fields.empty(); }

  // libcsv's state within a field is 2; a closing quote moves it to 3.
  bool inQuote() const { return parser_.pstate == 2 && parser_.quoted != 0; }

  static void onField(void* text, std::size_t size, void* self) {
    static_cast<Rows*>(self)->row_.fields.emplace_back(static_cast<const char*>(text), size);
    ++static_cast<Rows*>(self)->fieldsSeen_;
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
  std::uint64_t fieldsSeen_ = 0;
  std::uint64_t quoteLine_ = 0;  // where the quote that is open now was opened
  bool quoteOpen_ = false;
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
  if (rows.quoteOpen() && !rows.sawHeader()) {
    return tl::make_unexpected(badInput("'" + source.path() + "', line " +
                                        std::to_string(rows.quoteLine()) +
                                        ": a quote is opened and never closed."));
  }
  if (!rows.sawHeader()) return tl::make_unexpected(noHeader(source));
  return {};
}

}  // namespace docket::client::imports
