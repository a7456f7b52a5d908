import CHabla
import Habla

/// A piece of speech as C sees it.
///
/// Owns the samples, marks and strings that the chunk points to. Threads: immutable.
final class ChunkStorage {
  /// The chunk, at an address that stays.
  let chunk: UnsafePointer<habla_chunk>
  private let memory: UnsafeMutablePointer<habla_chunk>
  private let samples: UnsafeMutableBufferPointer<Float>
  private let marks: UnsafeMutableBufferPointer<habla_mark>
  private let labels: CStringArray
  private let skipped: CStringArray

  /// Where a piece stands.
  struct Place {
    var flags: UInt32
    var position: Int
    var textRange: Range<Int>
    var sampleRate: Int
    var sentence: Int
  }

  init(samples: [Float], marks: [Mark], skipped: [String], place: Place) {
    self.samples = .allocate(capacity: samples.count)
    _ = self.samples.initialize(from: samples)
    labels = CStringArray(marks.map(\.label))
    self.marks = .allocate(capacity: marks.count)
    for (index, mark) in marks.enumerated() {
      self.marks.initializeElement(at: index, to: habla_mark(mark, label: labels[index]))
    }
    self.skipped = CStringArray(skipped)
    memory = .allocate(capacity: 1)
    chunk = UnsafePointer(memory)
    memory.initialize(
      to: habla_chunk(
        struct_size: UInt32(MemoryLayout<habla_chunk>.size), flags: place.flags,
        samples: UnsafePointer(self.samples.baseAddress), sample_count: samples.count,
        sample_position: Int64(place.position),
        text_begin: Int64(place.textRange.lowerBound), text_end: Int64(place.textRange.upperBound),
        marks: marks.isEmpty ? nil : UnsafePointer(self.marks.baseAddress),
        mark_count: marks.count,
        skipped: self.skipped.pointer, skipped_count: skipped.count,
        sample_rate: Int32(clamping: place.sampleRate), sentence: Int32(clamping: place.sentence)))
  }

  deinit {
    memory.deallocate()
    samples.deallocate()
    marks.deallocate()
  }
}

extension habla_mark {
  fileprivate init(_ mark: Mark, label: UnsafePointer<CChar>?) {
    let kind =
      switch mark.kind {
      case .sentence: HABLA_MARK_SENTENCE
      case .word: HABLA_MARK_WORD
      case .phoneme: HABLA_MARK_PHONEME
      }
    self.init(
      kind: kind, reserved: 0,
      text_begin: mark.textRange.map { Int64($0.lowerBound) } ?? -1,
      text_end: mark.textRange.map { Int64($0.upperBound) } ?? -1,
      sample_begin: Int64(mark.sampleRange.lowerBound),
      sample_end: Int64(mark.sampleRange.upperBound), label: label)
  }
}
