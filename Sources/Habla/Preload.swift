import HablaNetwork

extension Synthesizer {
  /// Readies everything, so that the first text is spoken as fast as the tenth.
  ///
  /// A silent rehearsal: the phonemizer is started and reads a few numbers in each of the voice's
  /// languages; the voice's default speaker says them, a few seconds of speech, of which only the
  /// beginning is decoded. That brings the weights and those of a prosody model into memory and
  /// into the form in which they are used, and grows the working memory. It takes about the time
  /// in which the voice speaks a sentence. Samples do not change by it. Ends what the synthesizer
  /// was speaking.
  ///
  /// - Throws: `HablaError`. That the voice's languages cannot be read as text here, for want of
  ///   a phonemizer, is no error: phonemes can still be spoken.
  public func preload() throws {
    cancel()
    try lock.withLock { _ in
      do {
        try engine.rehearse(voice)
      } catch {
        throw HablaError(wrapping: error)
      }
    }
  }
}

extension Voice {
  /// Readies what all synthesizers of the voice share: weights and phonemizer.
  ///
  /// `threads` is as in `Synthesizer`. For a synthesizer's own working memory see its `preload`,
  /// which includes this.
  public func preload(threads: Int = 0) throws {
    try Synthesizer(voice: self, threads: threads).preload()
  }
}

extension Engine {
  /// Digits are words in every language.
  private static let rehearsal = "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10."

  fileprivate func rehearse(_ voice: Voice) throws {
    var request = try SynthesisRequest("", .phonemes, SynthesisOptions(), voice)
    var tokenized: TokenizedSentence?
    // The default language comes last and stays the phonemizer's.
    for language in voice.languages.reversed() {
      var options = SynthesisOptions()
      options.language = language
      request = try SynthesisRequest(Self.rehearsal, .text, options, voice)
      var sentences = SentencePipeline(request, voice.tokenizer)
      if case .sentence(let sentence) = try? sentences.next() { tokenized = sentence.tokenized }
    }
    let decoder = try decoder()
    run.workspace.reset(to: .start)
    var tokens =
      tokenized?.tokens
      ?? TokenSequence(ids: (0..<64).map { $0 % voice.model.textEncoder.tokenCount })
    if let encoder = voice.prosody, let wanted = tokenized?.prosody {
      tokens.prosody = encoder.features(wanted, run)
    }
    let latent = try voice.model.latentFrames(
      tokens, speaker: request.speaker, scales: request.scales, noise: .seed(0), run)
    decoder.begin(speakerVector: try voice.model.speakerVector(request.speaker))
    let first = min(request.options.chunks.first, latent.frames)
    let rest = min(request.options.chunks.largest, latent.frames - first)
    let channels = voice.parts.network.interChannels
    decoder.push(latent.values, frames: first, isLast: false) { _ in }
    decoder.push(latent.values + first * channels, frames: rest, isLast: true) { _ in }
  }
}
