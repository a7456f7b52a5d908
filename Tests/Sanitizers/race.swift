// Shows that ThreadSanitizer sees a race, and that it knows Swift's Mutex: see Scripts/sanitize-threads.sh.
//
//   race guarded     adds under a Mutex that threads contend for: no report
//   race unguarded   adds without: a report
import Glibc
import Synchronization

final class Sum: @unchecked Sendable {
  let mutex = Mutex(())
  var value = 0
}

let sum = Sum()
let isGuarded = CommandLine.arguments.last == "guarded"

func add(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  for _ in 0..<100 {
    if isGuarded {
      sum.mutex.withLock { _ in
        sum.value += 1
        usleep(50)
      }
    } else {
      sum.value += 1
    }
  }
  return nil
}

var threads = [pthread_t](repeating: pthread_t(), count: 4)
for index in threads.indices { pthread_create(&threads[index], nil, add, nil) }
for thread in threads { pthread_join(thread, nil) }
print("sum", sum.value)
