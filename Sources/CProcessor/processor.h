/* What the processor that runs the program can do and is told: Swift has no names for these. */
#ifndef HABLA_PROCESSOR_H
#define HABLA_PROCESSOR_H

/* Whether 256-bit vectors with fused multiply-add can be used: 1 or 0.
 *
 * Asks the processor and whether the operating system keeps the wide registers. Processors other
 * than x86-64 are asked nothing and give 0. */
static inline int habla_processor_has_avx2_fma(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return 0;
#endif
}

#if defined(__linux__)
int sched_getcpu(void); /* <sched.h> has it for GNU sources alone. */
#endif

/* Number of the processor that the calling thread is on at this moment; -1 if unknown. */
static inline int habla_processor_current(void) {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

/* Asks for the line of memory at `address` to be brought into the second-level cache. Any address may
 * be given, also one where there is no memory. */
static inline __attribute__((always_inline)) void habla_processor_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

#endif
