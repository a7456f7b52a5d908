import HablaCheckpoints
import HablaNetwork
import HablaText

/// Why something could not be done.
///
/// Every error has a kind to act on, a message for people that names what was wrong, and, where
/// there is something to do about it, a hint.
public struct HablaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public enum Kind: String, Sendable, CaseIterable {
    /// The operating system refused to read or write.
    case io
    /// A file is not what its format demands.
    case format
    /// A file or request is sound but asks for something that Habla does not do.
    case unsupported
    /// A language is not known to the voice, or its pronunciation data is missing.
    case language
    /// The text or phonemes cannot be spoken.
    case text
    /// Something would need more memory than is allowed.
    case memory
    /// An option is out of range.
    case argument
    /// The synthesis was cancelled.
    case cancelled
    /// A defect in Habla.
    case `internal`
  }

  /// The kind.
  public let kind: Kind
  /// One line that names what was wrong, what was expected and what was found.
  public let message: String
  /// What to do about it, or an empty string.
  public let hint: String

  /// Makes an error.
  public init(_ kind: Kind, _ message: String, hint: String = "") {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  /// Message and hint.
  public var description: String { hint.isEmpty ? message : "\(message) (\(hint))" }
}

extension HablaError {
  /// The error that users see for whatever a lower layer threw; `context` names the file.
  package init(wrapping error: any Error, context: String = "") {
    let prefix = context.isEmpty ? "" : context + ": "
    switch error {
    case let error as HablaError:
      let isNamed = context.isEmpty || error.message.contains(context)
      self.init(error.kind, isNamed ? error.message : prefix + error.message, hint: error.hint)
    case let error as CheckpointError:
      let kind: Kind =
        switch error {
        case .io: .io
        case .unsupported: .unsupported
        default: .format
        }
      let isNamed = error.description.hasPrefix(prefix)
      self.init(kind, isNamed ? error.description : prefix + error.description)
    case let error as SynthesisInputError:
      self.init(wrapping: error, prefix: prefix)
    case let error as TextError:
      switch error {
      case .unknownLanguage: self.init(.language, error.description, hint: error.hint)
      case .badEntries: self.init(.format, error.description, hint: error.hint)
      default: self.init(.unsupported, error.description, hint: error.hint)
      }
    case let error as WordPieceError:
      self.init(.format, prefix + error.description)
    case is CancellationError:
      self.init(.cancelled, "the synthesis was cancelled")
    default:
      self.init(.internal, prefix + "\(error)")
    }
  }

  private init(wrapping error: SynthesisInputError, prefix: String) {
    switch error {
    case .empty:
      self.init(.text, prefix + "there is nothing to speak")
    case .idOutOfRange(let what, let position, let id, let limit):
      self.init(
        .argument, prefix + "\(what) id \(id) at position \(position) is not in 0..<\(limit)")
    case .wrongLength(let what, let expected, let found):
      self.init(.argument, prefix + "\(what): expected \(expected) values, found \(found)")
    case .durationsOutOfRange(let frames, let limit):
      self.init(
        .memory, prefix + "the predicted durations are \(frames) frames, more than \(limit)",
        hint: "give shorter sentences or a higher speed")
    }
  }
}
