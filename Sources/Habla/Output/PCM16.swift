/// Samples as 16-bit integers.
public struct PCM16: Sendable {
  /// Samples, full scale ±32767.
  public private(set) var samples: [Int16]
  /// How many samples lay outside ±1 and were clipped.
  public private(set) var clipped: Int

  /// Rounds to the nearest step of 1/32767 and clips what lies outside ±1; NaN becomes 0.
  public init(_ floats: [Float]) {
    var clipped = 0
    samples = [Int16](unsafeUninitializedCapacity: floats.count) { buffer, count in
      floats.withUnsafeBufferPointer { clipped = Self.convert($0, to: buffer) }
      count = floats.count
    }
    self.clipped = clipped
  }

  /// Converts samples into a buffer of at least as many elements; returns how many were clipped.
  package static func convert(
    _ floats: UnsafeBufferPointer<Float>, to integers: UnsafeMutableBufferPointer<Int16>
  ) -> Int {
    var clipped = 0
    for (index, value) in floats.enumerated() {
      if value > 1 || value < -1 { clipped += 1 }
      let bounded = value.isNaN ? 0 : min(max(value, -1), 1)
      integers.initializeElement(at: index, to: Int16((bounded * 32767).rounded()))
    }
    return clipped
  }

  /// The samples as little-endian bytes.
  public var bytes: [UInt8] { samples.map(\.littleEndian).withUnsafeBytes { Array($0) } }
}

extension AudioChunk {
  /// The samples as 16-bit integers, clipped where they exceed full scale.
  public var pcm16: PCM16 { PCM16(samples) }
}

extension Speech {
  /// The samples as 16-bit integers, clipped where they exceed full scale.
  public var pcm16: PCM16 { PCM16(samples) }
}
