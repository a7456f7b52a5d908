import HablaText

/// Where a MeloTTS voice's pronunciation of Spanish or French words comes from.
///
/// Without a pronunciation model, words are spoken as espeak-ng says, adapted to the phones that the
/// voices were trained with. With one, they are spoken as the Python original says them: its lexicon
/// and, for words that the lexicon lacks, its guesses, which are often worse than espeak-ng's. A user's
/// lexicon and phonemes in the text come before both. Nothing is ever downloaded.
///
/// A model is a folder with `lexicon.tsv` and `model.crf`, made from the data of gruut, the original's
/// phonemizer, by `import_gruut.py`. It is read when the voice is opened, and its lexicon mapped; the
/// files must stay as they are while the voice is open.
public enum PronunciationSource: Sendable, Hashable {
  /// The folder `pronunciation` inside the voice's folder, or beside the voice's file, if there is
  /// one.
  case automatic
  /// A folder.
  case folder(String)
  /// espeak-ng, even if there is a folder.
  case off

  /// Opens the model for the voice at `voicePath`; gives its path and the tokenizer that reads it.
  ///
  /// A folder that was found is left alone when the voice reads no such model; one that was asked
  /// for is then an error.
  ///
  /// - Throws: `HablaError` when the folder cannot be used, or is of a language of another voice.
  func open(
    voicePath: String, _ tokenizer: any VoiceTokenizer, languages: [String]
  ) throws -> OpenedPronunciation? {
    let path: String
    switch self {
    case .off: return nil
    case .folder(let given):
      if !tokenizer.readsPronunciation {
        throw HablaError(
          .unsupported, "\(given): the voice reads no pronunciation model",
          hint: "MeloTTS voices that speak Spanish or French do; for others use a lexicon")
      }
      path = given
    case .automatic:
      path = ConfigurationFiles.path("pronunciation", besideVoice: voicePath)
      guard tokenizer.readsPronunciation,
        ConfigurationFiles.exists(path + "/" + PronunciationModel.lexiconName)
      else { return nil }
    }
    let model: PronunciationModel
    do {
      model = try PronunciationModel(path: path)
    } catch {
      throw HablaError(wrapping: error)
    }
    guard let reader = tokenizer.pronouncing(by: model) else {
      throw HablaError(
        .unsupported,
        "\(path): the pronunciation is of '\(model.language)', the voice speaks "
          + languages.joined(separator: ", "),
        hint: "models are for Spanish (es) and French (fr)")
    }
    return OpenedPronunciation(path: path, model: model, tokenizer: reader)
  }
}

/// A pronunciation model and the tokenizer that reads it.
struct OpenedPronunciation {
  let path: String
  let model: PronunciationModel
  let tokenizer: any VoiceTokenizer
}
