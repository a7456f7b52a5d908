import ArgumentParser
import Habla

/// `habla inspect`: what a voice is.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a voice's family, languages, speakers, rate, size and symbols.")

  @Argument(help: "A voice file or folder; without it the voice inside the library.")
  var path: String?

  func run() throws {
    try reportingErrors {
      let voice = try path.map { try Voice(path: $0) } ?? Voice.builtIn()
      print("voice:        \(path ?? "built-in")")
      print("family:       \(voice.family)")
      print("languages:    \(voice.languages.joined(separator: ", "))")
      print("sample rate:  \(voice.sampleRate) Hz, \(voice.hopLength) samples per frame")
      let speakers = voice.speakers.map { "\($0.name) (\($0.id))" }
      print("speakers:     \(speakers.isEmpty ? "one" : speakers.joined(separator: ", "))")
      print("prosody:      \(voice.prosodyPath ?? "none")")
      print("words:        \(voice.pronunciationPath ?? "no pronunciation model")")
      print(
        "weights:      \(voice.weightCount), \(megabytes(voice.weightBytes)) as \(voice.weightType)"
      )
      print(
        "noise scale:  \(voice.noiseScale), w \(voice.noiseScaleW), sdp ratio \(voice.sdpRatio)")
      print("length scale: \(voice.lengthScale)")
      print("symbols (\(voice.symbols.count)): \(voice.symbols.joined(separator: " "))")
    }
  }

  /// "12.3 MB".
  private func megabytes(_ bytes: Int) -> String {
    let tenths = (bytes + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
  }
}
