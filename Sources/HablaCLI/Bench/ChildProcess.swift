import ArgumentParser
import Habla

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// This program in a process of its own.
enum ChildProcess {
  /// Runs this program with arguments and returns what it writes to standard output.
  ///
  /// - Throws: `HablaError` when it cannot be started or is killed, `ExitCode` when it fails; both
  ///   processes share standard error.
  static func output(of arguments: [String]) throws -> [UInt8] {
    var ends: [Int32] = [0, 0]
    if pipe(&ends) != 0 { throw failure("pipe", errno) }
    #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
    #else
    var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    var pointers = ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, nil, &pointers, environ)
    close(ends[1])
    defer { close(ends[0]) }
    if code != 0 { throw failure(program, code) }
    let bytes = readToEnd(ends[0])
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    if status & 0x7F != 0 {
      throw HablaError(.internal, "a measuring process was ended by signal \(status & 0x7F)")
    }
    // It has said on standard error what went wrong.
    if status != 0 { throw ExitCode(status >> 8 & 0xFF) }
    return bytes
  }

  private static var program: String {
    #if os(Linux)
    "/proc/self/exe"
    #else
    CommandLine.arguments[0]
    #endif
  }

  private static func readToEnd(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(descriptor, &block, block.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return bytes }
      bytes += block[..<count]
    }
  }

  private static func failure(_ call: String, _ code: Int32) -> HablaError {
    HablaError(.io, "\(call): \(String(cString: strerror(code)))")
  }
}
