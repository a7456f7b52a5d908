import ArgumentParser
import Habla

/// `habla phonemes`: how a text would be spoken.
struct Phonemes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a text as it is spoken: words, phonemes and tokens of each sentence.",
    discussion: """
      With --explain, every number, abbreviation and the like that is written out is listed with \
      its place in the text, in bytes; and then every word that the voice's pronunciation model \
      guessed.
      """)

  @OptionGroup var input: InputText
  @OptionGroup var voiceOptions: VoiceOptions

  @Option(name: .shortAndLong, help: "Language code, such as ES or EN.")
  var language: String?

  @Option(help: "A file of words and their pronunciations.")
  var lexicon: String?

  @Flag(help: "Leave numbers and abbreviations to the phonemizer.")
  var noNormalize = false

  @Flag(help: "List what is spoken differently from how it is written.")
  var explain = false

  func run() throws {
    try reportingErrors {
      let voice = try voiceOptions.open()
      var options = SynthesisOptions()
      options.language = language
      options.lexicon = try lexicon.map { try Lexicon(path: $0) }
      options.normalizesText = !noNormalize
      let analysis = try voice.analyze(try input.read(), options: options)
      if explain {
        for rewrite in analysis.rewrites {
          let range = "\(rewrite.textRange.lowerBound)-\(rewrite.textRange.upperBound)"
          print("\(range)\t\(rewrite.kind)\t\(rewrite.written) -> \(rewrite.spoken)")
        }
        for guess in analysis.sentences.flatMap(\.guesses) {
          let range = "\(guess.textRange.lowerBound)-\(guess.textRange.upperBound)"
          print("\(range)\tguess\t\(guess.written) -> /\(guess.phonemes.joined())/")
        }
      }
      for sentence in analysis.sentences {
        print("text:     \(sentence.text)")
        print("phonemes: \(sentence.phonemes.joined(separator: " "))")
        print("tokens:   \(sentence.tokens.map { String($0) }.joined(separator: " "))")
        if !sentence.unknown.isEmpty {
          print("unknown:  \(sentence.unknown.joined(separator: " "))")
        }
      }
    }
  }
}
