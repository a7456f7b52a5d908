#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Fetches the files of a voice into a folder.
///
/// Each file is written to NAME.part, goes on where an earlier attempt stopped, is checked for size
/// and checksum, and only then gets its name. Files that are there already and whole are kept.
package struct VoiceDownload {
  /// Bytes of one file so far, and of how many, if known.
  package typealias Progress = (_ file: String, _ done: Int, _ total: Int?) -> Void

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

  /// The folder that voices are kept in by default.
  ///
  /// That is HABLA_VOICES, else XDG_CACHE_HOME/habla/voices, else ~/.cache/habla/voices; `variable`
  /// gives the value of a variable of the environment.
  package static func defaultFolder(
    _ variable: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) -> String {
    if let own = variable("HABLA_VOICES"), !own.isEmpty { return own }
    if let cache = variable("XDG_CACHE_HOME"), cache.hasPrefix("/") {
      return cache + "/habla/voices"
    }
    let home = variable("HOME") ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) }
    return (home ?? "") + "/.cache/habla/voices"
  }

  /// Fetches a voice and gives its folder.
  ///
  /// - Throws: `VoiceError`; what was fetched so far stays as NAME.part for the next attempt, unless
  ///   it is known to be wrong.
  package func fetch(_ voice: RemoteVoice) throws -> String {
    let path = "\(folder)/\(voice.source.rawValue)/\(voice.name)"
    try DiskFile.makeFolder(path)
    for file in try repository.files(of: voice) {
      guard SafeName.isValid(file.name) else {
        throw VoiceError("the voice has a file '\(file.name)', which is refused")
      }
      try fetch(file, to: "\(path)/\(file.name)")
    }
    return path
  }

  private func fetch(_ file: RemoteFile, to path: String) throws {
    if DiskFile.size(path) != nil, try problem(with: path, file) == nil { return }
    let part = path + ".part"
    let isResumed = (DiskFile.size(part) ?? 0) > 0
    try transfer(file, to: part)
    if var reason = try problem(with: part, file) {
      // What an earlier attempt left may have been of another version: once more from the start.
      try DiskFile.remove(part)
      if isResumed {
        try transfer(file, to: part)
        guard let again = try problem(with: part, file) else { return try finish(part, path) }
        reason = again
        try DiskFile.remove(part)
      }
      throw VoiceError("\(file.name): \(reason)", hint: "try again; nothing was kept of the file")
    }
    try finish(part, path)
  }

  private func finish(_ part: String, _ path: String) throws {
    guard rename(part, path) == 0 else { throw VoiceError.system(path) }
  }

  // MARK: transfer

  private func transfer(_ file: RemoteFile, to part: String) throws {
    let address = try repository.address(file.path)
    let start = DiskFile.size(part) ?? 0
    if let size = file.size, start == size { return }
    if let size = file.size, start > size { try DiskFile.remove(part) }
    let output = try PartialFile(part, limit: file.size ?? Self.largestFile)
    let offset = output.count
    let fields = offset > 0 ? ["Range": "bytes=\(offset)-"] : [:]
    try HTTPTransfer(address, fields: fields) { head in
      switch head.status {
      case 200: try output.restart()
      case 206:
        let range = head.fields["content-range"] ?? ""
        guard range.hasPrefix("bytes \(offset)-") else {
          throw VoiceError("\(address): sent the range '\(range)' instead of \(offset)-")
        }
      // Nothing left to send, or the file has become shorter: what is there is checked.
      case 416: output.ignore()
      default: throw VoiceError("\(address): the server answers \(head.status)")
      }
      progress(file.name, output.count, file.size)
    } onData: { bytes in
      try output.append(bytes)
      progress(file.name, output.count, file.size)
    }.run()
  }

  // MARK: checks

  /// What is wrong with a complete file, or nil.
  private func problem(with path: String, _ file: RemoteFile) throws -> String? {
    let size = DiskFile.size(path) ?? 0
    if let expected = file.size, size != expected {
      return "expected \(expected) bytes, got \(size)"
    }
    guard let digest = file.digest else { return nil }
    var sum = MessageDigest(digest.algorithm)
    sum.update(digest.prefix)
    try DiskFile.read(path) { sum.update($0) }
    let found = sum.hexadecimal()
    return found == digest.hexadecimal
      ? nil : "\(digest.algorithm.rawValue) is \(found), expected \(digest.hexadecimal)"
  }
}
