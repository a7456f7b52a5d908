/// A range of UTF-8 byte offsets in the caller's original text.
public typealias TextRange = Range<Int>

/// A text made from another one, with the way back.
///
/// Normalization, Unicode composition and sentence splitting all rewrite pieces of a text; marks
/// must point at what the caller wrote. The text is a list of pieces, each made from one range of
/// the original. In a verbatim piece bytes correspond one to one; any part of a rewritten piece
/// maps to the whole range it was made from.
package struct MappedText: Sendable, Equatable {
  /// One piece: `length` UTF-8 bytes of `text` made from `original`.
  package struct Piece: Sendable, Equatable {
    /// Length in UTF-8 bytes in the new text.
    package let length: Int
    /// Where it comes from.
    package let original: TextRange
    /// Whether the bytes are the original's.
    package let isVerbatim: Bool
  }

  /// The new text.
  package private(set) var text: String = ""
  /// Its pieces in order; lengths add up to `text.utf8.count`.
  package private(set) var pieces: [Piece] = []
  /// Start of each piece in `text`.
  private var starts: [Int] = []

  /// An empty text.
  package init() {}

  /// A text that is its own original, which starts at byte `offset` of the caller's text.
  package init(verbatim text: String, offset: Int = 0) {
    appendVerbatim(text, from: offset)
  }

  /// Appends text that stands in the original at `offset`, byte for byte.
  package mutating func appendVerbatim(_ new: some StringProtocol, from offset: Int) {
    let length = new.utf8.count
    if length == 0 { return }
    append(String(new), Piece(length: length, original: offset..<offset + length, isVerbatim: true))
  }

  /// Appends text that replaces `original`.
  package mutating func appendRewritten(_ new: String, for original: TextRange) {
    let length = new.utf8.count
    if length == 0 { return }
    append(new, Piece(length: length, original: original, isVerbatim: false))
  }

  /// Appends the bytes `range` of another mapped text, with their ways back.
  ///
  /// `range` is clamped to the other text and must lie on scalar boundaries.
  package mutating func append(_ other: MappedText, bytes range: Range<Int>) {
    let end = other.text.utf8.count
    let lower = min(max(range.lowerBound, 0), end)
    let upper = min(max(range.upperBound, lower), end)
    if lower == upper { return }
    var position = lower
    var index = other.pieceIndex(ofByte: lower)
    while position < upper {
      let piece = other.pieces[index]
      let start = other.starts[index]
      let stop = min(start + piece.length, upper)
      let new = other.substring(position..<stop)
      if piece.isVerbatim {
        appendVerbatim(new, from: piece.original.lowerBound + position - start)
      } else {
        appendRewritten(String(new), for: piece.original)
      }
      position = stop
      index += 1
    }
  }

  /// The bytes `range` of `text`, which must lie on scalar boundaries inside the text.
  package func substring(_ range: Range<Int>) -> Substring {
    let utf8 = text.utf8
    let lower = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
    return text[lower..<utf8.index(lower, offsetBy: range.count)]
  }

  private mutating func append(_ new: String, _ piece: Piece) {
    // Neighbours that stand side by side in the original stay one piece.
    if piece.isVerbatim, let last = pieces.last, last.isVerbatim,
      last.original.upperBound == piece.original.lowerBound
    {
      text += new
      pieces[pieces.count - 1] = Piece(
        length: last.length + piece.length,
        original: last.original.lowerBound..<piece.original.upperBound, isVerbatim: true)
      return
    }
    starts.append(text.utf8.count)
    text += new
    pieces.append(piece)
  }

  /// The original range that the bytes `range` of `text` come from.
  ///
  /// `range` is clamped to the text; an empty range gives an empty range at its place.
  package func originalRange(of range: Range<Int>) -> TextRange {
    guard let lastPiece = pieces.last else { return 0..<0 }
    let end = text.utf8.count
    let lower = min(max(range.lowerBound, 0), end)
    let upper = min(max(range.upperBound, lower), end)
    if lower == end { return lastPiece.original.upperBound..<lastPiece.original.upperBound }
    let first = originalRange(ofByte: lower)
    if upper == lower { return first.lowerBound..<first.lowerBound }
    let last = originalRange(ofByte: upper - 1)
    return min(first.lowerBound, last.lowerBound)..<max(first.upperBound, last.upperBound)
  }

  /// What was made from the original's bytes from `offset` on.
  ///
  /// A rewritten piece that was made from bytes on both sides is left out.
  package func suffix(fromOriginal offset: Int) -> MappedText {
    var position = 0
    for piece in pieces {
      if piece.original.lowerBound >= offset { break }
      if piece.isVerbatim, piece.original.upperBound > offset {
        position += offset - piece.original.lowerBound
        break
      }
      position += piece.length
    }
    var result = MappedText()
    result.append(self, bytes: position..<text.utf8.count)
    return result
  }

  private func originalRange(ofByte byte: Int) -> TextRange {
    let index = pieceIndex(ofByte: byte)
    let piece = pieces[index]
    if !piece.isVerbatim { return piece.original }
    let start = piece.original.lowerBound + byte - starts[index]
    return start..<start + 1
  }

  /// Index of the piece that holds `byte`; the text must not be empty.
  private func pieceIndex(ofByte byte: Int) -> Int {
    var low = 0
    var high = starts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= byte { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
