import HablaCheckpoints
import HablaNetwork

/// Habla's own voice file: one safetensors file that holds everything.
///
/// Tensors have canonical names, weight norm is folded, training-only tensors are left out.
/// Metadata: `habla.version` ("1"), `habla.family`, `habla.network` (JSON of `VITSConfiguration`)
/// and `habla.files` (JSON object: the family's configuration files as published, by name).
enum VoiceFile {
  static let expectation = "a Habla voice file: NAME.habla.safetensors"
  static let version = "1"

  /// Reads an opened file; nil when it is not a Habla voice file.
  static func read(_ checkpoint: any Checkpoint) throws -> (any VoiceFamily.Type, VoiceParts)? {
    let metadata = checkpoint.metadata
    guard let found = metadata["habla.version"] else { return nil }
    if found != version {
      throw HablaError(
        .unsupported, "voice file version '\(found)', expected '\(version)'",
        hint: "convert the voice again with this version of Habla")
    }
    func field(_ name: String) throws -> String {
      guard let value = metadata[name] else {
        throw HablaError(.format, "metadata '\(name)' is missing")
      }
      return value
    }
    let identifier = try field("habla.family")
    guard let family = VoiceFamilies.all.first(where: { $0.identifier == identifier }) else {
      let known = VoiceFamilies.all.map { $0.identifier }.joined(separator: ", ")
      throw HablaError(.unsupported, "voice family '\(identifier)', expected one of: \(known)")
    }
    let network = try ConfigurationJSON.decode(
      VITSConfiguration.self, field("habla.network"), name: "habla.network")
    try network.check()
    let files = try ConfigurationJSON.decode(
      [String: String].self, field("habla.files"), name: "habla.files")
    return (family, VoiceParts(network: network, weights: WeightReader(checkpoint), files: files))
  }
}
