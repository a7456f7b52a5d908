import HablaCheckpoints

/// Bytes put together by tests.
struct ByteBuilder {
  var bytes: [UInt8] = []

  mutating func put<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

/// Writes zip archives of stored entries, with every field open to mischief.
struct ZipBuilder {
  struct Entry {
    var name: String
    var data: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var localName: String?
    var size: UInt32?
    var offset: UInt32?
    var checksum: UInt32?
    /// Directory's extra field.
    var extra: [UInt8] = []
  }

  var entries: [Entry] = []
  var count: UInt16?
  var directoryOffset: UInt32?
  var directorySize: UInt32?
  /// Adds the zip64 records.
  var isZip64 = false
  /// What the zip64 record says the directory's offset is.
  var zip64Offset: UInt64?
  var comment: [UInt8] = []

  var bytes: [UInt8] {
    var out = ByteBuilder()
    var offsets: [Int] = []
    for entry in entries {
      offsets.append(out.bytes.count)
      let name = entry.localName ?? entry.name
      out.put(UInt32(0x0403_4B50))
      for field: UInt16 in [20, entry.flags, entry.method, 0, 0] { out.put(field) }
      for _ in 0..<3 { out.put(UInt32(0)) }
      out.put(UInt16(name.utf8.count))
      out.put(UInt16(4))
      out.put(name)
      out.put(UInt32(0x4246))
      out.bytes += entry.data
    }
    let directory = out.bytes.count
    for (entry, offset) in zip(entries, offsets) {
      out.put(UInt32(0x0201_4B50))
      for field: UInt16 in [20, 20, entry.flags, entry.method, 0, 0] { out.put(field) }
      out.put(entry.checksum ?? entry.data.withUnsafeBytes { CRC32.checksum($0) })
      out.put(entry.size ?? UInt32(entry.data.count))
      out.put(entry.size ?? UInt32(entry.data.count))
      out.put(UInt16(entry.name.utf8.count))
      out.put(UInt16(entry.extra.count))
      for field: UInt16 in [0, 0, 0] { out.put(field) }
      out.put(UInt32(0))
      out.put(entry.offset ?? UInt32(offset))
      out.put(entry.name)
      out.bytes += entry.extra
    }
    let size = out.bytes.count - directory
    if isZip64 {
      let record = out.bytes.count
      out.put(UInt32(0x0606_4B50))
      out.put(UInt64(44))
      out.put(UInt32(0x2D002D))
      out.put(UInt64(0))
      out.put(UInt64(entries.count))
      out.put(UInt64(entries.count))
      out.put(UInt64(size))
      out.put(zip64Offset ?? UInt64(directory))
      out.put(UInt32(0x0706_4B50))
      out.put(UInt32(0))
      out.put(UInt64(record))
      out.put(UInt32(1))
    }
    out.put(UInt32(0x0605_4B50))
    out.put(UInt32(0))
    out.put(count ?? UInt16(entries.count))
    out.put(count ?? UInt16(entries.count))
    out.put(directorySize ?? UInt32(size))
    out.put(directoryOffset ?? UInt32(directory))
    out.put(UInt16(comment.count))
    out.bytes += comment
    return out.bytes
  }
}

/// Writes pickle streams opcode by opcode.
struct PickleBuilder {
  var out = ByteBuilder(bytes: [0x80, 2])

  mutating func op(_ code: Character) { out.put(String(code)) }
  mutating func global(_ name: String) { out.put("c" + name + "\n") }

  mutating func text(_ value: String) {
    op("X")
    out.put(UInt32(value.utf8.count))
    out.put(value)
  }

  /// An integer of up to 64 bits.
  mutating func integer(_ value: Int) {
    out.bytes += [0x8A, 8]
    out.put(Int64(value))
  }

  mutating func tuple(_ values: [Int]) {
    op("(")
    values.forEach { integer($0) }
    op("t")
  }

  /// The description of a tensor, left on the stack.
  mutating func tensor(
    storage: String = "FloatStorage", key: String = "0", count: Int, offset: Int = 0,
    shape: [Int], strides: [Int]
  ) {
    global("torch._utils\n_rebuild_tensor_v2")
    op("(")
    op("(")
    text("storage")
    global("torch\n" + storage)
    text(key)
    text("cpu")
    integer(count)
    op("t")
    op("Q")
    integer(offset)
    tuple(shape)
    tuple(strides)
    out.bytes += [0x89]
    global("collections\nOrderedDict")
    op(")")
    op("R")
    op("t")
    op("R")
  }

  /// A complete state dict of named tensors.
  static func stateDict(
    _ tensors: [String], _ tensor: (inout PickleBuilder) -> Void
  ) -> [UInt8] {
    var builder = PickleBuilder()
    builder.op("}")
    builder.op("(")
    for name in tensors {
      builder.text(name)
      tensor(&builder)
    }
    builder.op("u")
    builder.op(".")
    return builder.out.bytes
  }

  /// A torch.save archive with one storage of `storageBytes`.
  static func archive(_ stream: [UInt8], storageBytes: Int = 24) -> [UInt8] {
    ZipBuilder(entries: [
      .init(name: "archive/data.pkl", data: stream),
      .init(name: "archive/data/0", data: [UInt8](repeating: 0, count: storageBytes)),
    ]).bytes
  }
}

/// Writes safetensors files from a header text.
func safetensors(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  var out = ByteBuilder()
  out.put(length ?? UInt64(header.utf8.count))
  out.put(header)
  out.bytes += [UInt8](repeating: 0, count: data)
  return out.bytes
}

/// Opens bytes and reads every tensor in every way.
func readEverything(_ bytes: [UInt8]) throws {
  let checkpoint = try Checkpoints.open(FileBytes(bytes))
  for tensor in checkpoint.tensors {
    _ = try checkpoint.floats(tensor.name)
    _ = checkpoint.mappedFloats(tensor.name)?.reduce(0, +)
    _ = try? checkpoint.integers(tensor.name)
  }
}
