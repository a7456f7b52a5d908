/// A file written by `torch.save`: a zip archive (torch 1.6 and later) or the older plain stream.
///
/// The pickled description is interpreted without executing anything (`PickleMachine`); the
/// tensors' bytes stay in the mapped file until asked for. The tensors are those of the
/// top-level dictionary's `model` entry when that is a dictionary (training checkpoints), else of
/// the top-level dictionary itself (state dicts). Optimizer state is never touched.
package final class PyTorchCheckpoint: TableCheckpoint {
  let table: TensorTable
  /// Empty: the format has no text metadata.
  package var metadata: [String: String] { [:] }

  private static let format = "PyTorch"

  /// Checks a whole file.
  ///
  /// - Throws: `CheckpointError.malformed` or `.unsupported`.
  package init(_ file: FileBytes) throws {
    let contents =
      Self.isLegacy(file) ? try Contents(legacy: file) : try Contents(archive: file)
    table = try contents.tensors()
  }

  /// Whether the bytes begin like a zip archive.
  package static func isArchive(_ file: FileBytes) -> Bool {
    file.bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
  }

  /// Whether the bytes begin like the older stream: protocol 2 and its magic number.
  package static func isLegacy(_ file: FileBytes) -> Bool {
    file.bytes.starts(with: [0x80, 0x02, 0x8A, 0x0A] + magic)
  }

  private static let magic: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  /// The description and where each storage lies.
  private struct Contents {
    let file: FileBytes
    let heap: PickleHeap
    let root: PickleValue
    /// Offset in the file by index of the storage.
    var places: [Int: Int] = [:]

    // MARK: the zip archive

    init(archive file: FileBytes) throws {
      let archive = try ZipArchive(file.bytes)
      let descriptions = archive.entries.filter { $0.name.hasSuffix("/data.pkl") }
      guard descriptions.count == 1, let description = descriptions.first else {
        throw CheckpointError.unsupported(
          format: PyTorchCheckpoint.format,
          what: descriptions.isEmpty
            ? "the zip archive has no data.pkl: it was not written by torch.save"
            : "the zip archive has several data.pkl")
      }
      let folder = description.name.dropLast("data.pkl".count)
      let stream = UnsafeRawBufferPointer(
        rebasing: file.bytes[description.dataOffset..<description.dataOffset + description.size])
      guard CRC32.checksum(stream) == description.checksum else {
        throw CheckpointError.malformed(
          format: PyTorchCheckpoint.format, offset: description.dataOffset,
          expected: "\(description.name) with checksum \(description.checksum)",
          found: "\(CRC32.checksum(stream)): the file is damaged")
      }
      if let order = archive["\(folder)byteorder"] {
        let text = file.bytes[order.dataOffset..<order.dataOffset + order.size]
        guard text.elementsEqual("little".utf8) else {
          throw CheckpointError.unsupported(
            format: PyTorchCheckpoint.format, what: "a byte order other than 'little'")
        }
      }
      var cursor = ByteCursor(
        stream, format: PickleMachine.format, base: description.dataOffset)
      var machine = PickleMachine()
      root = try machine.run(&cursor)
      (self.file, heap) = (file, machine.heap)
      for (i, storage) in heap.storages.enumerated() {
        guard let entry = archive["\(folder)data/\(storage.key)"] else {
          if storage.count == 0 { continue }
          throw CheckpointError.missingTensor(name: "\(folder)data/\(storage.key)")
        }
        guard CheckedSize.bytes(storage.count, storage.type.size) == entry.size else {
          throw CheckpointError.malformed(
            format: PyTorchCheckpoint.format, offset: entry.dataOffset,
            expected: "\(storage.count) elements of \(storage.type.rawValue) in \(entry.name)",
            found: "\(entry.size) bytes")
        }
        places[i] = entry.dataOffset
      }
    }

    // MARK: the older stream

    init(legacy file: FileBytes) throws {
      var cursor = ByteCursor(file.bytes, format: PickleMachine.format)
      var machine = PickleMachine()
      guard case .bigInteger(PyTorchCheckpoint.magic) = try machine.run(&cursor),
        case .integer(1001) = try machine.run(&cursor)
      else { throw cursor.error(expected: "version 1001 of the stream", found: "another") }
      let system = try machine.run(&cursor)
      guard machine.heap.value("little_endian", in: system) == .bool(true) else {
        throw CheckpointError.unsupported(
          format: PyTorchCheckpoint.format, what: "a byte order other than little-endian")
      }
      root = try machine.run(&cursor)
      let keys = try machine.run(&cursor)
      (self.file, heap) = (file, machine.heap)
      guard case .list = keys, let order = heap.contents(keys) else {
        throw cursor.error(expected: "the list of storages", found: "another value")
      }
      for key in order {
        guard case .string(let name) = key, let i = heap.storageIndex[name],
          places[i] == nil
        else {
          throw cursor.error(expected: "each storage once", found: "\(key)")
        }
        let storage = heap.storages[i]
        let count = try cursor.integer(Int64.self, "the size of storage '\(name)'")
        guard count == storage.count,
          let size = CheckedSize.bytes(storage.count, storage.type.size)
        else {
          throw cursor.error(
            expected: "\(storage.count) elements in storage '\(name)'", found: "\(count)")
        }
        places[i] = cursor.offset
        _ = try cursor.take(size, "storage '\(name)'")
      }
    }

    // MARK: tensors

    /// The named tensors of the state dict.
    func tensors() throws -> TensorTable {
      guard case .dictionary = root else {
        throw CheckpointError.unsupported(
          format: PyTorchCheckpoint.format, what: "the top-level value is not a dictionary")
      }
      var state = root
      if let model = heap.value("model", in: root), case .dictionary = model { state = model }
      var table = TensorTable()
      let pairs = heap.contents(state) ?? []
      for i in stride(from: 0, to: pairs.count - 1, by: 2) {
        guard case .string(let name) = pairs[i], case .tensor(let id) = pairs[i + 1] else {
          continue
        }
        try table.add(stored(name, heap.tensors[id]), format: PyTorchCheckpoint.format)
      }
      return table
    }

    private func stored(_ name: String, _ tensor: PickleTensor) throws -> StoredTensor {
      let storage = heap.storages[tensor.storage]
      // A view may repeat elements (stride 0), but not make more of them than the file has bytes.
      guard let bytes = CheckedSize.bytes(tensor.count, storage.type.size), bytes <= file.count
      else {
        throw CheckpointError.malformed(
          format: PyTorchCheckpoint.format, offset: 0,
          expected: "tensor '\(name)' no larger than the file", found: "shape \(tensor.shape)")
      }
      guard let place = places[tensor.storage] ?? (tensor.count == 0 ? 0 : nil) else {
        throw CheckpointError.missingTensor(name: "storage '\(storage.key)' of '\(name)'")
      }
      return StoredTensor(
        info: TensorInfo(
          name: name, type: storage.type, shape: tensor.shape, count: tensor.count),
        source: file, offset: place + tensor.offset * storage.type.size,
        strides: Self.isContiguous(tensor) ? nil : tensor.strides)
    }

    /// Row-major without gaps; axes of length 1 may have any stride.
    private static func isContiguous(_ tensor: PickleTensor) -> Bool {
      var expected = 1
      for (length, stride) in zip(tensor.shape, tensor.strides).reversed() where length != 1 {
        if stride != expected { return tensor.count == 0 }
        expected *= length
      }
      return true
    }
  }
}
