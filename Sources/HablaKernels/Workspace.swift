/// Stack-like working memory of one running utterance.
///
/// A forward pass takes blocks with `take` and gives them all back with `reset(to:)`. Blocks keep
/// their place until given back; the memory itself is kept for the next pass, so that nothing is
/// allocated once the largest utterance so far has been seen. Contents of a taken block are
/// undefined. Threads: one thread takes and resets; the blocks may be filled by several.
package final class Workspace {
  private var segments: [FloatBuffer] = []
  private var segment = 0
  private var offset = 0

  /// A position to return to.
  package struct Mark: Sendable {
    fileprivate let segment: Int
    fileprivate let offset: Int

    /// The position at which nothing is taken.
    package static let start = Mark(segment: 0, offset: 0)
  }

  /// Makes an empty workspace; memory is allocated as it is taken.
  package init() {}

  /// The present position.
  package var mark: Mark { Mark(segment: segment, offset: offset) }

  /// Number of floats held, used or not.
  package var capacity: Int { segments.reduce(0) { $0 + $1.count } }

  /// Gives back everything that was taken after `mark`.
  package func reset(to mark: Mark) {
    segment = mark.segment
    offset = mark.offset
  }

  /// Takes `count` floats, 64-byte aligned, contents undefined.
  package func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    precondition(count >= 0, "negative block size")
    let rounded = (max(count, 1) + 15) & ~15
    while segment < segments.count {
      if offset + rounded <= segments[segment].count {
        defer { offset += rounded }
        return segments[segment].pointer + offset
      }
      segment += 1
      offset = 0
    }
    segments.append(FloatBuffer(count: max(rounded, 1 << 16)))
    offset = rounded
    return segments[segment].pointer
  }

  /// Frees all memory.
  ///
  /// Every block taken before becomes invalid.
  package func release() {
    segments = []
    segment = 0
    offset = 0
  }
}
