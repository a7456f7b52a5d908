import HablaCheckpoints

/// One phrase of a pack: its key and the chunks that a stream gives.
///
///     key (its length in 4 bytes, then its bytes), sample rate (4 bytes), number of chunks (4)
///     each chunk: number of samples (4), sentence (4), whether it is the sentence's last (4),
///       text range (8 + 8), number of marks (4), each mark: kind (4), text range (8 + 8; -1 where
///       not known), sample range (8 + 8), label, then number of skipped symbols (4) and each of
///       them; texts are their length in 4 bytes and UTF-8
///     zeros up to a multiple of 4 bytes, then the samples of all chunks, 32-bit floats
enum PhrasePackEntry {
  /// The bytes of an entry.
  static func bytes(_ key: SpeechKey, _ chunks: [AudioChunk], sampleRate: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(key.bytes.count))
    writer.append(key.bytes)
    writer.append(UInt32(sampleRate))
    writer.append(UInt32(chunks.count))
    for chunk in chunks {
      writer.append(UInt32(chunk.samples.count))
      writer.append(UInt32(chunk.sentence))
      writer.append(UInt32(chunk.isLastOfSentence ? 1 : 0))
      append(chunk.textRange, to: &writer)
      writer.append(UInt32(chunk.marks.count))
      for mark in chunk.marks {
        writer.append(UInt32(mark.kind.rawValue))
        append(mark.textRange, to: &writer)
        append(mark.sampleRange, to: &writer)
        writer.append(text: mark.label)
      }
      writer.append(UInt32(chunk.unknownSymbols.count))
      for symbol in chunk.unknownSymbols { writer.append(text: symbol) }
    }
    while writer.bytes.count % 4 != 0 { writer.append(UInt8(0)) }
    for chunk in chunks {
      // Little-endian machines only, as everything that Swift runs on is.
      chunk.samples.withUnsafeBytes { writer.append($0) }
    }
    return writer.bytes
  }

  private static func append(_ range: Range<Int>?, to writer: inout ByteWriter) {
    writer.append(Int64(range?.lowerBound ?? -1))
    writer.append(Int64(range?.upperBound ?? -1))
  }

  /// Whether an entry, whose hash was verified, is that of a key.
  static func has(_ key: SpeechKey, _ bytes: UnsafeRawBufferPointer) throws -> Bool {
    var cursor = ByteCursor(bytes, format: PhrasePackFormat.name)
    let length = Int(try cursor.integer(UInt32.self, "a key"))
    return try cursor.take(length, "a key").elementsEqual(key.bytes)
  }

  /// The chunks of an entry, whose hash was verified; `textLength` is that of the text in bytes.
  ///
  /// - Throws: `CheckpointError.malformed` for everything that a pack's writer does not write.
  static func chunks(
    _ bytes: UnsafeRawBufferPointer, base: Int, textLength: Int
  ) throws -> [AudioChunk] {
    var reader = Reader(
      cursor: ByteCursor(bytes, format: PhrasePackFormat.name, base: base), textLength: textLength)
    return try reader.chunks()
  }

  private struct Reader {
    var cursor: ByteCursor
    let textLength: Int

    /// A chunk without its samples.
    private struct Frame {
      let count: Int
      let sentence: Int
      let isLast: Bool
      let textRange: Range<Int>
      let marks: [Mark]
      let unknown: [String]
    }

    mutating func chunks() throws -> [AudioChunk] {
      _ = try cursor.take(try count("a key"), "a key")
      let sampleRate = try count("sample rate")
      guard (1...768_000).contains(sampleRate) else {
        throw cursor.error(expected: "a sample rate", found: "\(sampleRate)")
      }
      let frames = try list("chunks") { try $0.frame() }
      let total = frames.reduce(0) { $0 + $1.count }
      let end = cursor.remaining - total * MemoryLayout<Float>.size
      guard (0..<4).contains(end) else {
        throw cursor.error(
          expected: "\(total) samples", found: "\(cursor.remaining) bytes to the end of the entry")
      }
      _ = try cursor.take(end, "padding")
      var position = 0
      return try frames.map { frame in
        defer { position += frame.count }
        for mark in frame.marks where mark.sampleRange.upperBound > total {
          throw cursor.error(
            expected: "marks in \(total) samples", found: "one that ends at \(mark.sampleRange)")
        }
        return AudioChunk(
          samples: try samples(frame.count), sampleRate: sampleRate, position: position,
          sentence: frame.sentence, textRange: frame.textRange, isLastOfSentence: frame.isLast,
          marks: frame.marks, unknownSymbols: frame.unknown)
      }
    }

    private mutating func frame() throws -> Frame {
      let samples = try count("sample count")
      let sentence = try count("sentence")
      let isLast = try count("flags") == 1
      guard let textRange = try range(limit: textLength, "a chunk's text") else {
        throw cursor.error(expected: "a chunk's text", found: "none")
      }
      return Frame(
        count: samples, sentence: sentence, isLast: isLast, textRange: textRange,
        marks: try list("marks") { try $0.mark() },
        unknown: try list("skipped symbols") { try $0.text("a symbol") })
    }

    /// A count and as many elements; nothing is reserved for a count that is not believed yet.
    private mutating func list<Element>(
      _ what: String, _ element: (inout Reader) throws -> Element
    ) throws -> [Element] {
      var elements: [Element] = []
      // Every element takes bytes, so that a false count ends at the end of the entry.
      for _ in 0..<(try count(what)) { elements.append(try element(&self)) }
      return elements
    }

    private mutating func mark() throws -> Mark {
      let number = try count("a mark's kind")
      guard let kind = Mark.Kind(rawValue: number) else {
        throw cursor.error(expected: "a mark's kind", found: "\(number)")
      }
      let textRange = try range(limit: textLength, "a mark's text")
      guard let sampleRange = try range(limit: .max, "a mark's samples") else {
        throw cursor.error(expected: "a mark's samples", found: "none")
      }
      return Mark(
        kind: kind, textRange: textRange, sampleRange: sampleRange, label: try text("a label"))
    }

    private mutating func count(_ what: String) throws -> Int {
      Int(try cursor.integer(UInt32.self, what))
    }

    private mutating func text(_ what: String) throws -> String {
      try cursor.text(try count(what), what)
    }

    /// A range in 0...limit; nil for -1, -1.
    private mutating func range(limit: Int, _ what: String) throws -> Range<Int>? {
      let lower = try cursor.integer(Int64.self, what)
      let upper = try cursor.integer(Int64.self, what)
      if lower == -1 && upper == -1 { return nil }
      guard 0 <= lower, lower <= upper, upper <= limit else {
        throw cursor.error(expected: "\(what) in 0...\(limit)", found: "\(lower)..<\(upper)")
      }
      return Int(lower)..<Int(upper)
    }

    private mutating func samples(_ count: Int) throws -> [Float] {
      let raw = try cursor.take(count * MemoryLayout<Float>.size, "samples")
      return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
        initialized = count
      }
    }
  }
}
