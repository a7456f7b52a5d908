import HablaCheckpoints
import HablaNetwork

/// Habla's own voice file: one safetensors file that holds everything.
///
/// Tensors have canonical names, weight norm is folded, training-only tensors are left out.
/// In version "2", the weights of all layers but the decoder's whose outputs are a multiple of 16
/// have the order of `StoredPanels`, in which they are used in place, under their published shape
/// [out, in, tap]. In version "1" their order is the published one. Version "3" is version "2" with a
/// source in the decoder, which older programs would leave out without a word.
///
/// Metadata: `habla.version`, `habla.family`, `habla.storage`, `habla.network` (JSON of
/// `VITSConfiguration`) and `habla.files` (JSON object: the family's configuration files as
/// published, by name).
enum VoiceFile {
  static let expectation = "a Habla voice file: NAME.habla.safetensors"
  /// Versions that are read, with the order of their weights.
  private static let layouts: [String: WeightReader.Layout] = [
    "1": .published, "2": .panels, "3": .panels,
  ]

  /// The version in which a network is written.
  static func version(of network: VITSConfiguration) -> String {
    network.decoder.source == nil ? "2" : "3"
  }

  /// Reads an opened file; nil when it is not a Habla voice file.
  static func read(_ checkpoint: any Checkpoint) throws -> (any VoiceFamily.Type, VoiceParts)? {
    let metadata = checkpoint.metadata
    guard let found = metadata["habla.version"] else { return nil }
    guard let layout = layouts[found] else {
      throw HablaError(
        .unsupported,
        "voice file version '\(found)', expected \(layouts.keys.sorted().joined(separator: ", "))",
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
    let weights = WeightReader(checkpoint, layout: layout)
    return (family, VoiceParts(network: network, weights: weights, files: files))
  }
}
