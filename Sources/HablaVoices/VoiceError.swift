/// Why a voice could not be listed or fetched.
package struct VoiceError: Error, Equatable, CustomStringConvertible {
  /// What was wrong, with the address or file.
  package let message: String
  /// What to do about it, or an empty string.
  package let hint: String

  package init(_ message: String, hint: String = "") {
    self.message = message
    self.hint = hint
  }

  package var description: String { hint.isEmpty ? message : "\(message) (\(hint))" }
}
