#include "tests/system/server_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace docket::tests {

ServerProcess::ServerProcess(const std::filesystem::path& program,
                             const std::filesystem::path& data) {
  int ready[2];
  if (::pipe(ready) != 0) throw std::runtime_error("pipe failed");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::close(ready[0]);
    const std::string fd = std::to_string(ready[1]);
    ::execl(program.c_str(), program.c_str(), "--data", data.c_str(), "--listen", "127.0.0.1:0",
            "--http", "off", "--log-level", "warn", "--ready-fd", fd.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ready[1]);
  std::string line;
  char byte = 0;
  while (::read(ready[0], &byte, 1) == 1 && byte != '\n') line += byte;
  ::close(ready[0]);
  // "rpc=127.0.0.1:40123 http=off"
  const auto end = line.find(' ');
  if (line.rfind("rpc=", 0) != 0) {
    waitForEnd();
    throw std::runtime_error("docketd did not start on " + data.string());
  }
  address_ = line.substr(4, end == std::string::npos ? end : end - 4);
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) kill9();
}

void ServerProcess::kill9() {
  ::kill(pid_, SIGKILL);
  waitForEnd();
}

int ServerProcess::terminate() {
  ::kill(pid_, SIGTERM);
  return waitForEnd();
}

int ServerProcess::waitForEnd() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace docket::tests
