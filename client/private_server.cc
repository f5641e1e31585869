#include "client/private_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::client {
namespace {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::string readAll(int fd) {
  std::string all;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t got = read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

// Up to the first newline; what came until then when the other side closes.
std::string readLine(int fd) {
  std::string line;
  char c = 0;
  for (;;) {
    const ssize_t got = read(fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') return line;
    line += c;
  }
}

// From "rpc=HOST:PORT http=…", what docketd says when it takes connections; empty when it is not
// that.
std::string rpcAddress(std::string_view line) {
  constexpr std::string_view kName = "rpc=";
  if (line.substr(0, kName.size()) != kName) return {};
  line.remove_prefix(kName.size());
  return std::string(line.substr(0, line.find(' ')));
}

int waitForEnd(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// The last line that says something: docketd's reason, without its name in front.
std::string lastSentence(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const auto newline = text.rfind('\n');
  if (newline != std::string_view::npos) text.remove_prefix(newline + 1);
  constexpr std::string_view kName = "docketd: ";
  if (text.substr(0, kName.size()) == kName) text.remove_prefix(kName.size());
  return std::string(text);
}

// What the child keeps open past exec.
struct ChildDescriptors {
  int ready;   // it writes its addresses there
  int owner;   // it ends when the other end of this pipe is closed, however this program ended
  int errors;  // its standard error
};

// In the child: between fork and exec only what is safe there.
[[noreturn]] void becomeServer(char* const* arguments, const ChildDescriptors& fds) {
  // A group of its own: Ctrl-C in the terminal is for this program, which then ends its server.
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(fds.errors, STDERR_FILENO);
  fcntl(fds.ready, F_SETFD, 0);
  fcntl(fds.owner, F_SETFD, 0);
  execv(arguments[0], arguments);
  constexpr std::string_view kSentence = "cannot start docketd beside this program\n";
  if (write(STDERR_FILENO, kSentence.data(), kSentence.size()) < 0) _exit(126);
  _exit(127);
}

}  // namespace

std::string programBeside() {
  std::string path(4096, '\0');
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return "docketd";
  path.resize(static_cast<std::size_t>(length));
  return path.substr(0, path.rfind('/') + 1) + "docketd";
}

tl::expected<std::unique_ptr<PrivateServer>, PrivateServerError> PrivateServer::start(
    const std::string& dataDirectory, const std::string& program) {
  const auto failed = [](int exitCode, std::string message) {
    return tl::make_unexpected(PrivateServerError{exitCode, std::move(message)});
  };
  std::array<int, 2> ready{-1, -1};
  std::array<int, 2> owner{-1, -1};
  const bool piped = pipe2(ready.data(), O_CLOEXEC) == 0 && pipe2(owner.data(), O_CLOEXEC) == 0;
  const int pipeError = errno;
  const Descriptor readyRead(ready[0]);
  Descriptor readyWrite(ready[1]);
  const Descriptor ownerRead(owner[0]);
  Descriptor ownerWrite(owner[1]);
  if (!piped) return failed(1, std::string("cannot start docketd: ") + std::strerror(pipeError));
  // A file, not a pipe: the server's log may grow without anybody reading it.
  const Descriptor errors(memfd_create("docketd-stderr", MFD_CLOEXEC));
  if (errors.get() < 0) return failed(1, "cannot keep what docketd says");

  std::vector<std::string> words = {program.empty() ? programBeside() : program,
                                    "--data",
                                    dataDirectory,
                                    "--listen",
                                    "127.0.0.1:0",
                                    "--http",
                                    "off",
                                    "--log-level",
                                    "warn",
                                    "--ready-fd",
                                    std::to_string(readyWrite.get()),
                                    "--parent-death-fd",
                                    std::to_string(ownerRead.get())};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const pid_t process = fork();
  if (process < 0) return failed(1, std::string("cannot start docketd: ") + std::strerror(errno));
  if (process == 0) {
    becomeServer(arguments.data(), {readyWrite.get(), ownerRead.get(), errors.get()});
  }

  readyWrite.reset();
  const std::string address = rpcAddress(readLine(readyRead.get()));
  if (!address.empty()) {
    return std::unique_ptr<PrivateServer>(
        new PrivateServer(process, ownerWrite.release(), address));
  }
  ownerWrite.reset();
  const int exitCode = waitForEnd(process);
  lseek(errors.get(), 0, SEEK_SET);
  const std::string sentence = lastSentence(readAll(errors.get()));
  return failed(exitCode == 4 ? 4 : 1,
                sentence.empty() ? "docketd ended without a reason" : sentence);
}

PrivateServer::PrivateServer(pid_t process, int ownerFd, std::string address)
    : process_(process), ownerFd_(ownerFd), address_(std::move(address)) {}

PrivateServer::~PrivateServer() {
  kill(process_, SIGTERM);
  waitForEnd(process_);
  close(ownerFd_);
}

}  // namespace docket::client
