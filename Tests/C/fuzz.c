/* Random sequences of calls with random and hostile arguments.
 *
 *   fuzz SEQUENCES [FIRST SEED]
 *
 * A sequence is made from its number alone, so the one that was running can be run again. All
 * sequences share a few voices and sessions that earlier ones left, in any state.
 */
#include "habla.h"

#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { VOICES = 4, SESSIONS = 6, MOST_CALLS = 12 };

static habla_voice *voices[VOICES];
static habla_session *sessions[SESSIONS];
static uint64_t state;
static unsigned long long calls, chunks;

static uint64_t random_bits(void) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static size_t below(size_t limit) { return (size_t)(random_bits() % limit); }

static int one_in(size_t n) { return below(n) == 0; }

static habla_voice *random_voice(void) {
  if (one_in(20)) return (habla_voice *)(uintptr_t)random_bits();
  if (one_in(20)) return (habla_voice *)sessions[below(SESSIONS)];
  return voices[below(VOICES)];
}

static habla_session *random_session(void) {
  if (one_in(20)) return (habla_session *)(uintptr_t)random_bits();
  if (one_in(20)) return (habla_session *)voices[below(VOICES)];
  return sessions[one_in(2) ? 0 : below(SESSIONS)];
}

static double random_number(void) {
  const double numbers[] = {NAN, INFINITY, -INFINITY, -1, -0.0, 0, 1e-300, 0.25, 4, 60, 1e300};
  if (one_in(3)) return numbers[below(sizeof numbers / sizeof *numbers)];
  return (double)below(400) / 100;
}

static int32_t random_int(void) {
  const int32_t numbers[] = {INT32_MIN, -2, -1, 0, 1, 2, 12, 64, 4096, 4097, INT32_MAX};
  return one_in(10) ? (int32_t)random_bits() : numbers[below(sizeof numbers / sizeof *numbers)];
}

/* A short text: words, punctuation, half characters, control characters, random bytes. */
static const char *random_text(char *buffer, size_t capacity) {
  const char *pieces[] = {"Hola",  " ",   "uno",     ", ", "\xc3\xb1", ". ",  "12",   "3,5 ",
                          "\n\n",  "!",   "\xf0\x9f\x8e\x88", "\xc3", "\x01", "EE. UU.", "a",  "\xcc\x81",
                          "\xe6\x97\xa5", "-", "\xef\xbb\xbf", "\xc2\xbf"};
  if (one_in(30)) return NULL;
  size_t length = 0, count = below(6);
  for (size_t i = 0; i < count; i++) {
    if (one_in(40)) {
      buffer[length++] = (char)(1 + below(255));
      continue;
    }
    const char *piece = pieces[below(sizeof pieces / sizeof *pieces)];
    size_t size = strlen(piece);
    if (length + size + 1 >= capacity) break;
    memcpy(buffer + length, piece, size);
    length += size;
  }
  buffer[length] = 0;
  return buffer;
}

/* Mostly valid options in which a field or two is spoiled, in a struct of some version. */
static const habla_options *random_options(unsigned char *memory, size_t capacity) {
  if (one_in(4)) return NULL;
  habla_options *options = (habla_options *)(void *)memory;
  size_t size = one_in(5) ? below(capacity) : sizeof(habla_options);
  memset(memory, 0, capacity);
  habla_options_init(options, size);
  options->speed = one_in(3) ? 4 : 2;
  for (size_t i = below(3); i > 0; i--) {
    const char *names[] = {NULL, "M", "F", "ES", "EN", "es-MX", "", "\xff", "nobody"};
    const char *lexicons[] = {NULL, "", "hola = adi\xc3\xb3s", "[es]\nuno = /\xcb\x88u/", "=", "a = \xff"};
    switch (below(18)) {
      case 0: options->speed = random_number(); break;
      case 1: options->noise_scale = random_number(); break;
      case 2: options->noise_scale_w = random_number(); break;
      case 3: options->sdp_ratio = random_number(); break;
      case 4: options->volume = random_number(); break;
      case 5: options->sentence_silence = random_number() / 8; break;
      case 6: options->paragraph_silence = random_number() / 8; break;
      case 7: options->speaker_id = random_int(); break;
      case 8: options->speaker = names[below(9)]; break;
      case 9: options->language = names[below(9)]; break;
      case 10: options->input = random_int(); break;
      case 11: options->first_chunk_frames = random_int(); break;
      case 12: options->largest_chunk_frames = random_int(); break;
      /* Not inside the pointers: what they point to is the caller's promise. */
      case 13: memory[sizeof *options + below(capacity - sizeof *options)] = 1; break;
      case 14: options->struct_size = (uint32_t)(one_in(2) ? below(capacity) : random_bits()); break;
      case 15: options->flags = (uint32_t)random_int(); break;
      case 16: options->output_rate = one_in(2) ? random_int() : (int32_t)(7000 + below(60000)); break;
      case 17: options->lexicon = lexicons[below(6)]; break;
    }
  }
  if (options->seed == 0) options->seed = one_in(2) ? below(3) : random_bits();
  return options;
}

/* Reads everything that a chunk points to. */
static void look_at(const habla_chunk *chunk) {
  double sum = 0;
  chunks++;
  CHECK(chunk->struct_size == sizeof *chunk && chunk->sample_count > 0 && chunk->sample_rate > 0);
  for (size_t i = 0; i < chunk->sample_count; i++) sum += chunk->samples[i];
  CHECK(!isnan(sum));
  CHECK(0 <= chunk->text_begin && chunk->text_begin <= chunk->text_end);
  for (size_t i = 0; i < chunk->mark_count; i++) {
    const habla_mark *mark = &chunk->marks[i];
    CHECK(mark->sample_begin >= 0 && mark->sample_begin <= mark->sample_end);
    CHECK(mark->text_begin <= mark->text_end && mark->text_begin >= -1);
    CHECK(strlen(mark->label) < 100);
  }
  for (size_t i = 0; i < chunk->skipped_count; i++) CHECK(chunk->skipped[i][0] != 0);
}

static int32_t receive(void *user, const habla_chunk *chunk) {
  look_at(chunk);
  CHECK(user == &state);
  switch (below(12)) {
    case 0: return -1;
    case 1: habla_session_cancel(sessions[below(SESSIONS)]); break;
    case 2: habla_session_free(sessions[below(SESSIONS)]); break;
    case 3: habla_session_start(sessions[below(SESSIONS)], "S\xc3\xad.", NULL); break;
    case 4: habla_voice_release(random_voice()); break;
    case 5: habla_session_append(sessions[below(SESSIONS)], "No."); break;
    default: break;
  }
  return 0;
}

static void listen(void *user, int32_t level, const char *message) {
  CHECK(user == NULL && level >= 1 && level <= 4 && strlen(message) > 0);
}

static void one_call(void) {
  char text[256], path[256];
  unsigned char memory[5000], error_memory[4096 + 8];
  habla_error *error = NULL;
  const habla_chunk *chunk = NULL;
  size_t which = one_in(2) ? 0 : below(SESSIONS);
  calls++;
  if (!one_in(5)) {
    error = (habla_error *)(void *)error_memory;
    memset(error_memory, (int)below(256), sizeof error_memory);
    habla_error_init(error, one_in(4) ? below(4200) : sizeof(habla_error));
  }
  switch (below(23)) {
    case 0: {
      habla_voice *opened = habla_voice_open_builtin(NULL, error);
      size_t slot = below(VOICES);
      habla_voice_release(voices[slot]);
      voices[slot] = opened;
      break;
    }
    case 1: habla_voice_open(random_text(path, sizeof path), NULL, error); break;
    case 2: {
      habla_voice_options options;
      habla_voice_options_init(&options, sizeof options);
      if (one_in(2)) options.struct_size = (uint32_t)below(sizeof options + 1);
      if (one_in(3)) options.pronunciation = random_text(path, sizeof path);
      habla_voice_release(
          habla_voice_open_bytes(memory, below(sizeof memory), &options, error));
      break;
    }
    case 3: {
      habla_voice *voice = random_voice();
      if (habla_voice_retain(voice) != NULL && !one_in(10)) habla_voice_release(voice);
      break;
    }
    case 4:
      if (one_in(3)) habla_voice_release(random_voice());
      break;
    case 5: {
      const habla_voice_info *info = habla_voice_describe(random_voice());
      if (info != NULL) CHECK(info->struct_size == sizeof *info && info->sample_rate > 0);
      break;
    }
    case 6: {
      habla_session_options options;
      habla_session_options_init(&options, sizeof options);
      options.threads = one_in(6) ? random_int() : (int32_t)(1 + below(2));
      if (options.threads > 4 && options.threads <= 64) options.threads = 4;
      habla_session *session = habla_session_create(random_voice(), &options, error);
      habla_session_free(sessions[which]);
      sessions[which] = session;
      break;
    }
    case 7:
      if (one_in(3)) habla_session_free(random_session());
      break;
    case 8:
    case 9:
    case 10:
      habla_session_start(random_session(), random_text(text, sizeof text),
                          random_options(memory, sizeof memory));
      break;
    case 11:
    case 12:
    case 13:
    case 14: {
      habla_status status = habla_session_next(sessions[which], one_in(30) ? NULL : &chunk);
      CHECK((status == HABLA_CHUNK) == (chunk != NULL));
      if (chunk != NULL) look_at(chunk);
      CHECK(strcmp(habla_status_name(status), "HABLA_UNKNOWN") != 0);
      CHECK(status != HABLA_ERROR_INTERNAL);
      break;
    }
    case 15:
      habla_session_speak(random_session(), random_text(text, sizeof text),
                          random_options(memory, sizeof memory), one_in(20) ? NULL : receive,
                          &state);
      break;
    case 16: {
      habla_session *session = random_session();
      habla_status status = habla_session_synthesize(session, random_text(text, sizeof text),
                                                     random_options(memory, sizeof memory), &chunk);
      CHECK(status != HABLA_ERROR_INTERNAL && status != HABLA_CHUNK);
      if (chunk != NULL) look_at(chunk);
      break;
    }
    case 17:
      habla_session_cancel(random_session());
      if (one_in(10)) habla_session_preload(random_session());
      break;
    case 18: {
      habla_session *session = random_session();
      CHECK(strlen(habla_session_message(session)) < 100000);
      CHECK(strlen(habla_session_hint(session)) < 100000);
      break;
    }
    case 19: {
      if (one_in(4)) {
        float samples[16] = {0};
        samples[below(16)] = (float)random_number();
        habla_wav_write(one_in(2) ? "fuzz.wav" : random_text(path, sizeof path), samples,
                        below(17), random_int(), random_int(), error);
      } else {
        habla_log_set(one_in(2) ? listen : NULL, NULL, random_int());
      }
      break;
    }
    case 21:
      habla_session_start_incremental(random_session(), random_options(memory, sizeof memory));
      break;
    case 22:
      for (size_t i = below(4); i > 0; i--)
        habla_session_append(random_session(), random_text(text, sizeof text));
      if (one_in(3)) habla_session_finish(random_session());
      break;
    case 20: {
      const int64_t limits[] = {-1, 0, 1, 50, 100000, 1 << 22, INT64_MAX};
      habla_cache_info info;
      habla_cache_info_init(&info, sizeof info);
      if (one_in(10)) info.struct_size = (uint32_t)random_bits();
      if (one_in(2)) habla_voice_cache_set(random_voice(), limits[below(7)], limits[below(7)]);
      if (one_in(10)) habla_voice_cache_clear(random_voice());
      if (one_in(10)) habla_voice_add_pack(random_voice(), random_text(path, sizeof path), error);
      if (habla_voice_cache_read(random_voice(), &info) == HABLA_OK)
        CHECK(0 <= info.bytes && info.bytes <= info.byte_limit && info.entries >= 0);
      break;
    }
  }
}

int main(int argc, char **argv) {
  unsigned long long count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
  unsigned long long first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  habla_voice *kept = NULL;
  for (unsigned long long number = first; number < first + count; number++) {
    state = number * 0x2545F4914F6CDD1Du;
    int before = failures;
    /* Opening the voice is what takes longest; one sequence in 64 starts without it. */
    habla_voice *before_it = kept;
    kept = one_in(64) ? NULL : habla_voice_open_builtin(NULL, NULL);
    habla_voice_release(before_it);
    /* Most sequences find something that works. */
    if (!one_in(8) && habla_voice_describe(voices[0]) == NULL)
      voices[0] = habla_voice_open_builtin(NULL, NULL);
    if (!one_in(8) && habla_session_start(sessions[0], "a", NULL) != HABLA_OK)
      sessions[0] = habla_session_create(voices[0], NULL, NULL);
    for (size_t i = 1 + below(MOST_CALLS); i > 0; i--) one_call();
    if (failures > before) fprintf(stderr, "in sequence %llu\n", number);
    if (failures > 20) break;
  }
  habla_voice_release(kept);
  for (int i = 0; i < SESSIONS; i++) habla_session_free(sessions[i]);
  for (int i = 0; i < VOICES; i++) habla_voice_release(voices[i]);
  remove("fuzz.wav");
  printf("fuzz: %llu sequences, %llu calls, %llu chunks, %d failures\n", count, calls, chunks,
         failures);
  fflush(stdout);
  return failures != 0;
}
