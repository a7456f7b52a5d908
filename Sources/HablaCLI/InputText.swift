import ArgumentParser
import Habla

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a command's text comes from: arguments, a file, or standard input.
struct InputText: ParsableArguments {
  @Argument(help: "The text; without it and without --file, standard input is read.")
  var words: [String] = []

  @Option(name: .shortAndLong, help: "A text file in UTF-8; - for standard input.")
  var file: String?

  func validate() throws {
    if file != nil && !words.isEmpty {
      throw ValidationError("give the text or --file, not both")
    }
  }

  /// Reads the text; bytes that are not UTF-8 are replaced, with a line on standard error.
  func read() throws -> String {
    if file == nil && !words.isEmpty { return words.joined(separator: " ") }
    return try Self.read(file ?? "-")
  }

  /// Reads a file, or standard input for "-".
  static func read(_ path: String) throws -> String {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw HablaError(.io, "\(path): \(String(cString: strerror(errno)))") }
    defer { if path != "-" { close(descriptor) } }
    if path == "-" && isatty(STDIN_FILENO) == 1 {
      printError("habla: reading text from the terminal; end it with Ctrl-D")
    }
    let bytes = try readAll(descriptor, path)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    printError("habla: \(path): some bytes are not UTF-8 and are skipped")
    return String(decoding: bytes, as: UTF8.self).replacing("\u{FFFD}", with: " ")
  }

  private static func readAll(_ descriptor: Int32, _ path: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = block.withUnsafeMutableBytes { buffer in
        #if canImport(Darwin)
        Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
        Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #else
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw HablaError(.io, "\(path): \(String(cString: strerror(errno)))") }
      if count == 0 { return bytes }
      bytes += block[0..<count]
    }
  }
}
