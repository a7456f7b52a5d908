import HablaCheckpoints
import HablaNetwork

/// Finds out what kind of voice lies at a path, by content.
enum VoiceDetection {
  /// Opens the voice at a path: a file or a folder.
  ///
  /// - Throws: `HablaError`: when nothing is recognised, or more than one kind of voice, the message
  ///   says what was looked for and what was found.
  static func open(_ path: String) throws -> (any VoiceFamily.Type, VoiceParts) {
    guard ConfigurationFiles.exists(path) else { throw HablaError(.io, "no such file or folder") }
    if !ConfigurationFiles.isFolder(path), path.hasSuffix(".safetensors"),
      let own = try VoiceFile.read(try Checkpoints.open(path: path))
    {
      return own
    }
    for place in places(path) {
      let found = VoiceFamilies.all.compactMap { family in
        family.evidence(at: place).map { (family: family, files: $0) }
      }
      if found.count > 1 {
        let kinds = found.map { "\($0.family.identifier) (\($0.files))" }
        throw HablaError(
          .argument, "\(place): holds several kinds of voices: " + kinds.joined(separator: ", "),
          hint: "give the path of one voice's own file or folder")
      }
      if let family = found.first?.family, let parts = try family.open(path: place) {
        return (family, parts)
      }
    }
    let expected = [VoiceFile.expectation] + VoiceFamilies.all.map { $0.expectation }
    throw HablaError(
      .unsupported,
      "not a voice that Habla knows; looked for " + expected.joined(separator: "; or ")
        + "; found " + contents(of: path))
  }

  /// The path itself and, for a file, the folder it lies in: any file of a voice will do.
  private static func places(_ path: String) -> [String] {
    if ConfigurationFiles.isFolder(path) { return [path] }
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return [path, folder.isEmpty ? "." : folder.joined(separator: "/")]
  }

  private static func contents(of path: String) -> String {
    if !ConfigurationFiles.isFolder(path) {
      guard let file = try? FileBytes(mapping: path) else { return "an empty or unreadable file" }
      return "a file: " + Checkpoints.describe(file)
    }
    let names = ConfigurationFiles.names(in: path)
    if names.isEmpty { return "an empty folder" }
    return "a folder with " + names.prefix(12).joined(separator: ", ")
      + (names.count > 12 ? " and \(names.count - 12) more" : "")
  }
}
