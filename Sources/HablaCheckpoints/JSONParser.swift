/// Recursive-descent parser behind `JSONValue`.
struct JSONParser {
  /// Arrays and objects inside each other; more is refused, so that the stack stays small.
  static let maximumDepth = 64

  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  private var cursor: ByteCursor
  private var depth = 0

  init(_ bytes: UnsafeRawBufferPointer, format: String, base: Int) {
    cursor = ByteCursor(bytes, format: format, base: base)
  }

  /// One value with nothing but white space around it.
  mutating func document() throws -> JSONValue {
    let value = try value()
    skipSpace()
    guard cursor.isAtEnd else { throw unexpected("the end of the JSON text") }
    return value
  }

  private mutating func value() throws -> JSONValue {
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return .object(try nested { try $0.members() })
    case UInt8(ascii: "["): return .array(try nested { try $0.elements() })
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case let byte? where byte == UInt8(ascii: "-") || Self.digits.contains(byte):
      return try number()
    default: throw unexpected("a JSON value")
    }
  }

  private mutating func nested<T>(_ body: (inout JSONParser) throws -> T) throws -> T {
    guard depth < Self.maximumDepth else {
      throw cursor.error(expected: "at most \(Self.maximumDepth) nested values", found: "more")
    }
    depth += 1
    defer { depth -= 1 }
    try skip(1)
    return try body(&self)
  }

  private mutating func members() throws -> JSONObject {
    var object = JSONObject()
    skipSpace()
    if try accept("}") { return object }
    while true {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let keyOffset = cursor.offset
      let key = try string()
      skipSpace()
      guard try accept(":") else { throw unexpected("':'") }
      let value = try value()
      guard object.add(key, value) else {
        throw CheckpointError.malformed(
          format: cursor.format, offset: keyOffset, expected: "each key once",
          found: "'\(key)' again")
      }
      skipSpace()
      if try accept("}") { return object }
      guard try accept(",") else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func elements() throws -> [JSONValue] {
    var array: [JSONValue] = []
    skipSpace()
    if try accept("]") { return array }
    while true {
      array.append(try value())
      skipSpace()
      if try accept("]") { return array }
      guard try accept(",") else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws -> JSONValue {
    for i in 0..<text.utf8CodeUnitCount {
      guard peek() == text.utf8Start[i] else { throw unexpected("\(text)") }
      try skip(1)
    }
    return value
  }

  private mutating func number() throws -> JSONValue {
    let start = cursor.position
    var isInteger = true
    _ = try accept("-")
    if try !accept("0") { try digits() }
    if try accept(".") {
      isInteger = false
      try digits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      isInteger = false
      try skip(1)
      if try !accept("+") { _ = try accept("-") }
      try digits()
    }
    let text = String(decoding: cursor.bytes[start..<cursor.position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw cursor.error(expected: "a number that fits a Double", found: "\(text.prefix(40))")
    }
    return .number(value)
  }

  private mutating func digits() throws {
    var found = false
    while let byte = peek(), Self.digits.contains(byte) {
      try skip(1)
      found = true
    }
    guard found else { throw unexpected("a digit") }
  }

  // MARK: strings

  private mutating func string() throws -> String {
    try skip(1)
    let start = cursor.position
    // Most strings have no escapes: their bytes are taken as they are.
    var unescaped: [UInt8]?
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        let plain = UnsafeRawBufferPointer(rebasing: cursor.bytes[start..<cursor.position])
        let text =
          if let unescaped { String(validating: unescaped, as: UTF8.self) } else {
            String(validating: plain, as: UTF8.self)
          }
        guard let text else { throw cursor.error(expected: "UTF-8 text", found: "other bytes") }
        try skip(1)
        return text
      case UInt8(ascii: "\\"):
        if unescaped == nil { unescaped = Array(cursor.bytes[start..<cursor.position]) }
        try skip(1)
        unescaped?.append(contentsOf: Array(String(try escape()).utf8))
      case 0..<0x20: throw unexpected("a printable character or an escape")
      default:
        unescaped?.append(byte)
        try skip(1)
      }
    }
    throw unexpected("the end of the string")
  }

  private mutating func escape() throws -> Unicode.Scalar {
    let offset = cursor.position
    switch try cursor.byte("an escape") {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try hexUnit()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      if unit < 0xDC00, try accept("\\"), try accept("u") {
        let low = try hexUnit()
        if low >= 0xDC00, low < 0xE000,
          let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        {
          return scalar
        }
      }
      throw cursor.error(expected: "a pair of surrogates", found: "half of one")
    default:
      try cursor.seek(offset, "escape")
      throw unexpected("an escape")
    }
  }

  private mutating func hexUnit() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = try cursor.byte("four hexadecimal digits")
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw cursor.error(expected: "four hexadecimal digits", found: "byte \(byte)")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  // MARK: bytes

  private func peek() -> UInt8? { cursor.isAtEnd ? nil : cursor.bytes[cursor.position] }

  private mutating func skip(_ count: Int) throws {
    try cursor.seek(cursor.position + count, "more text")
  }

  private mutating func accept(_ character: Unicode.Scalar) throws -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    try skip(1)
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      guard (try? skip(1)) != nil else { return }
    }
  }

  private func unexpected(_ expected: String) -> CheckpointError {
    let found =
      switch peek() {
      case nil: "the end of the text"
      case let byte? where byte >= 0x20 && byte < 0x7F: "'\(Character(Unicode.Scalar(byte)))'"
      case let byte?: "byte \(byte)"
      }
    return cursor.error(expected: expected, found: found)
  }
}
