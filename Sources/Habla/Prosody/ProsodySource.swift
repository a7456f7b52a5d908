import HablaNetwork

/// Where a voice's prosody features come from.
///
/// MeloTTS voices were trained with the features of a BERT model of their language. Without them
/// a voice speaks all the same, a little flatter: the features are then zeros. Nothing is ever
/// downloaded.
public enum ProsodySource: Sendable, Hashable {
  /// The folder `bert` inside the voice's folder, or beside the voice's file, if there is one.
  case automatic
  /// A Hugging Face BERT folder: `config.json`, `vocab.txt`, `tokenizer_config.json`, and
  /// `model.safetensors` or `pytorch_model.bin`.
  case folder(String)
  /// No features, even if there is a folder.
  case off

  /// Opens the model for the voice at `voicePath`, whose network reads `width` features.
  ///
  /// A folder that was found is left alone when the voice reads no features; one that was asked
  /// for is then an error.
  ///
  /// - Throws: `HablaError` when the folder cannot be used, or is of another width.
  func open(
    voicePath: String, width: Int
  ) throws -> (path: String, encoder: ProsodyEncoder)? {
    let path: String
    switch self {
    case .off: return nil
    case .folder(let given):
      if width == 0 {
        throw HablaError(.unsupported, "\(given): the voice reads no prosody features")
      }
      path = given
    case .automatic:
      path = ConfigurationFiles.path("bert", besideVoice: voicePath)
      if width == 0 || !ConfigurationFiles.exists(path + "/config.json") { return nil }
    }
    let encoder = try ProsodyEncoder(path: path)
    guard encoder.width == width else {
      throw HablaError(
        .unsupported, "\(path): the model is \(encoder.width) wide, the voice reads \(width)",
        hint: "give the BERT model that the voice was trained with")
    }
    return (path, encoder)
  }
}
