import ArgumentParser
import Habla
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ctrl-C: the work stops at the next chunk and leaves no file behind.
enum Interruption {
  private static let happened = Atomic<Bool>(false)

  /// From now on Ctrl-C is noted rather than ends the program.
  static func watch() {
    signal(SIGINT) { _ in Interruption.happened.store(true, ordering: .relaxed) }
  }

  /// Ends the program when Ctrl-C came.
  static func check() throws {
    if happened.load(ordering: .relaxed) {
      printError("habla: interrupted")
      throw ExitCode(130)
    }
  }
}

/// `habla say`: text to a WAV file or to raw samples on standard output.
struct Say: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Speak a text into a WAV file, or as raw samples to standard output.",
    discussion: """
      Raw samples are 16-bit little-endian, mono, and come as they are made:
        habla say --raw "Hola" | aplay -q -t raw -f S16_LE -c 1 -r 22050
      """)

  @OptionGroup var input: InputText
  @OptionGroup var voice: VoiceOptions
  @OptionGroup var speech: SpeechOptions

  @Option(name: .shortAndLong, help: "The WAV file to write.")
  var output: String = "speech.wav"

  @Flag(help: "Write raw samples to standard output instead of a file.")
  var raw = false

  @Option(help: "Samples as int16 or float32.")
  var format: WAVWriter.Format = .int16

  @Flag(help: "The text is phoneme symbols of the voice, words separated by spaces.")
  var phonemes = false

  @Option(help: "A file of phrases spoken ahead (habla pack); may be given several times.")
  var pack: [String] = []

  @Flag(name: .shortAndLong, help: "Print no summary.")
  var quiet = false

  func run() throws {
    try reportingErrors {
      if raw && isatty(STDOUT_FILENO) == 1 {
        throw HablaError(
          .argument, "raw samples do not belong on a terminal",
          hint: "pipe them into a player, or write a file with -o")
      }
      Interruption.watch()
      let began = ContinuousClock.now
      let text = try input.read()
      let voice = try voice.open()
      for path in pack { try voice.addPack(path: path) }
      let synthesizer = try Synthesizer(voice: voice, threads: speech.threads)
      let options = try speech.synthesis()
      let sampleRate = options.outputRate ?? voice.sampleRate
      let stream = try synthesizer.start(
        text, options: options, kind: phonemes ? .phonemes : .text)
      var summary = Summary(textBytes: text.utf8.count, began: began, quiet: quiet)
      if raw {
        try writeRaw(stream, &summary)
      } else {
        try writeFile(stream, sampleRate, &summary)
      }
      summary.finish(sampleRate: sampleRate, path: raw ? nil : output)
    }
  }

  private func writeFile(
    _ stream: SpeechStream, _ sampleRate: Int, _ summary: inout Summary
  ) throws {
    let writer = try WAVWriter(path: output, sampleRate: sampleRate, format: format)
    defer { writer.abandon() }
    while let chunk = try stream.next() {
      try Interruption.check()
      try writer.append(chunk.samples)
      summary.add(chunk)
    }
    if summary.samples == 0 { throw nothingToSpeak }
    try writer.finish()
    if writer.clipped > 0 { printError("habla: \(writer.clipped) samples were clipped") }
  }

  private func writeRaw(_ stream: SpeechStream, _ summary: inout Summary) throws {
    while let chunk = try stream.next() {
      try Interruption.check()
      let bytes =
        format == .int16
        ? PCM16(chunk.samples).bytes : chunk.samples.withUnsafeBytes { Array($0) }
      if !writeAll(STDOUT_FILENO, bytes) {
        throw HablaError(.io, "standard output: \(String(cString: strerror(errno)))")
      }
      summary.add(chunk)
    }
    if summary.samples == 0 { throw nothingToSpeak }
  }

  private var nothingToSpeak: HablaError {
    HablaError(.text, "there is nothing to speak in the text")
  }
}

/// Counts what was spoken; shows progress on a terminal and a summary at the end.
private struct Summary {
  let textBytes: Int
  let began: ContinuousClock.Instant
  let quiet: Bool
  var samples = 0
  private var firstAudio: Duration?
  private var unknown: [String] = []
  private let showsProgress: Bool

  init(textBytes: Int, began: ContinuousClock.Instant, quiet: Bool) {
    self.textBytes = textBytes
    self.began = began
    self.quiet = quiet
    showsProgress = !quiet && textBytes > 1000 && isatty(STDERR_FILENO) == 1
  }

  mutating func add(_ chunk: AudioChunk) {
    if firstAudio == nil { firstAudio = .now - began }
    samples += chunk.samples.count
    for symbol in chunk.unknownSymbols where !unknown.contains(symbol) { unknown.append(symbol) }
    if showsProgress && chunk.isLastOfSentence {
      let percent = 100 * chunk.textRange.upperBound / max(textBytes, 1)
      writeAll(STDERR_FILENO, Array("\r\(percent) % ".utf8))
    }
  }

  func finish(sampleRate: Int, path: String?) {
    if showsProgress { writeAll(STDERR_FILENO, Array("\r      \r".utf8)) }
    if quiet { return }
    if !unknown.isEmpty {
      printError("habla: the voice has no symbol for: \(unknown.joined(separator: " "))")
    }
    let elapsed = seconds(.now - began)
    let duration = Double(samples) / Double(sampleRate)
    let first = firstAudio.map { seconds($0) } ?? 0
    printError(
      "\(path.map { $0 + ": " } ?? "")\(rounded(duration)) s of speech in \(rounded(elapsed)) s, "
        + "real-time factor \(rounded(elapsed / duration)), first audio after \(rounded(first)) s")
  }

  private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}

extension WAVWriter.Format: ExpressibleByArgument {}
