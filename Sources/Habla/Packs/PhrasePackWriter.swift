import HablaCheckpoints

/// What went into a pack.
public struct PackReport: Sendable, Equatable {
  /// Phrases in the pack.
  public internal(set) var phrases = 0
  /// Length of their speech in seconds.
  public internal(set) var duration = 0.0
  /// Size of the file in bytes.
  public internal(set) var bytes = 0
  /// Phrases that came again and are in the pack once.
  public internal(set) var duplicates: [String] = []
  /// Phrases with nothing to speak, left out.
  public internal(set) var silent: [String] = []
}

extension Synthesizer {
  /// Speaks phrases into a pack, to be added to this voice later (`Voice.addPack`).
  ///
  /// A phrase is found again by exactly its text and these options. The file appears under its name
  /// when it is complete. `progress` is told the number of phrases done. Ends what the synthesizer
  /// was speaking.
  ///
  /// - Throws: `HablaError` when an option is out of range, a phrase cannot be spoken, the file
  ///   cannot be written, or `cancel` was called; and whatever `progress` throws, to stop.
  @discardableResult
  public func writePack(
    _ phrases: some Sequence<String>, to path: String,
    options: SynthesisOptions = SynthesisOptions(), kind: InputKind = .text,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> PackReport {
    do {
      let request = try SynthesisRequest("", kind, options, voice)
      var writer = try PhrasePackWriter(
        path: path, voiceIdentity: voice.identity(), description: description(of: request))
      var report = PackReport()
      for (number, phrase) in phrases.enumerated() {
        try writer.add(phrase, options, kind, self, &report)
        try progress(number + 1)
      }
      report.bytes = try writer.finish()
      return report
    } catch let error as CheckpointError {
      throw HablaError(wrapping: error, context: path)
    }
  }

  /// One line for people.
  private func description(of request: SynthesisRequest) -> String {
    let speaker = voice.speakers.first { $0.id == request.speaker }.map { ", speaker \($0.name)" }
    return "family \(voice.family)" + (speaker ?? "")
      + ", language \(request.language), speed \(request.options.speed), "
      + "seed \(request.options.seed)"
  }
}

/// Writes a pack, entry by entry.
private struct PhrasePackWriter {
  private let file: OutputFile
  private var header: PhrasePackFormat.Header
  private var records: [PhrasePackFormat.IndexRecord] = []
  private var keys: Set<SpeechKey> = []

  init(path: String, voiceIdentity: UInt64, description: String) throws {
    header = .init(voiceIdentity: voiceIdentity, description: description)
    file = try OutputFile(path: path)
    try write(header.bytes)
  }

  mutating func add(
    _ phrase: String, _ options: SynthesisOptions, _ kind: InputKind, _ synthesizer: Synthesizer,
    _ report: inout PackReport
  ) throws {
    let request = try SynthesisRequest(phrase, kind, options, synthesizer.voice)
    let key = SpeechKey(request)
    guard keys.insert(key).inserted else {
      report.duplicates.append(phrase)
      return
    }
    let stream = synthesizer.startAnew(request)
    var chunks: [AudioChunk] = []
    while let chunk = try stream.next() { chunks.append(chunk) }
    guard let first = chunks.first else {
      report.silent.append(phrase)
      return
    }
    while file.count % PhrasePackFormat.alignment != 0 { try write([0]) }
    let bytes = PhrasePackEntry.bytes(key, chunks, sampleRate: first.sampleRate)
    records.append(
      .init(
        keyHash: key.digest, offset: file.count, size: bytes.count, hash: ContentHash.hash(bytes)))
    try write(bytes)
    report.phrases += 1
    report.duration +=
      Double(chunks.reduce(0) { $0 + $1.samples.count }) / Double(first.sampleRate)
  }

  /// Writes index and header; returns the size of the file.
  mutating func finish() throws -> Int {
    let index = records.sorted { $0.keyHash < $1.keyHash }.flatMap(\.bytes)
    header.entryCount = records.count
    header.indexOffset = file.count
    header.indexHash = ContentHash.hash(index)
    header.fileSize = file.count + index.count
    try write(index)
    try header.bytes.withUnsafeBytes(file.rewriteStart)
    try file.commit()
    return header.fileSize
  }

  private func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes(file.write) }
}
