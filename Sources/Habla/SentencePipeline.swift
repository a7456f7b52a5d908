import HablaText

/// One sentence, ready for the network.
struct PreparedSentence {
  let tokenized: TokenizedSentence
  let textRange: TextRange
  let endsParagraph: Bool
}

struct SentencePipeline {
  let request: SynthesisRequest
  let tokenizer: any VoiceTokenizer
  var done = false
  init(_ request: SynthesisRequest, _ tokenizer: any VoiceTokenizer) {
    self.request = request
    self.tokenizer = tokenizer
  }
  mutating func next() throws -> PreparedSentence? {
    if done { return nil }
    done = true
    let t = MappedText(verbatim: request.input)
    return PreparedSentence(
      tokenized: try tokenizer.tokens(for: t, language: request.language),
      textRange: 0..<request.input.utf8.count, endsParagraph: true)
  }
}
