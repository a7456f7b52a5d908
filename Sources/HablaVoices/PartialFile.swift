#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that grows while it is received, kept when the transfer breaks.
///
/// Use from one thread at a time.
final class PartialFile {
  private let descriptor: Int32
  private let path: String
  private let limit: Int
  private var isIgnoring = false
  /// Bytes in the file.
  private(set) var count: Int

  /// Opens or creates a file, to be written at its end.
  init(_ path: String, limit: Int) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw VoiceError.system(path) }
    count = DiskFile.size(path) ?? 0
    (self.path, self.limit) = (path, limit)
  }

  deinit { _ = close(descriptor) }

  /// Empties the file.
  func restart() throws {
    guard ftruncate(descriptor, 0) == 0 else { throw VoiceError.system(path) }
    count = 0
  }

  /// Drops everything that still comes.
  func ignore() { isIgnoring = true }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    if isIgnoring { return }
    guard bytes.count <= limit - count else {
      throw VoiceError("\(path): the server sends more than the expected \(limit) bytes")
    }
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let written = write(descriptor, base + done, bytes.count - done)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw VoiceError.system(path) }
      done += written
    }
    count += done
  }
}

/// What fetching needs of the file system.
enum DiskFile {
  /// Bytes of a file; nil when there is none.
  static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws {
    var partial = path.hasPrefix("/") ? "" : "."
    for name in path.split(separator: "/") {
      partial += "/" + name
      if mkdir(partial, 0o777) != 0 && errno != EEXIST { throw VoiceError.system(partial) }
    }
    var status = stat()
    guard stat(path, &status) == 0, (status.st_mode & S_IFMT) == S_IFDIR else {
      throw VoiceError("\(path): is not a folder")
    }
  }

  /// Removes a file.
  static func remove(_ path: String) throws {
    guard unlink(path) == 0 else { throw VoiceError.system(path) }
  }

  /// Hands over a file's contents in pieces.
  static func read(_ path: String, _ body: (ArraySlice<UInt8>) -> Void) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw VoiceError.system(path) }
    defer { _ = close(descriptor) }
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let size = block.count
      let count = block.withUnsafeMutableBytes { readBytes(descriptor, $0.baseAddress, size) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw VoiceError.system(path) }
      if count == 0 { return }
      body(block[..<count])
    }
  }

  /// The system's `read`, which the function above hides.
  private static func readBytes(
    _ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
    Glibc.read(descriptor, bytes, count)
    #elseif canImport(Musl)
    Musl.read(descriptor, bytes, count)
    #else
    Darwin.read(descriptor, bytes, count)
    #endif
  }
}

extension VoiceError {
  /// The system call that just failed.
  static func system(_ path: String) -> VoiceError {
    VoiceError("\(path): \(String(cString: strerror(errno)))")
  }
}
