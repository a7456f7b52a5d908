import HablaCheckpoints
import HablaNetwork

/// Finds out what kind of voice lies at a path, by content.
enum VoiceDetection {
  /// Opens the voice at a path: a file or a folder.
  ///
  /// - Throws: `HablaError`: when nothing is recognised, or more than one kind of voice, the message
  ///   says what was looked for and what was found.
  static func open(_ path: String) throws -> (any VoiceFamily.Type, VoiceParts) {
    if let obstacle = ConfigurationFiles.obstacle(path) { throw HablaError(.io, obstacle) }
    if !ConfigurationFiles.isFolder(path) {
      let file = try FileBytes(mapping: path)
      if SafetensorsCheckpoint.isLikely(file),
        let own = try VoiceFile.read(try Checkpoints.open(file))
      {
        return own
      }
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
        + "; found " + (try contents(of: path)), hint: hint(path))
  }

  /// The path itself and, for a file of a voice that is a folder, that folder.
  private static func places(_ path: String) -> [String] {
    if ConfigurationFiles.isFolder(path) { return [path] }
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let name = parts.removeLast()
    guard VoiceFamilies.all.contains(where: { $0.fileNames.contains(name) }) else { return [path] }
    return [path, parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")]
  }

  private static func contents(of path: String) throws -> String {
    if !ConfigurationFiles.isFolder(path) {
      return "a file: " + Checkpoints.describe(try FileBytes(mapping: path))
    }
    let names = try ConfigurationFiles.readableNames(in: path)
    if names.isEmpty { return "an empty folder" }
    return "a folder with " + names.prefix(12).joined(separator: ", ")
      + (names.count > 12 ? " and \(names.count - 12) more" : "")
  }

  /// What is probably missing.
  private static func hint(_ path: String) -> String {
    let names = ConfigurationFiles.names(in: path)
    if let model = names.first(where: { $0.hasSuffix(".onnx") }), !names.contains(model + ".json") {
      return "a Piper voice needs \(model).json beside \(model)"
    }
    if let name = names.first(where: { $0.hasSuffix(".habla.safetensors") }) {
      return "give the path of \(name) itself"
    }
    return ""
  }
}
