import ArgumentParser
import Habla

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The program `habla`.
@main struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "habla",
    abstract: "Text to speech with VITS-family voices, on the CPU.",
    subcommands: [
      Say.self, Pack.self, Phonemes.self, Inspect.self, Convert.self, Bench.self, BenchChild.self,
      Voices.self,
    ])
}

/// Options that choose a voice.
struct VoiceOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "A voice file or folder; without it the voice inside the library speaks.")
  var voice: String?

  @Option(
    help: """
      A BERT folder for prosody features, or "off"; without it the folder "bert" inside the \
      voice's folder or beside its file, if there is one.
      """)
  var prosody: String?

  @Option(
    help: """
      An English pronouncing dictionary in the form of CMUdict, for MeloTTS voices that speak \
      English; without it cmudict.dict inside the voice's folder, if there is one.
      """)
  var dictionary: String?

  @Option(
    help: """
      A folder with the pronunciation of words (made by import_gruut.py), for MeloTTS voices that \
      speak Spanish or French, or "off"; without it the folder "pronunciation" inside the voice's \
      folder or beside its file, if there is one.
      """)
  var pronunciation: String?

  /// Opens the chosen voice.
  func open() throws -> Voice {
    let source =
      prosody.map { $0 == "off" ? ProsodySource.off : .folder($0) } ?? .automatic
    let words =
      pronunciation.map { $0 == "off" ? PronunciationSource.off : .folder($0) } ?? .automatic
    guard let voice else {
      if case .folder(let path) = words {
        throw HablaError(
          .argument, "\(path): the voice inside the library reads no pronunciation model",
          hint: "use --lexicon")
      }
      if case .folder(let path) = source {
        throw HablaError(
          .argument, "\(path): the voice inside the library reads no prosody features")
      }
      if let dictionary {
        throw HablaError(
          .argument, "\(dictionary): the voice inside the library reads no pronouncing dictionary",
          hint: "use --lexicon")
      }
      return try Voice.builtIn()
    }
    return try Voice(path: voice, prosody: source, dictionary: dictionary, pronunciation: words)
  }
}

/// Runs a command's work; an error becomes one line and one hint on standard error.
///
/// Exit codes: 1 for what could not be done, 2 for the files and arguments that cannot be used.
func reportingErrors(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as HablaError {
    printError("habla: \(error.message)")
    if !error.hint.isEmpty { printError("hint: \(error.hint)") }
    switch error.kind {
    case .argument, .language, .format, .unsupported, .text: throw ExitCode(2)
    default: throw ExitCode(1)
    }
  }
}

/// Writes one line to standard error.
func printError(_ line: String) { writeAll(STDERR_FILENO, Array((line + "\n").utf8)) }

/// Writes all bytes; false when the reader has gone or the device is full.
@discardableResult
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
  var offset = 0
  while offset < bytes.count {
    let written = bytes[offset...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 && errno == EINTR { continue }
    if written <= 0 { return false }
    offset += written
  }
  return true
}
