import HablaKernels
import HablaNetwork
import HablaText
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the given string is.
public enum InputKind: Sendable, Hashable {
  /// Text to be read.
  case text
  /// Phoneme symbols of the voice, written one after the other; white space separates words.
  case phonemes
}

/// Speaks with a voice.
///
/// A synthesizer owns the working memory and threads of one synthesis at a time; make one per
/// stream of speech, they share the voice. The way through is in `SpeechStream`. Threads: calls may
/// come from any thread, but starting a new text ends the one before (its stream then throws an
/// error of kind `.cancelled`).
public final class Synthesizer: Sendable {
  /// The voice.
  public let voice: Voice
  /// Threads that share the work, the calling one included.
  public let threadCount: Int
  /// Held while the engine works.
  let lock = Mutex(())
  package let engine: Engine
  /// Number of the stream that may use the engine; a stream with another number has ended.
  let current = Atomic<UInt64>(0)

  /// Most threads that the default takes; sentences are too short to keep more busy.
  private static let defaultThreadLimit = 4

  /// Makes a synthesizer; `threads` 0 means one per processor, at most four.
  ///
  /// - Throws: `HablaError` of kind `.argument` when `threads` is not in 0...64.
  public init(voice: Voice, threads: Int = 0) throws {
    if !(0...64).contains(threads) {
      throw HablaError(.argument, "threads is \(threads), expected 0...64")
    }
    let processors = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    threadCount = threads == 0 ? min(processors, Self.defaultThreadLimit) : threads
    self.voice = voice
    engine = Engine(voice: voice, threads: threadCount)
  }

  /// Starts to speak a text and returns the stream to pull audio from.
  ///
  /// Nothing is computed before the first `next`.
  ///
  /// - Throws: `HablaError` when an option is out of range or the voice lacks speaker or language.
  public func start(
    _ input: String, options: SynthesisOptions = SynthesisOptions(), kind: InputKind = .text
  ) throws -> SpeechStream {
    start(try SynthesisRequest(input, kind, options, voice))
  }

  func start(_ request: SynthesisRequest) -> SpeechStream {
    SpeechStream(SpeechPull(self, .request(request)))
  }

  /// Speaks without asking cache or packs, and without telling the cache.
  func startAnew(_ request: SynthesisRequest) -> SpeechStream {
    SpeechStream(SpeechPull(self, .synthesis(SpeechProgress(request, voice), nil)))
  }

  /// Speaks a whole text.
  ///
  /// The result grows with the text; use `start` or `stream` for long ones.
  public func synthesize(
    _ input: String, options: SynthesisOptions = SynthesisOptions(), kind: InputKind = .text
  ) throws -> Speech {
    let stream = try start(input, options: options, kind: kind)
    var speech = Speech(sampleRate: options.outputRate ?? voice.sampleRate)
    while let chunk = try stream.next() { speech.append(chunk) }
    return speech
  }

  /// Ends the present synthesis from any thread; its stream throws an error of kind `.cancelled`.
  ///
  /// Takes effect within the time of one chunk.
  public func cancel() { current.wrappingAdd(1, ordering: .relaxed) }
}

/// Options of one synthesis, checked and resolved against the voice.
package struct SynthesisRequest: Sendable {
  private(set) var input: String
  let kind: InputKind
  let options: SynthesisOptions
  let speaker: Int?
  let language: String
  let scales: SynthesisScales
  let rates: SampleRates

  /// Checks options and resolves names.
  package init(
    _ input: String, _ kind: InputKind, _ options: SynthesisOptions, _ voice: Voice
  ) throws {
    try options.check()
    self.input = input
    self.kind = kind
    self.options = options
    speaker = try voice.speakerId(options.speaker)
    language = try voice.languageCode(options.language)
    scales = SynthesisScales(
      noiseScale: options.noiseScale ?? voice.scales.noiseScale,
      noiseScaleW: options.noiseScaleW ?? voice.scales.noiseScaleW,
      lengthScale: Float(Double(voice.scales.lengthScale) / options.speed),
      sdpRatio: options.sdpRatio ?? voice.scales.sdpRatio)
    rates = SampleRates(input: voice.sampleRate, output: options.outputRate ?? voice.sampleRate)
    try rates.check()
  }

  /// Samples of silence, at the output rate, between a sentence and the next.
  func silence(after sentence: PreparedSentence) -> Int {
    if sentence.isContinued { return 0 }
    let seconds =
      sentence.endsParagraph ? options.paragraphSilence : options.sentenceSilence
    return Int((seconds / options.speed * Double(rates.output)).rounded())
  }

  /// The same for another input.
  func speaking(_ input: String) -> SynthesisRequest {
    var copy = self
    copy.input = input
    return copy
  }
}
