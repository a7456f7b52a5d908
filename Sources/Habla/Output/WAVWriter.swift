import HablaCheckpoints

/// Writes mono samples to a RIFF/WAVE file as they come.
///
/// The samples go to a temporary file beside the destination, which takes its place when `finish`
/// is called: a write that fails or is abandoned leaves no broken file. Source: Microsoft RIFF
/// specification; 16-bit integer (format 1) or 32-bit float (format 3). Threads: one at a time.
public final class WAVWriter {
  /// How samples are stored.
  public enum Format: String, Sendable, CaseIterable {
    /// 16-bit integers.
    case int16
    /// 32-bit floats.
    case float32

    var bytesPerSample: Int { self == .int16 ? 2 : 4 }
  }

  /// The file's path.
  public let path: String
  /// Samples written so far.
  public private(set) var sampleCount = 0
  /// Samples that lay outside ±1 and were clipped (16-bit only).
  public private(set) var clipped = 0
  private let format: Format
  private let sampleRate: Int
  private var file: OutputFile?

  /// Creates the temporary file beside `path`.
  ///
  /// - Throws: `HablaError` of kind `.io` when it cannot be created.
  public init(path: String, sampleRate: Int, format: Format = .int16) throws {
    self.path = path
    self.format = format
    self.sampleRate = sampleRate
    do {
      file = try OutputFile(path: path)
    } catch {
      throw HablaError(wrapping: error)
    }
    try write(Self.header(sampleRate: sampleRate, format: format, sampleCount: 0))
  }

  /// Appends samples.
  ///
  /// - Throws: `HablaError`: `.io` when the file cannot be written, `.unsupported` when it would
  ///   exceed the 4 GiB that the format can describe; what was written before stays.
  public func append(_ samples: [Float]) throws {
    let bytes = (sampleCount + samples.count).multipliedReportingOverflow(by: format.bytesPerSample)
    if bytes.overflow || bytes.partialValue > Int(UInt32.max) - Self.headerSize(format) {
      throw HablaError(
        .unsupported, "\(path): more than 4 GiB do not fit into a WAV file",
        hint: "split the text, or write raw samples")
    }
    switch format {
    case .int16:
      let pcm = PCM16(samples)
      clipped += pcm.clipped
      try write(pcm.bytes)
    case .float32:
      try write(samples.flatMap { Self.littleEndian($0.bitPattern) })
    }
    sampleCount += samples.count
  }

  /// Completes the header and puts the file in its place.
  public func finish() throws {
    let header = Self.header(sampleRate: sampleRate, format: format, sampleCount: sampleCount)
    defer { file = nil }
    try using {
      try header.withUnsafeBytes($0.rewriteStart)
      try $0.commit(durably: false)
    }
  }

  /// Closes and removes the temporary file; nothing happens after `finish`.
  public func abandon() { file = nil }

  /// A whole WAV file in memory.
  public static func file(
    _ samples: [Float], sampleRate: Int, format: Format = .int16
  ) throws -> [UInt8] {
    let limit = (Int(UInt32.max) - headerSize(format)) / format.bytesPerSample
    if samples.count > limit {
      throw HablaError(.unsupported, "more than 4 GiB do not fit into a WAV file")
    }
    let header = header(sampleRate: sampleRate, format: format, sampleCount: samples.count)
    switch format {
    case .int16: return header + PCM16(samples).bytes
    case .float32: return header + samples.flatMap { littleEndian($0.bitPattern) }
    }
  }

  // MARK: bytes

  private static func headerSize(_ format: Format) -> Int { format == .int16 ? 44 : 58 }

  private static func header(sampleRate: Int, format: Format, sampleCount: Int) -> [UInt8] {
    let size = format.bytesPerSample
    let dataBytes = UInt32(sampleCount * size)
    var bytes = Array("RIFF".utf8)
    bytes += littleEndian(dataBytes + UInt32(headerSize(format) - 8))
    bytes += Array("WAVEfmt ".utf8)
    // Formats other than integer need the extension size field and a fact chunk.
    bytes += littleEndian(UInt32(format == .int16 ? 16 : 18))
    bytes += littleEndian16(format == .int16 ? 1 : 3) + littleEndian16(1)
    bytes += littleEndian(UInt32(sampleRate)) + littleEndian(UInt32(sampleRate * size))
    bytes += littleEndian16(UInt16(size)) + littleEndian16(UInt16(size * 8))
    if format == .float32 {
      bytes += littleEndian16(0)
      bytes += Array("fact".utf8) + littleEndian(4) + littleEndian(UInt32(sampleCount))
    }
    return bytes + Array("data".utf8) + littleEndian(dataBytes)
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func littleEndian16(_ value: UInt16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }

  private func write(_ bytes: [UInt8]) throws {
    try using { try bytes.withUnsafeBytes($0.write) }
  }

  private func using(_ body: (OutputFile) throws -> Void) throws {
    guard let file else { throw HablaError(.argument, "\(path): the file is closed") }
    do {
      try body(file)
    } catch {
      throw HablaError(wrapping: error)
    }
  }
}
