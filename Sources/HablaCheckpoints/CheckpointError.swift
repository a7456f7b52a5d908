/// Why a file could not be read as a checkpoint, or a tensor not be given.
///
/// Every case names the file part that is wrong (tensor, field or byte offset), what was expected
/// and what was found.
package enum CheckpointError: Error, Sendable, Equatable {
  /// The operating system refused: path, call and its message.
  case io(path: String, reason: String)
  /// No tensor of that name.
  case missingTensor(name: String)
  /// A tensor has another shape than the network needs.
  case shapeMismatch(name: String, expected: [Int], found: [Int])
  /// A tensor has a type that cannot be used there.
  case typeMismatch(name: String, expected: String, found: String)
  /// A tensor holds NaN or infinite weights; `index` is the first such element.
  case notFinite(name: String, index: Int)
  /// The file breaks a rule of its format at `offset` (bytes from the start of the file).
  case malformed(format: String, offset: Int, expected: String, found: String)
  /// The file is well-formed but asks for something that is not supported or not allowed.
  case unsupported(format: String, what: String)
}

extension CheckpointError: CustomStringConvertible {
  /// One line for people.
  package var description: String {
    switch self {
    case .io(let path, let reason): "\(path): \(reason)"
    case .missingTensor(let name): "tensor '\(name)' is missing"
    case .shapeMismatch(let name, let expected, let found):
      "tensor '\(name)' has shape \(found), expected \(expected)"
    case .typeMismatch(let name, let expected, let found):
      "tensor '\(name)' has type \(found), expected \(expected)"
    case .notFinite(let name, let index):
      "tensor '\(name)' has a NaN or infinite value at element \(index)"
    case .malformed(let format, let offset, let expected, let found):
      "\(format): at byte \(offset): expected \(expected), found \(found)"
    case .unsupported(let format, let what): "\(format): \(what)"
    }
  }
}
