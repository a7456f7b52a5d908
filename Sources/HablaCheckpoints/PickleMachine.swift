/// Runs the part of Python's pickle format that PyTorch's state dicts use, executing nothing.
///
/// Source: the pickle protocol 2 as documented in Python's `pickletools`. Unknown opcodes and
/// globals are refused by name. Work and memory are bounded: every opcode adds at most a few
/// values, and `maximumValues` limits their number.
package struct PickleMachine {
  /// Most values that a stream may build; full checkpoints with optimizer state stay below 1 %.
  package static let maximumValues = 4_000_000

  /// Most axes of a tensor.
  static let maximumRank = 16

  package private(set) var heap = PickleHeap()
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]
  private var built = 0
  private var opcodeOffset = 0

  static let format = "pickle"

  package init() {}

  /// Runs one stream, from its first opcode to STOP.
  ///
  /// Several streams can follow each other; the heap is kept, stack and memo are not.
  package mutating func run(_ cursor: inout ByteCursor) throws -> PickleValue {
    stack.removeAll()
    marks.removeAll()
    memo.removeAll()
    while true {
      opcodeOffset = cursor.offset
      let code = try cursor.byte("an opcode")
      guard let opcode = Opcode(rawValue: code) else {
        throw CheckpointError.unsupported(
          format: Self.format,
          what: "opcode \(code) at byte \(opcodeOffset) is not one that PyTorch's files use")
      }
      if opcode == .stop { return try pop() }
      try step(opcode, &cursor)
    }
  }

  private enum Opcode: UInt8 {
    case proto = 0x80
    case stop = 0x2E
    case mark = 0x28
    case emptyDictionary = 0x7D
    case emptyList = 0x5D
    case emptyTuple = 0x29
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case setItem = 0x73
    case setItems = 0x75
    case append = 0x61
    case appends = 0x65
    case unicode = 0x58
    case int32 = 0x4A
    case uint8 = 0x4B
    case uint16 = 0x4D
    case long1 = 0x8A
    case float = 0x47
    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
    case put = 0x71
    case longPut = 0x72
    case get = 0x68
    case longGet = 0x6A
    case global = 0x63
    case persistentID = 0x51
    case reduce = 0x52
    case build = 0x62
  }

  private mutating func step(_ opcode: Opcode, _ cursor: inout ByteCursor) throws {
    switch opcode {
    case .proto:
      let version = try cursor.byte("the protocol version")
      guard version == 2 else {
        throw CheckpointError.unsupported(
          format: Self.format, what: "protocol \(version) at byte \(opcodeOffset), expected 2")
      }
    case .stop: break
    case .mark: marks.append(stack.count)
    case .emptyDictionary: try push(.dictionary(allocate([])))
    case .emptyList: try push(.list(allocate([])))
    case .emptyTuple: try push(.tuple(allocate([])))
    case .tuple: try push(.tuple(allocate(popToMark())))
    case .tuple1: try push(.tuple(allocate(pop(1))))
    case .tuple2: try push(.tuple(allocate(pop(2))))
    case .tuple3: try push(.tuple(allocate(pop(3))))
    case .setItem: try extendDictionary(pop(2))
    case .setItems: try extendDictionary(popToMark())
    case .append: try extendList(pop(1))
    case .appends: try extendList(popToMark())
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .put: memo[UInt32(try cursor.byte("a memo index"))] = try top()
    case .longPut: memo[try cursor.integer(UInt32.self, "a memo index")] = try top()
    case .get: try recall(UInt32(try cursor.byte("a memo index")))
    case .longGet: try recall(try cursor.integer(UInt32.self, "a memo index"))
    case .global: try push(.global(readGlobal(&cursor)))
    case .persistentID: try pushStorage(pop())
    case .reduce: try reduce()
    // Attributes such as OrderedDict._metadata: nothing that a tensor needs.
    case .build:
      _ = try pop()
      _ = try top()
    case .unicode, .int32, .uint8, .uint16, .long1, .float:
      try push(readLiteral(opcode, &cursor))
    }
  }

  private func readLiteral(_ opcode: Opcode, _ cursor: inout ByteCursor) throws -> PickleValue {
    switch opcode {
    case .unicode:
      let length = Int(try cursor.integer(UInt32.self, "a string's length"))
      return .string(try cursor.text(length, "a string"))
    case .int32: return .integer(Int(try cursor.integer(Int32.self, "an integer")))
    case .uint8: return .integer(Int(try cursor.byte("an integer")))
    case .uint16: return .integer(Int(try cursor.integer(UInt16.self, "an integer")))
    case .float:
      let bits = try cursor.integer(UInt64.self, "a float")
      return .float(Double(bitPattern: bits.byteSwapped))
    default:
      let length = Int(try cursor.byte("an integer's length"))
      let bytes = try cursor.take(length, "an integer")
      guard length <= 8 else { return .bigInteger(Array(bytes)) }
      var value: UInt64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
      for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
      return .integer(Int(truncatingIfNeeded: value))
    }
  }

  private func readGlobal(_ cursor: inout ByteCursor) throws -> PickleGlobal {
    let module = try readLine(&cursor)
    let name = try readLine(&cursor)
    guard let global = PickleGlobal(module: module, name: name) else {
      throw CheckpointError.unsupported(
        format: Self.format,
        what: "the file asks for '\(module) \(name)' at byte \(opcodeOffset), which is not allowed")
    }
    return global
  }

  private func readLine(_ cursor: inout ByteCursor) throws -> String {
    let start = cursor.position
    var length = 0
    while try cursor.byte("a name and a line end") != UInt8(ascii: "\n") {
      length += 1
      guard length <= 200 else {
        throw error(expected: "a name of at most 200 bytes", found: "a longer one")
      }
    }
    try cursor.seek(start, "a name")
    let text = try cursor.text(length, "a name")
    _ = try cursor.byte("a line end")
    return text
  }

  // MARK: stack

  private mutating func push(_ value: PickleValue) throws {
    built += 1
    guard built <= Self.maximumValues else {
      throw CheckpointError.unsupported(
        format: Self.format, what: "more than \(Self.maximumValues) values")
    }
    stack.append(value)
  }

  private func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw underflow() }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw underflow() }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw error(expected: "a mark", found: "none") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func recall(_ index: UInt32) throws {
    guard let value = memo[index] else {
      throw error(expected: "a value stored as \(index)", found: "none")
    }
    try push(value)
  }

  private mutating func allocate(_ values: [PickleValue]) -> Int {
    heap.items.append(values)
    return heap.items.count - 1
  }

  private mutating func extendList(_ values: [PickleValue]) throws {
    guard case .list(let id) = try top() else {
      throw error(expected: "a list below the items", found: "another value")
    }
    heap.items[id].append(contentsOf: values)
  }

  private mutating func extendDictionary(_ values: [PickleValue]) throws {
    guard values.count.isMultiple(of: 2), case .dictionary(let id) = try top() else {
      throw error(expected: "a dictionary below pairs of keys and values", found: "something else")
    }
    heap.items[id].append(contentsOf: values)
  }

  // MARK: objects

  private mutating func reduce() throws {
    let arguments = try pop()
    guard case .tuple(let id) = arguments, case .global(let global) = try pop() else {
      throw error(expected: "a known name and its arguments", found: "something else")
    }
    let values = heap.items[id]
    switch global {
    case .orderedDictionary:
      guard values.isEmpty else {
        throw CheckpointError.unsupported(
          format: Self.format, what: "an OrderedDict made with arguments at byte \(opcodeOffset)")
      }
      try push(.dictionary(allocate([])))
    case .rebuildTensor: try pushTensor(values)
    case .rebuildParameter:
      guard case .tensor? = values.first else {
        throw error(expected: "a parameter made of a tensor", found: "something else")
      }
      try push(values[0])
    case .storageClass:
      throw error(expected: "a storage inside a persistent id", found: "a storage that is called")
    }
  }

  /// ("storage", class, key, location, element count [, view]): the location is of no interest.
  private mutating func pushStorage(_ id: PickleValue) throws {
    guard case .tuple = id, let parts = heap.contents(id), parts.count == 5 || parts.count == 6,
      parts[0] == .string("storage"), case .global(.storageClass(let type)) = parts[1],
      case .string(let key) = parts[2], case .integer(let count) = parts[4], count >= 0,
      parts.count == 5 || parts[5] == .none
    else { throw error(expected: "the description of a storage", found: "something else") }
    let storage = PickleStorage(key: key, type: type, count: count)
    if let known = heap.storageIndex[key] {
      guard heap.storages[known] == storage else {
        throw error(expected: "storage '\(key)' as described before", found: "other values")
      }
      return try push(.storage(known))
    }
    heap.storageIndex[key] = heap.storages.count
    heap.storages.append(storage)
    try push(.storage(heap.storages.count - 1))
  }

  /// (storage, offset, shape, strides, requires_grad, hooks [, metadata]).
  private mutating func pushTensor(_ values: [PickleValue]) throws {
    guard values.count >= 4, case .storage(let id) = values[0],
      case .integer(let offset) = values[1], let shape = integers(values[2]),
      let strides = integers(values[3])
    else { throw error(expected: "the description of a tensor", found: "something else") }
    let storage = heap.storages[id]
    guard shape.count == strides.count, let count = CheckedSize.count(shape),
      Self.fits(storage.count, offset: offset, shape: shape, strides: strides, count: count)
    else {
      throw error(
        expected: "a tensor inside the \(storage.count) elements of storage '\(storage.key)'",
        found: "offset \(offset), shape \(shape), strides \(strides)")
    }
    heap.tensors.append(
      PickleTensor(storage: id, offset: offset, shape: shape, strides: strides, count: count))
    try push(.tensor(heap.tensors.count - 1))
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    // A shape can be used again and again, so its length has to be limited too.
    guard case .tuple(let id) = value, heap.items[id].count <= Self.maximumRank else { return nil }
    let items = heap.items[id]
    let numbers = items.compactMap { if case .integer(let n) = $0 { n } else { nil } }
    return numbers.count == items.count ? numbers : nil
  }

  private static func fits(
    _ available: Int, offset: Int, shape: [Int], strides: [Int], count: Int
  ) -> Bool {
    guard offset >= 0, offset <= available, strides.allSatisfy({ $0 >= 0 }) else { return false }
    if count == 0 { return true }
    var last = offset
    for (length, stride) in zip(shape, strides) {
      let (reach, tooFar) = (length - 1).multipliedReportingOverflow(by: stride)
      let (sum, tooMuch) = last.addingReportingOverflow(reach)
      guard !tooFar, !tooMuch else { return false }
      last = sum
    }
    return last < available
  }

  // MARK: errors

  private func underflow() -> CheckpointError {
    error(expected: "a value on the stack", found: "none")
  }

  private func error(expected: String, found: String) -> CheckpointError {
    .malformed(format: Self.format, offset: opcodeOffset, expected: expected, found: found)
  }
}
