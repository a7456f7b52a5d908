import ArgumentParser
import Habla

/// `habla pack`: speaks phrases ahead, into one file.
struct Pack: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Speak phrases ahead into a pack, from which they are given at once.",
    discussion: """
      One phrase a line, in UTF-8; blank lines and lines that begin with # are left out, and so is \
      white space around a phrase. Use the pack with the same voice and options:
        habla pack answers.txt -o answers.habla-pack --speed 1.3
        habla say --pack answers.habla-pack --speed 1.3 "Un momento, por favor."
      """)

  @Argument(help: "The file of phrases; - for standard input.")
  var phrases: String

  @OptionGroup var voice: VoiceOptions
  @OptionGroup var speech: SpeechOptions

  @Option(name: .shortAndLong, help: "The pack to write: NAME.habla-pack.")
  var output: String

  @Flag(help: "The phrases are phoneme symbols of the voice, words separated by spaces.")
  var phonemes = false

  @Flag(name: .shortAndLong, help: "Print no summary.")
  var quiet = false

  func run() throws {
    try reportingErrors {
      Interruption.watch()
      let text = try InputText.read(phrases)
      let lines = Self.phrases(in: text)
      if lines.isEmpty {
        throw HablaError(.text, "\(phrases): there are no phrases", hint: "give one phrase a line")
      }
      let synthesizer = try Synthesizer(voice: try voice.open(), threads: speech.threads)
      let report = try synthesizer.writePack(
        lines, to: output, options: try speech.synthesis(), kind: phonemes ? .phonemes : .text
      ) { _ in try Interruption.check() }
      for phrase in report.duplicates { printError("habla: twice: \(phrase)") }
      for phrase in report.silent { printError("habla: nothing to speak in: \(phrase)") }
      if !quiet {
        let seconds = (report.duration * 100).rounded() / 100
        printError(
          "\(output): \(report.phrases) phrases, \(seconds) s of speech, \(report.bytes) bytes")
      }
    }
  }

  /// The lines of a text that hold a phrase, without the white space around them.
  static func phrases(in text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let start = line.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
      let end = start.lastIndex { !$0.isWhitespace }
      guard let end, !start.hasPrefix("#") else { return nil }
      return String(start[...end])
    }
  }
}
