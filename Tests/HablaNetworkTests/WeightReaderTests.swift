import HablaCheckpoints
import HablaKernels
import HablaNetwork
import Synchronization
import TestSupport
import Testing

/// Weights read at once or later.
@Suite struct WeightReaderTests {
  /// Tensors in memory, as a file would give them.
  private struct Tensors: Checkpoint {
    var values: [String: (shape: [Int], values: [Float])]
    let reads = Counter()
    var tensors: [TensorInfo] { values.keys.sorted().compactMap(info) }
    var metadata: [String: String] { [:] }

    func info(_ name: String) -> TensorInfo? {
      values[name].map {
        TensorInfo(name: name, type: .float32, shape: $0.shape, count: $0.values.count)
      }
    }
    func copyFloats(_ name: String, to destination: UnsafeMutablePointer<Float>) throws {
      reads.add()
      for (i, value) in (values[name]?.values ?? []).enumerated() { destination[i] = value }
    }
    func integers(_ name: String) throws -> [Int64] { [] }
    func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>? { nil }
  }

  private final class Counter: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
  }

  private let pool = ThreadPool(threadCount: 3)

  @Test func readsLaterWhatIsPutOff() throws {
    let file = Tensors(values: ["a": ([2, 2], [1, 2, 3, 4]), "b": ([1], [5])])
    let preparation = WeightPreparation()
    let reader = WeightReader(file).deferred(to: preparation)
    let a = try reader.array("a", shape: [2, 2])
    let b = try reader.array("b", shape: [1])
    #expect(throws: CheckpointError.missingTensor(name: "c")) {
      try reader.array("c", shape: [1])
    }
    #expect(throws: CheckpointError.self) { try reader.array("a", shape: [4]) }
    #expect(file.reads.value == 0)
    #expect(a[2] == 3)
    #expect(file.reads.value == 1)
    for _ in 0..<3 { try preparation.run(pool) }
    #expect(file.reads.value == 2 && b[0] == 5)
  }

  @Test func valuesThatAreNotFiniteFailEveryTime() throws {
    let file = Tensors(values: ["a": ([2], [1, .nan]), "b": ([1], [.infinity])])
    #expect(throws: CheckpointError.notFinite(name: "a", index: 1)) {
      try WeightReader(file).array("a", shape: [2])
    }
    let preparation = WeightPreparation()
    _ = try WeightReader(file).deferred(to: preparation).array("a", shape: [2])
    for _ in 0..<2 {
      #expect(throws: CheckpointError.notFinite(name: "a", index: 1)) {
        try preparation.run(pool)
      }
    }
  }

  /// Many threads that prepare the same weights at once make each of them once.
  @Test func preparesOnce() throws {
    let names = (0..<50).map { "t\($0)" }
    let file = Tensors(
      values: Dictionary(uniqueKeysWithValues: names.map { ($0, ([1], [Float(1)])) }))
    let preparation = WeightPreparation()
    let reader = WeightReader(file).deferred(to: preparation)
    for name in names { _ = try reader.array(name, shape: [1]) }
    let errors = Counter()
    ThreadPool(threadCount: 4).run(8) { _ in
      do { try preparation.run(ThreadPool(threadCount: 2)) } catch { errors.add() }
    }
    #expect(errors.value == 0 && file.reads.value == names.count)
  }

  /// A layer computes the same whatever the order of its weights in the file.
  @Test(arguments: [(1, 3, 1), (33, 20, 1), (48, 64, 3), (96, 5, 5)])
  func layoutsAreEquivalent(_ outputs: Int, _ inputs: Int, _ kernel: Int) throws {
    let published = testValues(outputs * inputs * kernel, seed: 1)
    let shape = kernel == 1 ? [outputs, inputs] : [outputs, inputs, kernel]
    let source = WeightReader(Tensors(values: ["l.weight": (shape, published)]))
    func result(_ reader: WeightReader) throws -> [Float] {
      let layer = try Convolution(
        reader, "l", inputs: inputs, outputs: outputs, kernel: kernel)
      let rows = 50
      let y = FloatBuffer(count: rows * outputs)
      layer.forward(
        testValues(rows * inputs, seed: 2), rows: rows, into: y.pointer, RunState(pool: pool))
      return y.array
    }
    let panels = try source.storedPanels("l.weight", shape: shape)?.array ?? published
    let copy = WeightReader(Tensors(values: ["l.weight": (shape, panels)]), layout: .panels)
    #expect(try result(copy) == result(source))
    // What is stored again is the same.
    #expect(try copy.storedPanels("l.weight", shape: shape)?.array ?? published == panels)
  }
}
