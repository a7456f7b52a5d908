import HablaText

/// Something at a place in the speech.
public struct Mark: Sendable, Equatable {
  /// What a mark stands for.
  public enum Kind: Int, Sendable {
    /// A sentence.
    case sentence = 0
    /// A word.
    case word = 1
    /// A phoneme.
    case phoneme = 2
  }

  /// What it stands for.
  public let kind: Kind
  /// Where it stands in the caller's text, in UTF-8 bytes; nil where not known.
  public let textRange: Range<Int>?
  /// When it is heard, in samples from the start of the speech.
  public let sampleRange: Range<Int>
  /// The phoneme's symbol; empty for sentences and words.
  public let label: String

  /// Makes a mark.
  public init(kind: Kind, textRange: Range<Int>?, sampleRange: Range<Int>, label: String = "") {
    self.kind = kind
    self.textRange = textRange
    self.sampleRange = sampleRange
    self.label = label
  }
}

/// A piece of speech, as a stream gives it.
public struct AudioChunk: Sendable, Equatable {
  /// Samples, mono, full scale ±1 (may exceed it slightly; see `PCM16`).
  public let samples: [Float]
  /// Samples per second.
  public let sampleRate: Int
  /// Position of the first sample in the whole speech.
  public let position: Int
  /// Number of the sentence, from 0.
  public let sentence: Int
  /// Where the sentence stands in the caller's text, in UTF-8 bytes.
  public let textRange: Range<Int>
  /// Whether this is the sentence's last chunk; silence after the sentence is part of it.
  public let isLastOfSentence: Bool
  /// Marks of everything that begins in this chunk, in order of their start.
  public let marks: [Mark]
  /// Symbols that the voice does not know and that were skipped, in the sentence's first chunk.
  public let unknownSymbols: [String]
}

/// A whole text, spoken.
public struct Speech: Sendable, Equatable {
  /// Samples, mono, full scale ±1.
  public var samples: [Float] = []
  /// Samples per second.
  public var sampleRate: Int
  /// Sentences, words and phonemes in order of their start.
  public var marks: [Mark] = []
  /// Symbols that the voice does not know and that were skipped, each once.
  public var unknownSymbols: [String] = []

  /// Length in seconds.
  public var duration: Double { Double(samples.count) / Double(sampleRate) }

  /// An empty speech.
  init(sampleRate: Int) { self.sampleRate = sampleRate }

  mutating func append(_ chunk: AudioChunk) {
    samples += chunk.samples
    marks += chunk.marks
    for symbol in chunk.unknownSymbols where !unknownSymbols.contains(symbol) {
      unknownSymbols.append(symbol)
    }
  }
}
