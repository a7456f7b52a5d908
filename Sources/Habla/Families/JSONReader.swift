import HablaCheckpoints

/// A JSON object of a configuration file whose keys are read one by one.
///
/// For files that are tables of symbols, where keys that are canonically equivalent are still
/// different. Errors name the file and the path of the key.
struct JSONReader {
  /// File and path, for errors.
  let name: String
  private let members: JSONObject
  private let path: String

  /// Keys in the order of the file.
  var keys: [String] { members.keys }

  /// Parses a text whose top level is an object.
  init(_ text: String, name: String) throws {
    guard let object = try JSONValue(parsing: text, format: name).object else {
      throw HablaError(.format, "\(name): expected an object at the top level")
    }
    self.init(object, name: name, path: "")
  }

  private init(_ members: JSONObject, name: String, path: String) {
    (self.members, self.name, self.path) = (members, name, path)
  }

  /// Whether a key has a value other than null.
  func contains(_ key: String) -> Bool { members[key].map { $0 != .null } ?? false }

  func object(_ key: String) throws -> JSONReader { try require(key, optionalObject(key)) }
  func integer(_ key: String) throws -> Int { try require(key, optionalInteger(key)) }
  func string(_ key: String) throws -> String { try require(key, optionalString(key)) }
  func number(_ key: String) throws -> Double { try require(key, optionalNumber(key)) }

  func optionalObject(_ key: String) throws -> JSONReader? {
    try value(key, "an object") { $0.object }.map {
      JSONReader($0, name: name, path: path + key + ".")
    }
  }

  func optionalInteger(_ key: String) throws -> Int? { try value(key, "an integer") { $0.integer } }
  func optionalString(_ key: String) throws -> String? { try value(key, "a string") { $0.string } }
  func optionalNumber(_ key: String) throws -> Double? { try value(key, "a number") { $0.number } }
  func optionalBool(_ key: String) throws -> Bool? { try value(key, "true or false") { $0.bool } }

  /// A list of integers.
  func integers(_ key: String) throws -> [Int] {
    try require(key, value(key, "a list of integers") { Self.all($0.array, \.integer) })
  }

  /// A list of integers, or one integer alone.
  func oneOrMoreIntegers(_ key: String) throws -> [Int] {
    try require(
      key,
      value(key, "an integer or a list of integers") { member in
        member.integer.map { [$0] } ?? Self.all(member.array, \.integer)
      })
  }

  /// A list of strings, or one string alone; empty when the key has null.
  func anyStrings(_ key: String) throws -> [String] {
    try value(key, "a string or a list of strings") { member in
      member.string.map { [$0] } ?? Self.all(member.array, \.string)
    } ?? []
  }

  /// A list of lists of strings; empty when it is missing.
  func stringLists(_ key: String) throws -> [[String]] {
    try value(key, "a list of lists of strings") {
      $0.array.flatMap { lists in
        let found = lists.compactMap { Self.all($0.array, \.string) }
        return found.count == lists.count ? found : nil
      }
    } ?? []
  }

  /// A list of lists of integers.
  func integerLists(_ key: String) throws -> [[Int]] {
    try require(
      key,
      value(key, "a list of lists of integers") {
        $0.array.flatMap { lists in
          let found = lists.compactMap { Self.all($0.array, \.integer) }
          return found.count == lists.count ? found : nil
        }
      })
  }

  private static func all<T>(_ list: [JSONValue]?, _ part: (JSONValue) -> T?) -> [T]? {
    guard let list else { return nil }
    let found = list.compactMap(part)
    return found.count == list.count ? found : nil
  }

  /// A member, nil when it is missing or null.
  private func value<T>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> T?
  ) throws -> T? {
    guard let member = members[key], member != .null else { return nil }
    guard let value = convert(member) else {
      throw HablaError(
        .format, "\(name): key '\(path)\(key)' must be \(expected), found \(member.kind)")
    }
    return value
  }

  private func require<T>(_ key: String, _ value: T?) throws -> T {
    guard let value else { throw HablaError(.format, "\(name): key '\(path)\(key)' is missing") }
    return value
  }
}
