import CHabla
import Habla

/// Strings that the caller gives.
enum CallerString {
  /// Reads a C string that must be there and must be UTF-8.
  ///
  /// - Throws: `HablaError` of kind `.argument` for NULL, of `kind` for what is not UTF-8, naming
  ///   the first wrong byte.
  static func required(
    _ pointer: UnsafePointer<CChar>?, _ name: String, invalid kind: HablaError.Kind = .argument
  ) throws -> String {
    guard let pointer else { throw HablaError(.argument, "\(name) is NULL") }
    guard let string = String(validatingCString: pointer) else {
      throw HablaError(
        kind, "\(name) is not UTF-8 at byte \(UTF8Check.firstInvalidByte(bytes(pointer)))",
        hint: "convert it to UTF-8")
    }
    return string
  }

  /// Reads a C string that may be NULL.
  static func optional(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String? {
    try pointer.map { try required($0, name) }
  }

  private static func bytes(_ pointer: UnsafePointer<CChar>) -> some Sequence<UInt8> {
    sequence(state: pointer) { (next: inout UnsafePointer<CChar>) -> UInt8? in
      let byte = UInt8(truncatingIfNeeded: next.pointee)
      if byte == 0 { return nil }
      next += 1
      return byte
    }
  }
}
