import HablaC
import Testing

private final class Thing: Sendable {}

@Suite struct HandleTableTests {
  @Test func handlesAreNeverUsedTwice() {
    let table = HandleTable<Thing>(tag: 3)
    var seen = Set<OpaquePointer?>()
    for _ in 0..<100 {
      let handle = table.insert(Thing())
      #expect(seen.insert(handle).inserted)
      #expect(table.release(handle) != nil)
      #expect(table.release(handle) == nil)
      #expect(table.object(handle) == nil)
      #expect(!table.retain(handle))
    }
  }

  @Test func theLastReferenceFrees() {
    let table = HandleTable<Thing>(tag: 3)
    weak var watched: Thing?
    let handle = {
      let thing = Thing()
      watched = thing
      return table.insert(thing)
    }()
    #expect(table.retain(handle))
    #expect(table.release(handle) == nil)
    #expect(watched != nil && table.object(handle) === watched)
    _ = table.release(handle)
    #expect(watched == nil)
  }

  @Test func tablesDoNotShareHandles() {
    let first = HandleTable<Thing>(tag: 5)
    let second = HandleTable<Thing>(tag: 9)
    let handles = Set((0..<50).map { _ in first.insert(Thing()) })
    for _ in 0..<50 { #expect(!handles.contains(second.insert(Thing()))) }
    for handle in handles { #expect(second.object(handle) == nil) }
    #expect(first.object(nil) == nil)
    #expect(first.release(nil) == nil)
  }

  @Test func manyThreads() async {
    let table = HandleTable<Thing>(tag: 3)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<500 {
            let handle = table.insert(Thing())
            #expect(table.retain(handle))
            _ = table.release(handle)
            #expect(table.release(handle) != nil)
          }
        }
      }
    }
  }
}
