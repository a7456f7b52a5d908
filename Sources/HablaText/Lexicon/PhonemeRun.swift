/// Phonemes that travel inside a text to the front end.
///
/// Normalization and sentence splitting must leave phonemes that the caller wrote alone, so they
/// are written in scalars of a private use plane that nothing else reads: one for each byte of
/// their UTF-8, between a begin and an end.
package enum PhonemeRun {
  private static let base: UInt32 = 0xF0000
  private static let begin: UInt32 = 0xF0100
  private static let end: UInt32 = 0xF0101

  /// A stretch of a text: words, or phonemes.
  struct Segment: Equatable {
    /// UTF-8 bytes of the text that it takes.
    let bytes: Range<Int>
    /// The phonemes, nil for words.
    let phonemes: String?
  }

  /// The run that stands for phonemes.
  static func encoded(_ phonemes: String) -> String {
    var view = String.UnicodeScalarView()
    let values = [begin] + phonemes.utf8.map { base + UInt32($0) } + [end]
    view.append(contentsOf: values.compactMap(Unicode.Scalar.init))
    return String(view)
  }

  static func isBegin(_ scalar: Unicode.Scalar) -> Bool { scalar.value == begin }

  /// The text cut at its runs; one that does not end reaches to the text's end.
  static func segments(of text: String) -> [Segment] {
    if !text.utf8.contains(0xF3) { return [Segment(bytes: 0..<text.utf8.count, phonemes: nil)] }
    var segments: [Segment] = []
    var start = 0
    var byte = 0
    var run: [UInt8]?
    func close(at end: Int) {
      if let run {
        segments.append(
          Segment(bytes: start..<end, phonemes: String(decoding: run, as: UTF8.self)))
      } else if start < end {
        segments.append(Segment(bytes: start..<end, phonemes: nil))
      }
      start = end
    }
    for scalar in text.unicodeScalars {
      let next = byte + scalar.utf8Length
      if scalar.value == begin {
        close(at: byte)
        run = []
      } else if run != nil {
        if scalar.value == end {
          close(at: next)
          run = nil
        } else if (base..<base + 256).contains(scalar.value) {
          run?.append(UInt8(scalar.value - base))
        }
      }
      byte = next
    }
    close(at: byte)
    return segments
  }

  /// The text with the phonemes of its runs as characters, for voices that read characters.
  package static func decoded(_ text: MappedText) -> MappedText {
    let segments = segments(of: text.text)
    if segments.allSatisfy({ $0.phonemes == nil }) { return text }
    var result = MappedText()
    for segment in segments {
      if let phonemes = segment.phonemes {
        result.appendRewritten(phonemes, for: text.originalRange(of: segment.bytes))
      } else {
        result.append(text, bytes: segment.bytes)
      }
    }
    return result
  }
}
