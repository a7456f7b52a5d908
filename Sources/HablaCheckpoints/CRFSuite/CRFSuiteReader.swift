/// Reads the parts of a CRFsuite model file; see `CRFSuiteModel`.
///
/// The bytes must be kept alive by the caller.
struct CRFSuiteReader {
  static let format = "CRFsuite model"

  /// The parts of a file, with their offsets' places in the header.
  enum Part: Int {
    case features = 28
    case labels = 32
    case attributes = 36
    case labelReferences = 40
    case attributeReferences = 44

    /// For errors.
    var name: String {
      switch self {
      case .features: "features"
      case .labels: "labels"
      case .attributes: "attributes"
      case .labelReferences: "label references"
      case .attributeReferences: "attribute references"
      }
    }

    /// Its first four bytes.
    var mark: String {
      switch self {
      case .features: "FEAT"
      case .labels, .attributes: "CQDB"
      case .labelReferences: "LFRF"
      case .attributeReferences: "AFRF"
      }
    }
  }

  struct Feature {
    enum Kind: UInt32 {
      case state = 0
      case transition = 1
    }

    let type: Kind
    let source: Int
    let target: Int
    let weight: Double
  }

  /// The numbers of the features of labels or attributes, one list after the other.
  struct References {
    fileprivate(set) var starts = [0]
    fileprivate var numbers: [Int] = []

    func numbers(of index: Int) -> ArraySlice<Int> { numbers[starts[index]..<starts[index + 1]] }
  }

  private static let headerSize = 48
  private static let featureSize = 20

  private let bytes: UnsafeRawBufferPointer
  private let labelCount: Int
  private let attributeCount: Int

  /// Checks the header.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    var cursor = ByteCursor(bytes, format: Self.format)
    try Self.expect("lCRF", &cursor, "a CRFsuite model's first bytes")
    let size = try cursor.integer(UInt32.self, "file size")
    guard Int(size) == bytes.count else {
      throw CheckpointError.malformed(
        format: Self.format, offset: 4, expected: "the file's size, \(bytes.count)",
        found: "\(size)")
    }
    try Self.expect("FOMC", &cursor, "model type")
    let version = try cursor.integer(UInt32.self, "version")
    guard version == 100 else {
      throw CheckpointError.unsupported(
        format: Self.format, what: "version \(version), expected 100")
    }
    _ = try cursor.integer(UInt32.self, "number of features")
    labelCount = Int(try cursor.integer(UInt32.self, "number of labels"))
    guard (1...CRFSuiteModel.largestLabelCount).contains(labelCount) else {
      throw CheckpointError.malformed(
        format: Self.format, offset: cursor.offset - 4,
        expected: "1 to \(CRFSuiteModel.largestLabelCount) labels", found: "\(labelCount)")
    }
    attributeCount = Int(try cursor.integer(UInt32.self, "number of attributes"))
    _ = try cursor.take(Self.headerSize - cursor.position, "offsets of the parts")
  }

  /// All features.
  func features() throws -> [Feature] {
    var cursor = try open(.features)
    _ = try cursor.integer(UInt32.self, "size of the features")
    let count = Int(try cursor.integer(UInt32.self, "number of features"))
    let start = cursor.position
    let raw = try cursor.take(count * Self.featureSize, "\(count) features")
    return try (0..<count).map { index in
      let place = index * Self.featureSize
      func integer(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: place + offset, as: UInt32.self))
      }
      let bits = UInt64(
        littleEndian: raw.loadUnaligned(fromByteOffset: place + 12, as: UInt64.self))
      let weight = Double(bitPattern: bits)
      guard let type = Feature.Kind(rawValue: integer(0)) else {
        throw malformed(start + place, expected: "feature type 0 or 1", found: "\(integer(0))")
      }
      guard weight.isFinite else {
        throw malformed(start + place + 12, expected: "a finite weight", found: "\(weight)")
      }
      return Feature(
        type: type, source: Int(integer(4)), target: Int(integer(8)), weight: weight)
    }
  }

  /// The features' numbers of each of `count` labels or attributes, all below `features`.
  ///
  /// A feature belongs to one list, so all lists together are no longer than the features.
  func references(_ part: Part, count: Int, features: Int) throws -> References {
    var cursor = try open(part)
    _ = try cursor.integer(UInt32.self, "size of the \(part.name)")
    let found = Int(try cursor.integer(UInt32.self, "number of \(part.name)"))
    guard found >= count else {
      throw malformed(
        cursor.offset - 4, expected: "at least \(count) \(part.name)", found: "\(found)")
    }
    let offsets = try cursor.take(count * 4, "offsets of \(count) \(part.name)")
    var result = References()
    for index in 0..<count {
      let offset = UInt32(
        littleEndian: offsets.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      // A label or attribute without features has no list.
      if offset != 0 {
        try cursor.seek(Int(offset), "the list \(index) of the \(part.name)")
        let length = Int(try cursor.integer(UInt32.self, "length of a list"))
        guard length <= features - result.numbers.count else {
          throw malformed(
            Int(offset),
            expected: "at most \(features - result.numbers.count) more \(part.name)",
            found: "\(length)")
        }
        let numbers = try cursor.take(length * 4, "\(length) \(part.name)")
        for place in stride(from: 0, to: length * 4, by: 4) {
          let number = UInt32(
            littleEndian: numbers.loadUnaligned(fromByteOffset: place, as: UInt32.self))
          guard number < features else {
            throw malformed(
              Int(offset) + 4 + place, expected: "a feature's number below \(features)",
              found: "\(number)")
          }
          result.numbers.append(Int(number))
        }
      }
      result.starts.append(result.numbers.count)
    }
    return result
  }

  /// The names of labels or attributes.
  ///
  /// They are a database from names to numbers and back, of which only the way back is read: a
  /// header of 24 bytes, records (number, length, name with a NUL), and the offsets of the records
  /// by number. Offsets count from the database's start.
  func names(_ part: Part) throws -> [String] {
    var cursor = try open(part)
    let base = cursor.position - 4
    let size = Int(try cursor.integer(UInt32.self, "size of the \(part.name)"))
    _ = try cursor.integer(UInt32.self, "flags of the \(part.name)")
    let order = try cursor.integer(UInt32.self, "byte order of the \(part.name)")
    guard order == 0x6244_5371 else {
      throw malformed(
        cursor.offset - 4, expected: "the byte order mark of the \(part.name)", found: "\(order)")
    }
    let expected = part == .labels ? labelCount : attributeCount
    let count = Int(try cursor.integer(UInt32.self, "number of \(part.name)"))
    guard count == expected else {
      throw malformed(
        cursor.offset - 4, expected: "\(expected) \(part.name)", found: "\(count)")
    }
    let places = Int(try cursor.integer(UInt32.self, "place of the \(part.name)"))
    try cursor.seek(base + places, "the offsets of the \(part.name)")
    let offsets = try cursor.take(count * 4, "offsets of \(count) \(part.name)")
    var rest = size
    return try (0..<count).map { index in
      let offset = UInt32(
        littleEndian: offsets.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      try cursor.seek(base + Int(offset), "the name \(index) of the \(part.name)")
      let number = try cursor.integer(UInt32.self, "a name's number")
      guard Int(number) == index else {
        throw malformed(cursor.offset - 4, expected: "number \(index)", found: "\(number)")
      }
      let length = Int(try cursor.integer(UInt32.self, "a name's length"))
      // Names do not overlap: all together are no longer than their part.
      guard (1...max(rest, 1)).contains(length) else {
        throw malformed(
          cursor.offset - 4, expected: "1 to \(rest) bytes of a name", found: "\(length)")
      }
      rest -= length
      let name = try cursor.text(length, "a name")
      guard name.utf8.last == 0 else {
        throw malformed(cursor.offset - 1, expected: "a name's NUL", found: "another byte")
      }
      return String(name.unicodeScalars.dropLast())
    }
  }

  /// The error for a feature that a label or attribute refers to but that is not its own.
  func wrongFeature(_ feature: Feature, at number: Int, expected: String) -> CheckpointError {
    .malformed(
      format: Self.format, offset: 0, expected: expected + " as feature \(number)",
      found: "\(feature.type) from \(feature.source) to \(feature.target)")
  }

  /// Goes to a part and behind its mark.
  private func open(_ part: Part) throws -> ByteCursor {
    var cursor = ByteCursor(bytes, format: Self.format)
    try cursor.seek(part.rawValue, "offset of the \(part.name)")
    let offset = try cursor.integer(UInt32.self, "offset of the \(part.name)")
    try cursor.seek(Int(offset), "the \(part.name)")
    try Self.expect(part.mark, &cursor, "the \(part.name)")
    return cursor
  }

  private static func expect(_ mark: String, _ cursor: inout ByteCursor, _ what: String) throws {
    let offset = cursor.offset
    let found = try cursor.take(4, what)
    guard found.elementsEqual(mark.utf8) else {
      throw CheckpointError.malformed(
        format: format, offset: offset, expected: "\(what), '\(mark)'",
        found: "bytes \(found.map { String($0) }.joined(separator: " "))")
    }
  }

  private func malformed(_ offset: Int, expected: String, found: String) -> CheckpointError {
    .malformed(format: Self.format, offset: offset, expected: expected, found: found)
  }
}
