/// Reading stored elements as Float or Int64.
extension StoredTensor {
  /// The elements in place, when they are float32, without gaps and aligned.
  var mappedFloats: UnsafeBufferPointer<Float>? {
    guard strides == nil, info.type == .float32, let base = source.bytes.baseAddress,
      Int(bitPattern: base + offset) % MemoryLayout<Float>.alignment == 0
    else { return nil }
    let floats = (base + offset).assumingMemoryBound(to: Float.self)
    return UnsafeBufferPointer(start: floats, count: info.count)
  }

  /// The elements' bytes in place, when they are without gaps.
  var mappedBytes: UnsafeRawBufferPointer? {
    guard strides == nil, let base = source.bytes.baseAddress else { return nil }
    return UnsafeRawBufferPointer(start: base + offset, count: info.count * info.type.size)
  }

  /// Gives back the memory of elements that are without gaps.
  func discard() {
    if strides == nil { source.discard(offset..<offset + info.count * info.type.size) }
  }

  /// Writes all elements, row-major, as Float.
  func copyFloats(to destination: UnsafeMutablePointer<Float>) throws {
    switch info.type {
    case .float32: copy(UInt32.self, to: destination) { Float(bitPattern: $0) }
    case .float64: copy(UInt64.self, to: destination) { Float(Double(bitPattern: $0)) }
    case .float16: copy(UInt16.self, to: destination) { HalfPrecision.float(half: $0) }
    case .bfloat16: copy(UInt16.self, to: destination) { HalfPrecision.float(brain: $0) }
    case .int64: copy(Int64.self, to: destination) { Float($0) }
    case .int32: copy(Int32.self, to: destination) { Float($0) }
    case .int16: copy(Int16.self, to: destination) { Float($0) }
    case .int8: copy(Int8.self, to: destination) { Float($0) }
    case .uint8: copy(UInt8.self, to: destination) { Float($0) }
    case .bool: copy(UInt8.self, to: destination) { $0 == 0 ? 0 : 1 }
    }
  }

  /// All elements of an integer or bool tensor, row-major.
  func integers() throws -> [Int64] {
    try [Int64](unsafeUninitializedCapacity: info.count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      switch info.type {
      case .int64: copy(Int64.self, to: base) { $0 }
      case .int32: copy(Int32.self, to: base) { Int64($0) }
      case .int16: copy(Int16.self, to: base) { Int64($0) }
      case .int8: copy(Int8.self, to: base) { Int64($0) }
      case .uint8: copy(UInt8.self, to: base) { Int64($0) }
      case .bool: copy(UInt8.self, to: base) { $0 == 0 ? 0 : 1 }
      case .float64, .float32, .float16, .bfloat16:
        throw CheckpointError.typeMismatch(
          name: info.name, expected: "an integer type", found: info.type.rawValue)
      }
      initialized = info.count
    }
  }

  /// Walks the elements in row-major order; `S` is the stored width, little-endian.
  @inline(__always)
  private func copy<S: FixedWidthInteger, D>(
    _ type: S.Type, to destination: UnsafeMutablePointer<D>, _ convert: (S) -> D
  ) {
    guard info.count > 0, let start = source.bytes.baseAddress else { return }
    let base = start + offset
    let size = MemoryLayout<S>.size
    guard let strides, let rowLength = info.shape.last, let step = strides.last else {
      for i in 0..<info.count {
        let raw = (base + i * size).loadUnaligned(as: S.self)
        (destination + i).initialize(to: convert(S(littleEndian: raw)))
      }
      return
    }
    // A counter over the outer axes, rows along the last one.
    let outer = info.shape.count - 1
    var counter = [Int](repeating: 0, count: outer)
    var rowStart = 0
    var written = 0
    while true {
      for i in 0..<rowLength {
        let raw = (base + (rowStart + i * step) * size).loadUnaligned(as: S.self)
        (destination + written + i).initialize(to: convert(S(littleEndian: raw)))
      }
      written += rowLength
      var axis = outer - 1
      while axis >= 0 {
        counter[axis] += 1
        rowStart += strides[axis]
        if counter[axis] < info.shape[axis] { break }
        rowStart -= strides[axis] * info.shape[axis]
        counter[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

/// The two 16-bit floating-point formats, by their bits: IEEE 754 binary16 and bfloat16.
package enum HalfPrecision {
  /// Widens a binary16; exact.
  @inline(__always)
  package static func float(half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF) << 13
    let sign = UInt32(half & 0x8000) << 16
    // The exponent's bias differs by 112; multiplying also normalises subnormal values.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let isSpecial = half & 0x7C00 == 0x7C00
    return Float(bitPattern: (isSpecial ? magnitude | 0x7F80_0000 : scaled) | sign)
  }

  /// Widens a bfloat16; exact.
  @inline(__always)
  package static func float(brain: UInt16) -> Float { Float(bitPattern: UInt32(brain) << 16) }

  /// Rounds to binary16, to nearest even; too large becomes infinity, NaN stays NaN.
  package static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    // 65520 is half way between the largest finite value and the next step.
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      // Subnormal: adding 0.5 lines the value up with units of 2^-24, rounded by the hardware.
      let aligned = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: aligned.bitPattern &- Float(0.5).bitPattern)
    }
    let rounded = magnitude + 0x0FFF + ((magnitude >> 13) & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded - 0x3800_0000) >> 13)
  }
}
