/* streaming: hands audio on while the rest is still being computed.
 *
 *     cc -o streaming streaming.c $(pkg-config --cflags --libs habla)
 *     ./streaming "Una frase. Y otra más." > speech.f32
 *
 * Writes 32-bit float samples to standard output and, for each chunk, when it came and what it is
 * to standard error. Pull (habla_session_next) is used for the text, push (habla_session_speak) to
 * show that it gives the same samples.
 */
#define _POSIX_C_SOURCE 200809L
#include <habla.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* A sum that tells whether two streams have the same samples in the same order. */
struct sum {
  unsigned long long hash;
  size_t count;
};

static void add(struct sum *sum, const habla_chunk *chunk) {
  const unsigned char *bytes = (const unsigned char *)chunk->samples;
  for (size_t i = 0; i < chunk->sample_count * sizeof(float); i++)
    sum->hash = (sum->hash ^ bytes[i]) * 1099511628211ULL;
  sum->count += chunk->sample_count;
}

static int32_t receive(void *user, const habla_chunk *chunk) {
  add(user, chunk);
  return 0;
}

int main(int argc, char **argv) {
  const char *text = argc > 1 ? argv[1] : "El tren sale a las cinco. No llegues tarde, por favor.";
  habla_error error;
  habla_error_init(&error, sizeof error);
  habla_voice *voice = argc > 2 ? habla_voice_open(argv[2], NULL, &error)
                                : habla_voice_open_builtin(NULL, &error);
  habla_session *session = habla_session_create(voice, NULL, &error);
  if (session == NULL) {
    fprintf(stderr, "%s %s\n", error.message, error.hint);
    habla_voice_release(voice);
    return 1;
  }
  habla_options options;
  habla_options_init(&options, sizeof options);
  options.speed = 1.1;
  options.seed = 7;

  struct sum pulled = {0, 0}, pushed = {0, 0};
  const habla_chunk *chunk;
  double begin = now();
  habla_status status = habla_session_start(session, text, &options);
  while (status >= 0 && (status = habla_session_next(session, &chunk)) == HABLA_CHUNK) {
    if (pulled.count == 0) fprintf(stderr, "first chunk after %.1f ms\n", 1e3 * (now() - begin));
    fprintf(stderr, "%7.1f ms  sentence %d  %6zu samples from %7lld%s\n", 1e3 * (now() - begin),
            chunk->sentence, chunk->sample_count, (long long)chunk->sample_position,
            chunk->flags & HABLA_CHUNK_SENTENCE_END ? "  (end of sentence)" : "");
    fwrite(chunk->samples, sizeof(float), chunk->sample_count, stdout);
    add(&pulled, chunk);
  }
  if (status == HABLA_END) status = habla_session_speak(session, text, &options, receive, &pushed);
  if (status < 0)
    fprintf(stderr, "%s: %s %s\n", habla_status_name(status), habla_session_message(session),
            habla_session_hint(session));

  habla_session_free(session);
  habla_voice_release(voice);
  if (status != HABLA_END) return 1;
  if (pulled.hash != pushed.hash || pulled.count != pushed.count) {
    fprintf(stderr, "pull and push differ\n");
    return 1;
  }
  return 0;
}
