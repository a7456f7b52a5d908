import HablaCheckpoints

/// The layout of a phrase pack: one file of phrases that were spoken ahead.
///
/// Little-endian. A header, a description in UTF-8, the entries (at multiples of 8 bytes), and an index
/// of the entries sorted by the hash of their keys:
///
///     header  magic "HABLAPCK", format version (4 bytes), audio version (4), voice identity (8),
///             file size (8), number of entries (8), offset of the index (8), length of the
///             description (8), hash of the index (8), hash of header and description (8)
///     index   for each entry: hash of its key (8), offset (8), size (8), hash of its bytes (8)
///     entry   see `PhrasePackEntry`
///
/// Every byte that decides what is heard is under a hash, which is verified before the byte is
/// believed. Hashes are XXH64. Samples are 32-bit floats, so that a phrase from a pack equals the same
/// phrase synthesized, bit for bit on the kind of machine that made the pack.
package enum PhrasePackFormat {
  static let name = "phrase pack"
  static let magic = Array("HABLAPCK".utf8)
  /// Raised when this layout or that of `SpeechKey` changes.
  static let formatVersion: UInt32 = 1
  /// Raised when the same voice, text and options begin to give other samples, chunks or marks.
  static let audioVersion: UInt32 = 1
  /// Bytes before the description.
  package static let headerSize = 72
  static let indexRecordSize = 32
  static let alignment = 8

  /// What the header says.
  package struct Header: Equatable {
    /// See `Voice.identity`.
    package var voiceIdentity: UInt64
    var fileSize = 0
    var entryCount = 0
    var indexOffset = 0
    var description: String
    var indexHash: UInt64 = 0

    /// Header and description.
    var bytes: [UInt8] {
      var writer = ByteWriter()
      writer.append(magic)
      writer.append(formatVersion)
      writer.append(audioVersion)
      writer.append(voiceIdentity)
      for size in [fileSize, entryCount, indexOffset, description.utf8.count] {
        writer.append(Int64(size))
      }
      writer.append(indexHash)
      writer.append(ContentHash.hash(writer.bytes + Array(description.utf8)))
      writer.append(description.utf8)
      return writer.bytes
    }
  }

  /// Where an entry lies.
  struct IndexRecord {
    let keyHash: UInt64
    let offset: Int
    let size: Int
    let hash: UInt64

    var bytes: [UInt8] {
      var writer = ByteWriter()
      writer.append(keyHash)
      writer.append(Int64(offset))
      writer.append(Int64(size))
      writer.append(hash)
      return writer.bytes
    }
  }

  /// Reads and checks the header of a file.
  ///
  /// - Throws: `HablaError` of kind `.unsupported` for other versions, `CheckpointError.malformed` for
  ///   what is not a pack, or is damaged or cut short.
  package static func header(_ bytes: UnsafeRawBufferPointer) throws -> Header {
    var cursor = ByteCursor(bytes, format: name)
    let found = try cursor.take(magic.count, "a phrase pack")
    guard found.elementsEqual(magic) else {
      throw CheckpointError.malformed(
        format: name, offset: 0, expected: "a phrase pack", found: "another kind of file")
    }
    let version = try cursor.integer(UInt32.self, "format version")
    let audio = try cursor.integer(UInt32.self, "audio version")
    if version != formatVersion {
      throw HablaError(
        .unsupported, "the pack has format version \(version), expected \(formatVersion)",
        hint: remake)
    }
    let identity = try cursor.integer(UInt64.self, "voice identity")
    let sizes = try (0..<4).map { _ in try cursor.integer(UInt64.self, "a size") }
    let indexHash = try cursor.integer(UInt64.self, "hash of the index")
    let headerHash = try cursor.integer(UInt64.self, "hash of the header")
    let length = Int(clamping: sizes[3])
    let text = try cursor.take(min(length, cursor.remaining), "the description")
    let hash = ContentHash.hash(Array(bytes.prefix(headerSize - 8)) + Array(text))
    guard hash == headerHash, length == text.count,
      let description = String(validating: text, as: UTF8.self)
    else { throw damaged(offset: headerSize - 8, "the header") }
    if audio != audioVersion {
      throw HablaError(
        .unsupported,
        "the pack was made by a version of Habla that speaks differently "
          + "(\(audio), expected \(audioVersion))", hint: remake)
    }
    guard Int(clamping: sizes[0]) == bytes.count else {
      throw CheckpointError.malformed(
        format: name, offset: bytes.count, expected: "\(sizes[0]) bytes",
        found: "\(bytes.count): the file is not complete")
    }
    return Header(
      voiceIdentity: identity, fileSize: bytes.count, entryCount: Int(clamping: sizes[1]),
      indexOffset: Int(clamping: sizes[2]), description: description, indexHash: indexHash)
  }

  static let remake = "make the pack again with 'habla pack'"

  static func damaged(offset: Int, _ what: String) -> CheckpointError {
    .malformed(
      format: name, offset: offset, expected: "\(what) to have its hash",
      found: "another: the file is damaged")
  }
}
