import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Small reads that families share.
enum ConfigurationFiles {
  /// Largest configuration file that is read; published ones have a few hundred KiB at most.
  static let largestText = 64 << 20

  /// Whether something exists at a path.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Why a path cannot be followed to anything; nil when it can.
  static func obstacle(_ path: String) -> String? {
    var status = stat()
    // A NUL would cut the path short.
    if path.utf8.contains(0) { return "the path contains a NUL character" }
    return stat(path, &status) == 0 ? nil : String(cString: strerror(errno))
  }

  /// Whether a path is a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFDIR
  }

  /// The first of `names` that exists in a folder, as a path.
  static func firstExisting(_ names: [String], in folder: String) -> String? {
    names.map { folder + "/" + $0 }.first(where: exists)
  }

  /// The path of `name` inside a voice's folder, or beside a voice's file.
  static func path(_ name: String, besideVoice voicePath: String) -> String {
    if isFolder(voicePath) { return voicePath + "/" + name }
    guard let slash = voicePath.lastIndex(of: "/") else { return name }
    return voicePath[...slash] + name
  }

  /// Names of a folder's entries, sorted; empty when it cannot be read.
  static func names(in folder: String) -> [String] { (try? readableNames(in: folder)) ?? [] }

  /// Names of a folder's entries, sorted.
  ///
  /// - Throws: `HablaError` when it cannot be read.
  static func readableNames(in folder: String) throws -> [String] {
    guard let directory = opendir(folder) else {
      throw HablaError(.io, "\(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        // NUL-terminated, whatever the array's declared length.
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Contents of a UTF-8 text file; nil when it does not exist.
  ///
  /// With `orLatin1`, a file that is not UTF-8 is read as ISO 8859-1.
  ///
  /// - Throws: `HablaError` when it exists but cannot be read or is not UTF-8.
  static func text(_ path: String, orLatin1: Bool = false) throws -> String? {
    if !exists(path) { return nil }
    if isFolder(path) { throw HablaError(.io, "\(path): is a folder, expected a file") }
    // Non-blocking, so that a pipe in place of a file is refused instead of waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw HablaError(.io, "\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, (status.st_mode & S_IFMT) == S_IFREG else {
      throw HablaError(.io, "\(path): is not a regular file")
    }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &block, block.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw HablaError(.io, "\(path): \(String(cString: strerror(errno)))") }
      if count == 0 { break }
      bytes += block[0..<count]
      if bytes.count > largestText {
        throw HablaError(.format, "\(path): larger than \(largestText) bytes")
      }
    }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    if !orLatin1 { throw HablaError(.format, "\(path): is not valid UTF-8") }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
    return String(text)
  }
}

/// JSON configuration files.
enum ConfigurationJSON {
  /// Decodes a type from JSON text, with errors that name the file and the key.
  static func decode<T: Decodable>(_ type: T.Type, _ text: String, name: String) throws -> T {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch let error as DecodingError {
      throw HablaError(.format, "\(name): \(describe(error))")
    } catch {
      throw HablaError(.format, "\(name): \(error)")
    }
  }

  /// JSON text of a value, keys sorted.
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func describe(_ error: DecodingError) -> String {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "key '\(path(context.codingPath + [key]))' is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "key '\(path(context.codingPath))' must be of type \(type)"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "is not valid JSON" : "key '\(path(context.codingPath))': \(context.debugDescription)"
    @unknown default:
      return "\(error)"
    }
  }
}
