import ArgumentParser
import FoundationEssentials
import Habla

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Measures one process and writes what it found as one line of JSON; `habla bench` starts it.
struct BenchChild: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-child", abstract: "One process of 'habla bench'.", shouldDisplay: false)

  @OptionGroup var voice: VoiceOptions
  @OptionGroup var speech: BenchSpeech

  @Option(help: "What to measure.")
  var situation: BenchSituation

  @Option(help: "Threads.")
  var threads: Int

  @Option(help: "How often each kind of text is spoken.")
  var runs: Int

  @Option(help: "Which text to begin with.")
  var first: Int

  @Option(help: "When this process was started, in nanoseconds of the monotonic clock.")
  var started: UInt64

  func run() throws {
    try reportingErrors {
      let voice = try voice.open()
      let synthesizer = try Synthesizer(voice: voice, threads: threads)
      var measurement = BenchMeasurement(
        voice: .init(
          family: voice.family, sampleRate: voice.sampleRate, weights: voice.weightCount),
        ready: 0)
      if situation != .cold { try synthesizer.preload() }
      measurement.ready = elapsed(since: started)
      switch situation {
      case .cold:
        measurement.short = [
          try speak(BenchTexts.short[first % BenchTexts.short.count], synthesizer, since: started)
        ]
      case .preloaded:
        measurement.short = [
          try speak(BenchTexts.short[first % BenchTexts.short.count], synthesizer)
        ]
      case .warm: try measureWarm(&measurement, synthesizer)
      }
      measurement.peakMemory = Machine.peakMemory()
      let line = try JSONEncoder().encode(measurement)
      writeAll(STDOUT_FILENO, Array(line) + [0x0A])
    }
  }

  private func measureWarm(
    _ measurement: inout BenchMeasurement, _ synthesizer: Synthesizer
  ) throws {
    let cache = synthesizer.voice.cache
    let limits = cache.limits
    cache.limits.bytes = 0
    for texts in [BenchTexts.short, BenchTexts.long] { _ = try speak(texts[0], synthesizer) }
    for number in 0..<runs {
      let short = BenchTexts.short[number % BenchTexts.short.count]
      let long = BenchTexts.long[number % BenchTexts.long.count]
      measurement.short.append(try speak(short, synthesizer))
      measurement.long.append(try speak(long, synthesizer))
    }
    cache.limits = limits
    _ = try speak(BenchTexts.short[0], synthesizer)
    for _ in 0..<runs {
      measurement.repeated.append(try speak(BenchTexts.short[0], synthesizer))
    }
  }

  private func speak(
    _ text: String, _ synthesizer: Synthesizer, since start: UInt64? = nil
  ) throws -> BenchRun {
    let start = start ?? monotonicNanoseconds()
    let options = speech.options()
    let stream = try synthesizer.start(text, options: options)
    var run = BenchRun(firstAudio: 0, whole: 0, audio: 0)
    var samples = 0
    while let chunk = try stream.next() {
      if samples == 0 { run.firstAudio = elapsed(since: start) }
      samples += chunk.samples.count
    }
    run.whole = elapsed(since: start)
    if samples == 0 { throw HablaError(.text, "the voice says nothing to '\(text)'") }
    run.audio =
      Double(samples) / Double(options.outputRate ?? synthesizer.voice.sampleRate)
    return run
  }
}

private func elapsed(since start: UInt64) -> Double {
  Double(monotonicNanoseconds() - start) * 1e-9
}
