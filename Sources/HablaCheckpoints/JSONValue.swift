/// A parsed JSON document (RFC 8259).
///
/// Strict, for untrusted files: UTF-8 is validated, duplicate keys and trailing characters are
/// errors, nesting is limited to `JSONParser.maximumDepth`.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent that fits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The members, if this is an object.
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// The elements, if this is an array.
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The text, if this is a string.
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The value, if this is true or false.
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The value of a whole number that fits Int, also when written as 3.0.
  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value of any number.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// What kind of value this is, for errors.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .string(let value): "the string '\(value.prefix(80))'"
    case .array(let values): "an array of \(values.count)"
    case .object: "an object"
    }
  }

  /// Parses UTF-8 text; `format` and `base` (its offset in the file) are for errors.
  ///
  /// - Throws: `CheckpointError.malformed` at the offending byte.
  package init(parsing bytes: UnsafeRawBufferPointer, format: String = "JSON", base: Int = 0) throws
  {
    var parser = JSONParser(bytes, format: format, base: base)
    self = try parser.document()
  }

  /// Parses a text.
  package init(parsing text: String, format: String = "JSON") throws {
    var text = text
    self = try text.withUTF8 { try JSONValue(parsing: UnsafeRawBufferPointer($0), format: format) }
  }
}

/// The members of a JSON object, in the file's order, with unique keys.
package struct JSONObject: Sendable, Equatable {
  /// Keys in the order of the file.
  package private(set) var keys: [String] = []
  private var values: [ExactString: JSONValue] = [:]

  package init() {}

  /// Number of members.
  package var count: Int { keys.count }
  /// The value of a member, or nil.
  package subscript(key: String) -> JSONValue? { values[ExactString(key)] }

  /// Adds a member; false when there is one of that key.
  mutating func add(_ key: String, _ value: JSONValue) -> Bool {
    guard values.updateValue(value, forKey: ExactString(key)) == nil else { return false }
    keys.append(key)
    return true
  }
}

/// A string that equals only strings of the same scalars.
///
/// Swift's own equality is canonical equivalence, for which "é" and "e" with a combining accent
/// are the same; symbol tables can have both.
package struct ExactString: Hashable, Sendable {
  /// The string.
  package let text: String

  /// Wraps a string.
  package init(_ text: String) { self.text = text }

  package static func == (a: ExactString, b: ExactString) -> Bool {
    a.text.utf8.elementsEqual(b.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
