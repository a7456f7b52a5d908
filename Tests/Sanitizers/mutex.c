/* Makes Swift's Mutex known to ThreadSanitizer; for Linux, loaded before the tests (LD_PRELOAD).
 *
 * Mutex is inlined into code that ThreadSanitizer watches but for its slow paths, which are taken when
 * threads contend. Those are in the Swift library, which is not compiled for ThreadSanitizer, so that
 * everything that a contended Mutex guards would be reported. The functions here stand in for them and
 * say what they do: a lock acquires, an unlock releases, at the address of the mutex.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT_METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef SWIFT_METHOD void (*LockSlow)(uint32_t thread, SELF);
typedef SWIFT_METHOD void (*UnlockSlow)(SELF);

SWIFT_METHOD void lock_slow(uint32_t thread, SELF) __asm__(LOCK_SLOW);
SWIFT_METHOD void unlock_slow(SELF) __asm__(UNLOCK_SLOW);

static void *next(const char *name) {
  void *function = dlsym(RTLD_NEXT, name);
  if (!function) {
    fprintf(stderr, "mutex.c: the Swift library has no %s any more\n", name);
    abort();
  }
  return function;
}

SWIFT_METHOD void lock_slow(uint32_t thread, SELF) {
  ((LockSlow)next(LOCK_SLOW))(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT_METHOD void unlock_slow(SELF) {
  if (__tsan_release) __tsan_release(self);
  ((UnlockSlow)next(UNLOCK_SLOW))(self);
}
