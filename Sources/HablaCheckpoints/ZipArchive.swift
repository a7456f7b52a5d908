/// The table of contents of a zip file whose entries are stored uncompressed.
///
/// PyTorch writes its checkpoints this way so that storages can be mapped. Source: PKWARE
/// APPNOTE 6.3.x, with the zip64 records. Sizes come from the central directory (local headers
/// leave them to a data descriptor behind the data); every entry must lie inside the file, behind
/// a local header of the same name, and not overlap another.
struct ZipArchive {
  /// One stored file.
  struct Entry {
    let name: String
    /// Offset of the data in the archive.
    let dataOffset: Int
    /// Size of the data in bytes.
    let size: Int
    /// CRC-32 of the data as the directory gives it.
    let checksum: UInt32
  }

  /// Entries in the directory's order.
  let entries: [Entry]
  private let index: [String: Int]

  static let format = "zip"

  subscript(name: String) -> Entry? { index[name].map { entries[$0] } }

  /// Reads and checks the directory.
  ///
  /// - Throws: `CheckpointError.malformed` or `.unsupported`.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    let directory = try Directory(bytes)
    var cursor = ByteCursor(bytes, format: Self.format)
    try cursor.seek(directory.offset, "the central directory")
    var entries: [Entry] = []
    var index: [String: Int] = [:]
    var ranges: [Range<Int>] = []
    for _ in 0..<directory.count {
      let offset = cursor.offset
      let record = try CentralRecord(&cursor, end: directory.end)
      let entry = try record.locate(in: bytes, limit: directory.offset)
      guard index.updateValue(entries.count, forKey: entry.name) == nil else {
        throw CheckpointError.malformed(
          format: Self.format, offset: offset, expected: "each name once",
          found: "'\(entry.name)' again")
      }
      ranges.append(record.localOffset..<entry.dataOffset + entry.size)
      entries.append(entry)
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    for (range, next) in zip(ranges, ranges.dropFirst()) where range.upperBound > next.lowerBound {
      throw CheckpointError.malformed(
        format: Self.format, offset: next.lowerBound, expected: "entries side by side",
        found: "an entry that begins inside another")
    }
    (self.entries, self.index) = (entries, index)
  }
}

/// Where the central directory lies, from the records at the end of the file.
private struct Directory {
  let offset: Int
  let end: Int
  let count: Int

  private static let endRecordSize = 22
  private static let locatorSize = 20
  private static let zip64RecordSize = 56

  init(_ bytes: UnsafeRawBufferPointer) throws {
    let endRecord = try Self.findEndRecord(bytes)
    var cursor = ByteCursor(bytes, format: ZipArchive.format)
    try cursor.seek(endRecord + 4, "the end record")
    let disk = try cursor.integer(UInt16.self, "disk number")
    let startDisk = try cursor.integer(UInt16.self, "disk number")
    let diskCount = try cursor.integer(UInt16.self, "entry count")
    let shortCount = try cursor.integer(UInt16.self, "entry count")
    let shortSize = try cursor.integer(UInt32.self, "directory size")
    let shortOffset = try cursor.integer(UInt32.self, "directory offset")
    var count = UInt64(shortCount)
    var size = UInt64(shortSize)
    var offset = UInt64(shortOffset)
    let isSaturated =
      shortCount == .max || shortSize == .max || shortOffset == .max || diskCount == .max
    var limit = endRecord
    if let zip64 = try Self.zip64Record(bytes, before: endRecord) {
      // Where the short fields hold values they must say the same.
      guard shortCount == .max || count == zip64.count, shortSize == .max || size == zip64.size,
        shortOffset == .max || offset == zip64.offset
      else {
        throw CheckpointError.malformed(
          format: ZipArchive.format, offset: zip64.position,
          expected: "the zip64 record to agree with the end record",
          found: "other sizes")
      }
      (count, size, offset) = (zip64.count, zip64.size, zip64.offset)
      limit = zip64.position
    } else if isSaturated {
      throw CheckpointError.malformed(
        format: ZipArchive.format, offset: endRecord, expected: "a zip64 record",
        found: "none")
    } else if disk != 0 || startDisk != 0 || diskCount != shortCount {
      throw CheckpointError.unsupported(
        format: ZipArchive.format, what: "an archive in several parts")
    }
    guard let start = Int(exactly: offset), let length = Int(exactly: size),
      let entries = Int(exactly: count), start <= limit, length <= limit - start,
      entries <= length / CentralRecord.fixedSize
    else {
      throw CheckpointError.malformed(
        format: ZipArchive.format, offset: endRecord,
        expected: "a directory before byte \(limit)",
        found: "\(count) entries in \(size) bytes at \(offset)")
    }
    (self.offset, end, self.count) = (start, start + length, entries)
  }

  /// The end record is last, before a comment of up to 65,535 bytes whose length it gives.
  private static func findEndRecord(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    let last = bytes.count - endRecordSize
    var position = last
    while position >= 0, position >= last - 0xFFFF {
      if bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self).littleEndian == 0x0605_4B50
      {
        let comment = bytes.loadUnaligned(fromByteOffset: position + 20, as: UInt16.self)
        if position + endRecordSize + Int(comment.littleEndian) == bytes.count { return position }
      }
      position -= 1
    }
    throw CheckpointError.malformed(
      format: ZipArchive.format, offset: bytes.count, expected: "an end record",
      found: "none: the file is not complete")
  }

  private struct Zip64Record {
    let position: Int
    let count: UInt64
    let size: UInt64
    let offset: UInt64
  }

  private static func zip64Record(
    _ bytes: UnsafeRawBufferPointer, before endRecord: Int
  ) throws -> Zip64Record? {
    var cursor = ByteCursor(bytes, format: ZipArchive.format)
    guard endRecord >= locatorSize else { return nil }
    try cursor.seek(endRecord - locatorSize, "the zip64 locator")
    guard try cursor.integer(UInt32.self, "a signature") == 0x0706_4B50 else { return nil }
    _ = try cursor.integer(UInt32.self, "disk number")
    let offset = try cursor.integer(UInt64.self, "zip64 record offset")
    guard let position = Int(exactly: offset),
      position <= endRecord - locatorSize - zip64RecordSize
    else {
      throw cursor.error(expected: "a zip64 record before its locator", found: "offset \(offset)")
    }
    try cursor.seek(position, "the zip64 record")
    guard try cursor.integer(UInt32.self, "a signature") == 0x0606_4B50 else {
      throw cursor.error(expected: "a zip64 end record", found: "another signature")
    }
    // Record size, versions, disk numbers, entries on this disk.
    _ = try cursor.take(8 + 2 + 2 + 4 + 4 + 8, "the zip64 record")
    return Zip64Record(
      position: position, count: try cursor.integer(UInt64.self, "entry count"),
      size: try cursor.integer(UInt64.self, "directory size"),
      offset: try cursor.integer(UInt64.self, "directory offset"))
  }
}

/// One record of the central directory.
private struct CentralRecord {
  static let fixedSize = 46

  let name: String
  let checksum: UInt32
  let size: Int
  let localOffset: Int

  init(_ cursor: inout ByteCursor, end: Int) throws {
    let start = cursor.offset
    guard try cursor.integer(UInt32.self, "a directory entry") == 0x0201_4B50 else {
      throw CheckpointError.malformed(
        format: ZipArchive.format, offset: start, expected: "a directory entry",
        found: "another signature")
    }
    _ = try cursor.integer(UInt32.self, "versions")
    let flags = try cursor.integer(UInt16.self, "flags")
    let method = try cursor.integer(UInt16.self, "method")
    _ = try cursor.integer(UInt32.self, "time")
    checksum = try cursor.integer(UInt32.self, "checksum")
    var stored = UInt64(try cursor.integer(UInt32.self, "compressed size"))
    var plain = UInt64(try cursor.integer(UInt32.self, "size"))
    let nameLength = Int(try cursor.integer(UInt16.self, "name length"))
    let extraLength = Int(try cursor.integer(UInt16.self, "extra length"))
    let commentLength = Int(try cursor.integer(UInt16.self, "comment length"))
    _ = try cursor.take(2 + 2 + 4, "attributes")
    var offset = UInt64(try cursor.integer(UInt32.self, "local header offset"))
    name = try cursor.text(nameLength, "an entry's name")
    let extraStart = cursor.offset
    let extra = try cursor.take(extraLength, "extra fields")
    _ = try cursor.take(commentLength, "a comment")
    guard cursor.offset <= end else {
      throw cursor.error(expected: "the directory to end at \(end)", found: "a longer entry")
    }
    try Self.widen(
      extra, base: extraStart, plain: &plain, stored: &stored, offset: &offset)
    guard flags & 1 == 0 else {
      throw CheckpointError.unsupported(
        format: ZipArchive.format, what: "entry '\(name)' is encrypted")
    }
    guard method == 0 else {
      throw CheckpointError.unsupported(
        format: ZipArchive.format, what: "entry '\(name)' is compressed (method \(method))")
    }
    guard stored == plain, let size = Int(exactly: plain), let localOffset = Int(exactly: offset)
    else {
      throw CheckpointError.malformed(
        format: ZipArchive.format, offset: start,
        expected: "entry '\(name)' to have one size and place",
        found: "\(stored) and \(plain) bytes at \(offset)")
    }
    (self.size, self.localOffset) = (size, localOffset)
  }

  /// Takes 64-bit values from extra field 1 for those fields that are all ones, in this order.
  private static func widen(
    _ extra: UnsafeRawBufferPointer, base: Int, plain: inout UInt64, stored: inout UInt64,
    offset: inout UInt64
  ) throws {
    var cursor = ByteCursor(extra, format: ZipArchive.format, base: base)
    while cursor.remaining >= 4 {
      let id = try cursor.integer(UInt16.self, "extra field")
      let length = Int(try cursor.integer(UInt16.self, "extra field"))
      let start = cursor.offset
      let body = try cursor.take(length, "extra field \(id)")
      guard id == 1 else { continue }
      var wide = ByteCursor(body, format: ZipArchive.format, base: start)
      if plain == 0xFFFF_FFFF { plain = try wide.integer(UInt64.self, "zip64 size") }
      if stored == 0xFFFF_FFFF { stored = try wide.integer(UInt64.self, "zip64 size") }
      if offset == 0xFFFF_FFFF { offset = try wide.integer(UInt64.self, "zip64 offset") }
    }
  }

  /// Finds the data behind the local header, whose extra field has a length of its own.
  func locate(in bytes: UnsafeRawBufferPointer, limit: Int) throws -> ZipArchive.Entry {
    var cursor = ByteCursor(bytes, format: ZipArchive.format)
    try cursor.seek(localOffset, "the header of entry '\(name)'")
    guard try cursor.integer(UInt32.self, "the header of entry '\(name)'") == 0x0403_4B50 else {
      throw CheckpointError.malformed(
        format: ZipArchive.format, offset: localOffset,
        expected: "the header of entry '\(name)'", found: "another signature")
    }
    _ = try cursor.take(2 + 2 + 2 + 4 + 12, "the header of entry '\(name)'")
    let nameLength = Int(try cursor.integer(UInt16.self, "name length"))
    let extraLength = Int(try cursor.integer(UInt16.self, "extra length"))
    let localName = try cursor.text(nameLength, "an entry's name")
    guard localName == name else {
      throw CheckpointError.malformed(
        format: ZipArchive.format, offset: localOffset, expected: "the header of entry '\(name)'",
        found: "that of '\(localName)'")
    }
    _ = try cursor.take(extraLength, "extra fields of entry '\(name)'")
    guard cursor.offset <= limit, size <= limit - cursor.offset else {
      throw CheckpointError.malformed(
        format: ZipArchive.format, offset: cursor.offset,
        expected: "the \(size) bytes of entry '\(name)' before byte \(limit)",
        found: "\(max(0, limit - cursor.offset)) bytes")
    }
    return ZipArchive.Entry(
      name: name, dataOffset: cursor.offset, size: size, checksum: checksum)
  }
}

/// CRC-32 as in zip (polynomial 0xEDB88320, reflected).
package enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320
    }
  }

  /// The checksum of all bytes.
  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
    }
  }
}
