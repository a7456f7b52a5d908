import Foundation
import Synchronization

/// Fetches the files of a voice into a folder.
///
/// Each file is written to NAME.part, goes on where an earlier attempt stopped, is checked for size
/// and checksum, and only then gets its name. Files that are there already and whole are kept.
package struct VoiceDownload {
  /// Bytes of one file so far, and of how many, if known.
  package typealias Progress = @Sendable (_ file: String, _ done: Int, _ total: Int?) -> Void

  private let repository: VoiceRepository
  private let folder: String
  private let progress: Progress

  /// Files without a known size may have this many bytes.
  private static let largestFile = 4 << 30

  /// Prepares fetching into `folder`, which is created.
  package init(
    _ repository: VoiceRepository, into folder: String,
    progress: @escaping Progress = { _, _, _ in }
  ) {
    (self.repository, self.folder, self.progress) = (repository, folder, progress)
  }

  /// The folder that voices are kept in by default: HABLA_VOICES, else XDG_CACHE_HOME/habla/voices,
  /// else ~/.cache/habla/voices.
  package static func defaultFolder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    if let own = environment["HABLA_VOICES"], !own.isEmpty { return own }
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return cache + "/habla/voices"
    }
    return NSHomeDirectory() + "/.cache/habla/voices"
  }

  /// Fetches a voice and gives its folder.
  ///
  /// - Throws: `VoiceError`; what was fetched so far stays as NAME.part for the next attempt, unless
  ///   it is known to be wrong.
  package func fetch(_ voice: RemoteVoice) throws -> String {
    let path = "\(folder)/\(voice.source.rawValue)/\(voice.name)"
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { throw VoiceError("\(path): \(error.localizedDescription)") }
    for file in try repository.files(of: voice) {
      guard SafeName.isValid(file.name) else {
        throw VoiceError("the voice has a file '\(file.name)', which is refused")
      }
      try fetch(file, to: "\(path)/\(file.name)")
    }
    return path
  }

  private func fetch(_ file: RemoteFile, to path: String) throws {
    if FileManager.default.fileExists(atPath: path), try problem(with: path, file) == nil { return }
    let part = path + ".part"
    let isResumed = Self.size(part) > 0
    try transfer(file, to: part)
    if var reason = try problem(with: part, file) {
      // What an earlier attempt left may have been of another version: once more from the start.
      try Self.remove(part)
      if isResumed {
        try transfer(file, to: part)
        guard let again = try problem(with: part, file) else { return try finish(part, path) }
        reason = again
        try Self.remove(part)
      }
      throw VoiceError("\(file.name): \(reason)", hint: "try again; nothing was kept of the file")
    }
    try finish(part, path)
  }

  private func finish(_ part: String, _ path: String) throws {
    guard rename(part, path) == 0 else {
      throw VoiceError("\(path): \(String(cString: strerror(errno)))")
    }
  }

  // MARK: transfer

  private func transfer(_ file: RemoteFile, to part: String) throws {
    guard let url = URL(string: repository.host + file.path) else {
      throw VoiceError("bad address \(repository.host)\(file.path)")
    }
    let start = Self.size(part)
    if let size = file.size, start == size { return }
    if let size = file.size, start > size { try Self.remove(part) }
    let output = try PartialFile(part, limit: file.size ?? Self.largestFile)
    let offset = output.count
    let name = file.name
    let transfer = HTTPTransfer(
      url, fields: offset > 0 ? ["Range": "bytes=\(offset)-"] : [:]
    ) { [progress] head in
      switch head.status {
      case 200: try output.restart()
      case 206:
        let range = head.fields["content-range"] ?? ""
        guard range.hasPrefix("bytes \(offset)-") else {
          throw VoiceError("\(url.absoluteString): sent the range '\(range)' instead of \(offset)-")
        }
      // Nothing left to send, or the file has become shorter: what is there is checked.
      case 416: output.ignore()
      default: throw VoiceError("\(url.absoluteString): the server answers \(head.status)")
      }
      progress(name, output.count, file.size)
    } onData: { [progress] data in
      try output.append(data)
      progress(name, output.count, file.size)
    }
    defer { output.close() }
    _ = try transfer.run()
  }

  // MARK: checks

  /// What is wrong with a complete file, or nil.
  private func problem(with path: String, _ file: RemoteFile) throws -> String? {
    let size = Self.size(path)
    if let expected = file.size, size != expected {
      return "expected \(expected) bytes, got \(size)"
    }
    guard let digest = file.digest else { return nil }
    guard let input = FileHandle(forReadingAtPath: path) else { return "cannot be read" }
    defer { try? input.close() }
    var sum = MessageDigest(digest.algorithm)
    sum.update(digest.prefix)
    while let data = try input.read(upToCount: 1 << 20), !data.isEmpty { sum.update(data) }
    let found = sum.hexadecimal()
    return found == digest.hexadecimal
      ? nil : "\(digest.algorithm.rawValue) is \(found), expected \(digest.hexadecimal)"
  }

  private static func size(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  private static func remove(_ path: String) throws {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      throw VoiceError("\(path): \(error.localizedDescription)")
    }
  }
}

/// A file that grows while it is received; used from the transfer's thread.
private final class PartialFile: Sendable {
  private struct State {
    var handle: FileHandle?
    var count: Int
    var isIgnoring = false
  }

  private let state: Mutex<State>
  private let path: String
  private let limit: Int

  /// Opens or creates a file, to be written at its end.
  init(_ path: String, limit: Int) throws {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw VoiceError("\(path): cannot be written")
    }
    let end = try handle.seekToEnd()
    state = Mutex(State(handle: handle, count: Int(end)))
    self.path = path
    self.limit = limit
  }

  var count: Int { state.withLock { $0.count } }

  /// Empties the file.
  func restart() throws {
    try state.withLock {
      try $0.handle?.truncate(atOffset: 0)
      $0.count = 0
    }
  }

  /// Drops everything that still comes.
  func ignore() { state.withLock { $0.isIgnoring = true } }

  func append(_ data: Data) throws {
    try state.withLock {
      if $0.isIgnoring { return }
      $0.count += data.count
      guard $0.count <= limit else {
        throw VoiceError("\(path): the server sends more than the expected \(limit) bytes")
      }
      try $0.handle?.write(contentsOf: data)
    }
  }

  func close() { state.withLock { try? $0.handle?.close() } }
}
