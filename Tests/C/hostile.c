/* Calls every function of habla.h with arguments that no program should give. */
#include "habla.h"

#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static habla_voice *voice;

static habla_session *make_session(int32_t threads) {
  habla_session_options options;
  CHECK(habla_session_options_init(&options, sizeof options) == HABLA_OK);
  options.threads = threads;
  habla_session *session = habla_session_create(voice, &options, NULL);
  CHECK(session != NULL);
  return session;
}

static void versions_and_names(void) {
  CHECK(strcmp(habla_version(), HABLA_VERSION_STRING) == 0);
  CHECK(habla_version_number() == HABLA_VERSION_NUMBER);
  CHECK(strcmp(habla_status_name(HABLA_OK), "HABLA_OK") == 0);
  CHECK(strcmp(habla_status_name(HABLA_ERROR_INTERNAL), "HABLA_ERROR_INTERNAL") == 0);
  for (int32_t status = -100; status < 100; status++)
    CHECK((strcmp(habla_status_name(status), "HABLA_UNKNOWN") == 0) == (status < -8 || status > 4));
  CHECK(strcmp(habla_status_name(INT32_MIN), "HABLA_UNKNOWN") == 0);
}

/* The size of habla_options in the first version. */
enum { FIRST_OPTIONS = 104 };

/* Init functions write exactly as many bytes as they were told; `first_size` is the size of the
 * struct in its first version. */
#define CHECK_INIT(type, first_size)                                                   \
  do {                                                                                 \
    unsigned char memory[5000];                                                        \
    const size_t sizes[] = {0, 1, 4, first_size - 1, 4097, SIZE_MAX, SIZE_MAX / 2};  \
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {                        \
      memset(memory, 0xA5, sizeof memory);                                             \
      CHECK(type##_init((type *)(void *)memory, sizes[i]) == HABLA_ERROR_ARGUMENT);    \
      for (size_t k = 0; k < sizeof memory; k++) CHECK(memory[k] == 0xA5);             \
    }                                                                                  \
    for (size_t size = first_size; size <= 4096; size += size < sizeof(type) ? 1 : 509) { \
      memset(memory, 0xA5, sizeof memory);                                             \
      CHECK(type##_init((type *)(void *)memory, size) == HABLA_OK);                    \
      uint32_t written;                                                                \
      memcpy(&written, memory, sizeof written);                                        \
      CHECK(written == size);                                                          \
      for (size_t k = sizeof(type); k < size; k++) CHECK(memory[k] == 0);              \
      for (size_t k = size; k < sizeof memory; k++) CHECK(memory[k] == 0xA5);          \
    }                                                                                  \
    CHECK(type##_init(NULL, sizeof(type)) == HABLA_ERROR_ARGUMENT);                    \
    /* Also where no struct should be. */                                              \
    CHECK(type##_init((type *)(void *)(memory + 1), sizeof(type)) == HABLA_OK);        \
  } while (0)

static void inits(void) {
  CHECK_INIT(habla_error, sizeof(habla_error));
  CHECK_INIT(habla_voice_options, offsetof(habla_voice_options, dictionary));
  CHECK_INIT(habla_cache_info, sizeof(habla_cache_info));
  CHECK_INIT(habla_session_options, sizeof(habla_session_options));
  CHECK_INIT(habla_options, FIRST_OPTIONS);

  habla_options options;
  memset(&options, 0xA5, sizeof options);
  const int32_t unknown[] = {-1, 2, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < 4; i++)
    CHECK(habla_options_init_preset(&options, sizeof options, unknown[i]) ==
          HABLA_ERROR_UNSUPPORTED);
  CHECK(options.struct_size == 0xA5A5A5A5u);
  CHECK(habla_options_init_preset(NULL, sizeof options, 1) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_options_init_preset(&options, 3, 1) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_options_init_preset(&options, sizeof options, HABLA_PRESET_DEFAULT) == HABLA_OK);
  CHECK(options.speed == 1);
  CHECK(habla_options_init_preset(&options, sizeof options, HABLA_PRESET_ASSISTANT) == HABLA_OK);
  CHECK(options.speed == 1.3 && options.struct_size == sizeof options);
}

static void errors(void) {
  habla_error error;
  memset(&error, 0xFF, sizeof error);
  CHECK(habla_voice_open(NULL, NULL, &error) == NULL);
  CHECK(error.status == -1 && (unsigned char)error.message[0] == 0xFF); /* Not initialized. */
  habla_error_init(&error, sizeof error);
  CHECK(error.status == HABLA_OK && error.message[0] == 0 && error.hint[0] == 0);
  CHECK(habla_voice_open(NULL, NULL, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_ARGUMENT && strstr(error.message, "path") != NULL);

  /* A path of 100,000 two-byte characters: the message is cut between characters. */
  char *path = malloc(200001);
  for (size_t i = 0; i < 200000; i++) path[i] = i % 2 ? (char)0xB1 : (char)0xC3;
  for (int shift = 0; shift < 2; shift++) {
    path[200000] = 0;
    path[0] = shift ? 'x' : (char)0xC3;
    path[1] = shift ? 'y' : (char)0xB1;
    habla_error_init(&error, sizeof error);
    CHECK(habla_voice_open(path + shift, NULL, &error) == NULL);
    CHECK(error.status < 0);
    const char *end = memchr(error.message, 0, sizeof error.message);
    CHECK(end != NULL && end > error.message + 500);
    if (end != NULL) CHECK((unsigned char)end[-1] == 0xB1);
  }
  free(path);

  CHECK(habla_voice_open("\xff\xfe", NULL, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_ARGUMENT && strstr(error.message, "UTF-8") != NULL);
  CHECK(habla_voice_open("", NULL, &error) == NULL && error.status < 0);
  CHECK(habla_voice_open("/", NULL, &error) == NULL && error.status < 0);
  CHECK(habla_voice_open("/dev/null", NULL, &error) == NULL && error.status < 0);
  CHECK(habla_voice_open("/dev/zero", NULL, NULL) == NULL);
}

static void voices(void) {
  habla_error error;
  habla_error_init(&error, sizeof error);
  unsigned char bytes[256];
  for (int i = 0; i < 256; i++) bytes[i] = (unsigned char)i;
  CHECK(habla_voice_open_bytes(NULL, 0, NULL, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_ARGUMENT);
  CHECK(habla_voice_open_bytes(NULL, 100, NULL, &error) == NULL);
  CHECK(habla_voice_open_bytes(bytes, SIZE_MAX, NULL, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_MEMORY);
  CHECK(habla_voice_open_bytes(bytes, (size_t)1 << 62, NULL, &error) == NULL);
  for (size_t size = 0; size <= sizeof bytes; size++)
    CHECK(habla_voice_open_bytes(bytes, size, NULL, &error) == NULL && error.status < 0);

  habla_voice_options options;
  habla_voice_options_init(&options, sizeof options);
  options.flags = 1;
  CHECK(habla_voice_open_builtin(&options, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_UNSUPPORTED);
  options.flags = 0;
  options.struct_size = 0;
  CHECK(habla_voice_open_builtin(&options, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_ARGUMENT && error.hint[0] != 0);

  habla_voice *again = habla_voice_open_builtin(NULL, NULL);
  CHECK(again == voice);
  CHECK(habla_voice_retain(again) == again);
  habla_voice_release(again);
  habla_voice_release(again);
  CHECK(habla_voice_describe(voice) != NULL);
  CHECK(habla_voice_retain(NULL) == NULL);
  CHECK(habla_voice_retain((habla_voice *)&options) == NULL);
  CHECK(habla_voice_describe(NULL) == NULL);
  CHECK(habla_voice_describe((const habla_voice *)"nonsense") == NULL);
  habla_voice_release(NULL);
  habla_voice_release((habla_voice *)&options);

  const habla_voice_info *info = habla_voice_describe(voice);
  CHECK(info->struct_size == sizeof *info && info->sample_rate > 0 && info->language_count > 0);
  for (size_t i = 0; i < info->symbol_count; i++) CHECK(info->symbols[i] != NULL);
  for (size_t i = 0; i < info->speaker_count; i++) CHECK(info->speakers[i].name[0] != 0);
}

static void stale_handles(void) {
  habla_session *session = make_session(1);
  const habla_chunk *chunk;
  habla_session_free(session);
  habla_session_free(session);
  habla_session_cancel(session);
  CHECK(habla_session_start(session, "Hola.", NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_preload(session) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_next(session, &chunk) == HABLA_ERROR_ARGUMENT && chunk == NULL);
  CHECK(habla_session_message(session)[0] != 0 && habla_session_hint(session)[0] == 0);
  habla_session *other = make_session(1);
  CHECK(other != session);
  /* One kind of object for another. */
  CHECK(habla_session_create((habla_voice *)other, NULL, NULL) == NULL);
  CHECK(habla_session_start((habla_session *)voice, "Hola.", NULL) == HABLA_ERROR_ARGUMENT);
  habla_session_free((habla_session *)voice);
  habla_voice_release((habla_voice *)other);
  CHECK(habla_session_start(other, "Hola.", NULL) == HABLA_OK);
  habla_session_free(other);
}

static void session_options(void) {
  habla_error error;
  habla_error_init(&error, sizeof error);
  habla_session_options options;
  habla_session_options_init(&options, sizeof options);
  const int32_t bad[] = {-1, 65, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < 4; i++) {
    options.threads = bad[i];
    habla_error_init(&error, sizeof error);
    CHECK(habla_session_create(voice, &options, &error) == NULL);
    CHECK(error.status == HABLA_ERROR_ARGUMENT);
  }
  habla_error_init(&error, sizeof error);
  CHECK(habla_session_create(NULL, NULL, &error) == NULL && error.status == HABLA_ERROR_ARGUMENT);
  habla_error_init(&error, sizeof error);
  CHECK(habla_voice_open("/nowhere", NULL, &error) == NULL);
  CHECK(habla_session_create(NULL, NULL, &error) == NULL && error.status == HABLA_ERROR_IO);
  habla_session_free(NULL);
  habla_session_cancel(NULL);
  CHECK(habla_session_message(NULL) != NULL && habla_session_hint(NULL) != NULL);
}

static int32_t count_samples(void *user, const habla_chunk *chunk) {
  *(size_t *)user += chunk->sample_count;
  return 0;
}

/* Every option out of range, through each of the three ways to speak. */
static void options(void) {
  habla_session *session = make_session(1);
  const habla_chunk *chunk;
  size_t count = 0;
  const double bad[] = {NAN, INFINITY, -INFINITY, -0.5, -1e308, 1e308, 61};
  for (size_t field = 0; field < 7; field++)
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
      habla_options options;
      habla_options_init(&options, sizeof options);
      double *fields[] = {&options.speed,  &options.noise_scale,      &options.noise_scale_w,
                          &options.sdp_ratio, &options.volume, &options.sentence_silence,
                          &options.paragraph_silence};
      *fields[field] = bad[i];
      CHECK(habla_session_start(session, "Hola.", &options) == HABLA_ERROR_ARGUMENT);
      CHECK(habla_session_message(session)[0] != 0);
      CHECK(habla_session_next(session, &chunk) == HABLA_ERROR_ARGUMENT);
      CHECK(habla_session_speak(session, "Hola.", &options, count_samples, &count) ==
            HABLA_ERROR_ARGUMENT);
      CHECK(habla_session_synthesize(session, "Hola.", &options, &chunk) == HABLA_ERROR_ARGUMENT);
      CHECK(chunk == NULL);
    }
  const struct {
    int32_t input, speaker_id, first, largest;
    uint32_t flags, size;
    const char *speaker, *language;
    habla_status status;
  } cases[] = {
      {2, -1, 12, 64, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_UNSUPPORTED},
      {-1, -1, 12, 64, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_UNSUPPORTED},
      {0, -2, 12, 64, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, INT32_MAX, 12, 64, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 0, 64, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 11, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, INT32_MAX, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, INT32_MIN, INT32_MIN, 0, sizeof(habla_options), NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 64, 2, sizeof(habla_options), NULL, NULL, HABLA_ERROR_UNSUPPORTED},
      {0, -1, 12, 64, 0x80000001u, sizeof(habla_options), NULL, NULL, HABLA_ERROR_UNSUPPORTED},
      {0, -1, 12, 64, HABLA_OPTION_VERBATIM, sizeof(habla_options), NULL, NULL, HABLA_OK},
      {0, -1, 12, 64, 0, 0, NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 64, 0, FIRST_OPTIONS - 1, NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 64, 0, FIRST_OPTIONS, NULL, NULL, HABLA_OK},
      {0, -1, 12, 64, 0, sizeof(habla_options) - 1, NULL, NULL, HABLA_OK},
      {0, -1, 12, 64, 0, UINT32_MAX, NULL, NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 64, 0, sizeof(habla_options), "nobody", NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 64, 0, sizeof(habla_options), "\xff", NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 64, 0, sizeof(habla_options), "", NULL, HABLA_ERROR_ARGUMENT},
      {0, -1, 12, 64, 0, sizeof(habla_options), NULL, "klingon", HABLA_ERROR_LANGUAGE},
      {0, -1, 12, 64, 0, sizeof(habla_options), NULL, "", HABLA_ERROR_LANGUAGE},
      {0, -1, 12, 64, 0, sizeof(habla_options), NULL, "\xc3", HABLA_ERROR_ARGUMENT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    habla_options options;
    habla_options_init(&options, sizeof options);
    options.input = cases[i].input;
    options.speaker_id = cases[i].speaker_id;
    options.first_chunk_frames = cases[i].first;
    options.largest_chunk_frames = cases[i].largest;
    options.flags = cases[i].flags;
    options.struct_size = cases[i].size;
    options.speaker = cases[i].speaker;
    options.language = cases[i].language;
    habla_status status = habla_session_start(session, "Hola.", &options);
    if (status != cases[i].status)
      fprintf(stderr, "case %zu: %s\n", i, habla_status_name(status));
    CHECK(status == cases[i].status);
  }

  const int32_t rates[] = {INT32_MIN, -1, 1, 7999, 192001, INT32_MAX};
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    habla_options options;
    habla_options_init(&options, sizeof options);
    options.output_rate = rates[i];
    CHECK(habla_session_start(session, "Hola.", &options) == HABLA_ERROR_ARGUMENT);
    /* An older program does not have the field. */
    options.struct_size = FIRST_OPTIONS;
    CHECK(habla_session_start(session, "Hola.", &options) == HABLA_OK);
  }

  /* A newer program: what this version does not know must be 0. */
  struct {
    habla_options known;
    uint64_t unknown[4];
  } newer;
  habla_options_init(&newer.known, sizeof newer);
  CHECK(newer.known.struct_size == sizeof newer && newer.unknown[3] == 0);
  CHECK(habla_session_start(session, "Hola.", &newer.known) == HABLA_OK);
  newer.unknown[2] = 1;
  CHECK(habla_session_start(session, "Hola.", &newer.known) == HABLA_ERROR_UNSUPPORTED);
  CHECK(count == 0);
  habla_session_free(session);
}

static void dictionaries(void) {
  habla_error error;
  habla_voice_options options;
  const char *paths[] = {"/nowhere", "", "/", "/dev/null"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    habla_error_init(&error, sizeof error);
    habla_voice_options_init(&options, sizeof options);
    CHECK(options.dictionary == NULL);
    options.dictionary = paths[i];
    CHECK(habla_voice_open_builtin(&options, &error) == NULL);
    CHECK(error.status == HABLA_ERROR_UNSUPPORTED && strstr(error.message, "dictionary") != NULL);
    CHECK(habla_voice_open_bytes("x", 1, &options, NULL) == NULL);
    CHECK(habla_voice_open("/nowhere", &options, &error) == NULL);
  }
  habla_error_init(&error, sizeof error);
  options.dictionary = "\xff";
  CHECK(habla_voice_open("/nowhere", &options, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_ARGUMENT && strstr(error.message, "dictionary") != NULL);
  /* A program of the first version does not have the field. */
  options.struct_size = offsetof(habla_voice_options, dictionary);
  habla_voice *same = habla_voice_open_builtin(&options, &error);
  CHECK(same == voice);
  habla_voice_release(same);
}

static void pronunciations(void) {
  habla_error error;
  habla_voice_options options;
  const char *paths[] = {"/nowhere", "", "/", "/dev/null", "OFF"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    habla_error_init(&error, sizeof error);
    habla_voice_options_init(&options, sizeof options);
    CHECK(options.pronunciation == NULL);
    options.pronunciation = paths[i];
    CHECK(habla_voice_open_builtin(&options, &error) == NULL);
    CHECK(error.status == HABLA_ERROR_UNSUPPORTED &&
          strstr(error.message, "pronunciation") != NULL);
    error.status = HABLA_OK;
    CHECK(habla_voice_open_bytes("x", 1, &options, &error) == NULL);
    CHECK(error.status == HABLA_ERROR_UNSUPPORTED);
    CHECK(habla_voice_open("/nowhere", &options, NULL) == NULL);
  }
  options.pronunciation = "\xff";
  CHECK(habla_voice_open("/nowhere", &options, &error) == NULL);
  CHECK(error.status == HABLA_ERROR_ARGUMENT && strstr(error.message, "pronunciation") != NULL);
  /* A program of before does not have the field. */
  options.struct_size = offsetof(habla_voice_options, pronunciation);
  habla_voice *same = habla_voice_open_builtin(&options, &error);
  CHECK(same == voice);
  habla_voice_release(same);
  /* Nor has one whose size ends inside it. */
  for (size_t half = 1; half < sizeof(char *); half++) {
    options.struct_size = (uint32_t)(offsetof(habla_voice_options, pronunciation) + half);
    same = habla_voice_open_builtin(&options, &error);
    CHECK(same == voice);
    habla_voice_release(same);
  }
  options.struct_size = sizeof options;
  options.pronunciation = "off";
  same = habla_voice_open_builtin(&options, &error);
  CHECK(same == voice);
  habla_voice_release(same);
}

/* Samples of a text with a lexicon; 0 when it is refused. */
static size_t spoken_with(habla_session *session, const char *text, const char *lexicon) {
  habla_options options;
  habla_options_init(&options, sizeof options);
  options.lexicon = lexicon;
  size_t count = 0;
  habla_status status = habla_session_speak(session, text, &options, count_samples, &count);
  CHECK(status == HABLA_END || status == HABLA_ERROR_FORMAT || status == HABLA_ERROR_ARGUMENT);
  return status == HABLA_END ? count : 0;
}

static void lexicons(void) {
  habla_session *session = make_session(1);
  const size_t plain = spoken_with(session, "xyz.", NULL);
  CHECK(plain > 0 && spoken_with(session, "xyz.", "") == plain);
  CHECK(spoken_with(session, "xyz.", "xyz = equis y griega zeta y mucho m\xc3\xa1s\n") > plain);
  CHECK(spoken_with(session, "xyz.", "[en]\nxyz = one two three four five six\n") == plain);
  const size_t phonemes = spoken_with(session, "xyz.", "\xef\xbb\xbf# a\r\n[*]\r\nxyz = /\xcb\x88" "a/");
  CHECK(phonemes > 0 && phonemes < plain);
  /* The same bytes again, changed in place: not mistaken for what was read before. */
  char changing[] = "xyz = a";
  const size_t one = spoken_with(session, "xyz.", changing);
  memcpy(changing, "xyy = a", 7);
  CHECK(one > 0 && spoken_with(session, "xyz.", changing) == plain);
  const struct {
    const char *text, *place;
  } bad[] = {
      {"xyz", "line 1"}, {"# a\n\n= b", "line 3"}, {"a = ", "line 1"}, {"[", "line 1"},
      {"a b = c", "line 1"}, {"a = /b", "line 1"}, {"a = /", "line 1"}, {"a = //", "line 1"},
      {"a = b\na = c", "line 2"}, {"[es\nx", "line 2"}, {"=\n=\n=", "line 3"}, {"a = \xff", "byte 4"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(spoken_with(session, "xyz.", bad[i].text) == 0);
    CHECK(strstr(habla_session_message(session), bad[i].place) != NULL);
    CHECK(strstr(habla_session_message(session), "lexicon") != NULL);
  }
  /* A refused lexicon does not take the place of the one before. */
  CHECK(spoken_with(session, "xyz.", changing) == plain);
  /* 100,000 wrong lines give one short message. */
  char *large = malloc(200001);
  for (size_t i = 0; i < 200000; i++) large[i] = "=\n"[i % 2];
  large[200000] = 0;
  CHECK(spoken_with(session, "xyz.", large) == 0);
  CHECK(strlen(habla_session_message(session)) < 4096);
  free(large);
  habla_session_free(session);
}

static void texts(void) {
  habla_session *session = make_session(1);
  const habla_chunk *chunk = (const habla_chunk *)"left over";
  CHECK(habla_session_next(session, &chunk) == HABLA_ERROR_ARGUMENT && chunk == NULL);
  CHECK(habla_session_hint(session)[0] != 0);
  CHECK(habla_session_start(session, NULL, NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_synthesize(session, "Hola.", NULL, NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_speak(session, "Hola.", NULL, NULL, NULL) == HABLA_ERROR_ARGUMENT);
  const struct {
    const char *text, *place;
  } invalid[] = {
      {"\xff", "byte 0"},          {"abc\xc3", "byte 3"},         {"abc\xc3(", "byte 3"},
      {"\xc3\xb1\xc0\xaf", "byte 2"}, {"\xed\xa0\x80", "byte 0"}, {"a\xf5\x80\x80\x80", "byte 1"},
  };
  for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
    CHECK(habla_session_start(session, invalid[i].text, NULL) == HABLA_ERROR_TEXT);
    CHECK(strstr(habla_session_message(session), invalid[i].place) != NULL);
  }
  const char *silent[] = {"", " ", "\n\n\t", "...", "\x01\x02\x7f", "\xef\xbb\xbf"};
  for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
    CHECK(habla_session_start(session, silent[i], NULL) == HABLA_OK);
    CHECK(habla_session_next(session, &chunk) == HABLA_END && chunk == NULL);
    CHECK(habla_session_next(session, &chunk) == HABLA_END);
    CHECK(habla_session_synthesize(session, silent[i], NULL, &chunk) == HABLA_OK && chunk == NULL);
  }
  CHECK(habla_session_start(session, "Hola.", NULL) == HABLA_OK);
  CHECK(habla_session_preload(session) == HABLA_OK);
  CHECK(habla_session_next(session, &chunk) == HABLA_ERROR_ARGUMENT && chunk == NULL);
  CHECK(habla_session_start(session, "Hola.", NULL) == HABLA_OK);
  CHECK(habla_session_next(session, NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_next(session, &chunk) == HABLA_CHUNK && chunk->sample_count > 0);
  habla_session_cancel(session);
  CHECK(habla_session_next(session, &chunk) == HABLA_CANCELLED && chunk == NULL);
  CHECK(habla_session_next(session, &chunk) == HABLA_CANCELLED);
  CHECK(habla_session_message(session)[0] == 0);
  CHECK(habla_session_start(session, "Hola.", NULL) == HABLA_OK);
  habla_status status;
  while ((status = habla_session_next(session, &chunk)) == HABLA_CHUNK) CHECK(chunk->samples != NULL);
  CHECK(status == HABLA_END && chunk == NULL);
  habla_session_cancel(session);
  CHECK(habla_session_next(session, &chunk) == HABLA_END);
  habla_session_free(session);
}

/* The cache: limits, stale voices, structs of other sizes, and what a hit gives. */
static void cache(void) {
  habla_cache_info info, before;
  CHECK(habla_cache_info_init(&info, sizeof info) == HABLA_OK);
  const int64_t bad[] = {-1, INT64_MIN};
  for (size_t i = 0; i < 2; i++) {
    CHECK(habla_voice_cache_set(voice, bad[i], 50) == HABLA_ERROR_ARGUMENT);
    CHECK(habla_voice_cache_set(voice, 1 << 20, bad[i]) == HABLA_ERROR_ARGUMENT);
  }
  habla_voice *wrong[] = {NULL, (habla_voice *)(uintptr_t)7, (habla_voice *)make_session(1)};
  for (size_t i = 0; i < 3; i++) {
    CHECK(habla_voice_cache_set(wrong[i], 0, 0) == HABLA_ERROR_ARGUMENT);
    CHECK(habla_voice_cache_read(wrong[i], &info) == HABLA_ERROR_ARGUMENT);
    CHECK(habla_voice_cache_clear(wrong[i]) == HABLA_ERROR_ARGUMENT);
  }
  habla_session_free((habla_session *)wrong[2]);
  CHECK(habla_voice_cache_read(voice, NULL) == HABLA_ERROR_ARGUMENT);
  const uint32_t sizes[] = {0, 8, sizeof info - 1, 4097, UINT32_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    habla_cache_info_init(&info, sizeof info);
    info.struct_size = sizes[i];
    CHECK(habla_voice_cache_read(voice, &info) == HABLA_ERROR_ARGUMENT && info.byte_limit == 0);
  }
  habla_cache_info_init(&info, sizeof info);
  CHECK(habla_voice_cache_set(voice, INT64_MAX, INT64_MAX) == HABLA_OK);
  CHECK(habla_voice_cache_read(voice, &info) == HABLA_OK && info.byte_limit == INT64_MAX);
  CHECK(habla_voice_cache_set(voice, HABLA_CACHE_BYTES_DEFAULT, HABLA_CACHE_CHARACTERS_DEFAULT) ==
        HABLA_OK);
  CHECK(habla_voice_cache_clear(voice) == HABLA_OK);

  habla_session *session = make_session(1);
  const habla_chunk *chunk;
  habla_cache_info_init(&before, sizeof before);
  CHECK(habla_voice_cache_read(voice, &before) == HABLA_OK && before.entries == 0);
  size_t counts[2] = {0, 0};
  for (int i = 0; i < 2; i++)
    CHECK(habla_session_speak(session, "Vale.", NULL, count_samples, &counts[i]) == HABLA_END);
  CHECK(counts[0] == counts[1] && counts[0] > 0);
  CHECK(habla_voice_cache_read(voice, &info) == HABLA_OK);
  CHECK(info.hits == before.hits + 1 && info.misses == before.misses + 1 && info.entries == 1);
  CHECK(info.bytes > (int64_t)(counts[0] * sizeof(float)) && info.bytes <= info.byte_limit);
  /* A cancelled text does not enter, whatever is pulled afterwards. */
  CHECK(habla_session_start(session, "Ahora no.", NULL) == HABLA_OK);
  CHECK(habla_session_next(session, &chunk) == HABLA_CHUNK);
  habla_session_cancel(session);
  CHECK(habla_session_next(session, &chunk) == HABLA_CANCELLED);
  CHECK(habla_voice_cache_read(voice, &info) == HABLA_OK && info.entries == 1);
  /* What is given from the cache is cancelled like what is computed. */
  CHECK(habla_session_start(session, "Vale.", NULL) == HABLA_OK);
  CHECK(habla_session_next(session, &chunk) == HABLA_CHUNK);
  habla_session_cancel(session);
  CHECK(habla_session_next(session, &chunk) == HABLA_CANCELLED && chunk == NULL);
  habla_session_free(session);
}

static size_t pull(habla_session *session, habla_status expected) {
  const habla_chunk *chunk;
  habla_status status;
  size_t count = 0;
  while ((status = habla_session_next(session, &chunk)) == HABLA_CHUNK) count += chunk->sample_count;
  CHECK(status == expected && chunk == NULL);
  return count;
}

/* A text that is appended to, in pieces that end inside characters. */
static void incremental(void) {
  habla_session *session = make_session(1);
  const habla_chunk *chunk;
  const char *text = "S\xc3\xad. Cuesta 3.14, ma\xc3\xb1" "ana m\xc3\xa1s. \xf0\x9f\x91\x8d Fin.";
  CHECK(habla_session_synthesize(session, text, NULL, &chunk) == HABLA_OK);
  size_t whole = chunk->sample_count;
  CHECK(habla_session_append(session, "Hola") == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_finish(session) == HABLA_ERROR_ARGUMENT);
  for (size_t size = 1; size < 12; size++) {
    size_t count = 0, length = strlen(text);
    CHECK(habla_session_start_incremental(session, NULL) == HABLA_OK);
    for (size_t i = 0; i < length; i += size) {
      char piece[16] = {0};
      memcpy(piece, text + i, size < length - i ? size : length - i);
      CHECK(habla_session_append(session, piece) == HABLA_OK);
      count += pull(session, HABLA_NEED_TEXT);
    }
    CHECK(habla_session_finish(session) == HABLA_OK);
    count += pull(session, HABLA_END);
    CHECK(count == whole);
    CHECK(habla_session_append(session, "Hola") == HABLA_ERROR_ARGUMENT);
    CHECK(habla_session_finish(session) == HABLA_OK);
  }
  /* What is not UTF-8 is refused and leaves the rest as it was. */
  const char *invalid[] = {"\xff", "\xc3(", "\xe6\x97z", "\xed\xa0\x80", "a\x80"};
  CHECK(habla_session_start_incremental(session, NULL) == HABLA_OK);
  CHECK(habla_session_append(session, NULL) == HABLA_ERROR_ARGUMENT);
  for (size_t i = 0; i < 5; i++)
    CHECK(habla_session_append(session, invalid[i]) == HABLA_ERROR_TEXT);
  CHECK(habla_session_message(session)[0] == 0);
  CHECK(habla_session_append(session, "") == HABLA_OK);
  CHECK(habla_session_append(session, text) == HABLA_OK);
  CHECK(habla_session_finish(session) == HABLA_OK);
  CHECK(pull(session, HABLA_END) == whole);
  CHECK(habla_session_start_incremental(session, NULL) == HABLA_OK);
  CHECK(habla_session_append(session, "S\xc3\xad. \xf0\x9f") == HABLA_OK);
  CHECK(habla_session_finish(session) == HABLA_ERROR_TEXT);
  CHECK(pull(session, HABLA_END) > 0);
  /* Cancelled, dropped, freed. */
  CHECK(habla_session_start_incremental(session, NULL) == HABLA_OK);
  CHECK(habla_session_append(session, "Hola. Hola. Hola. ") == HABLA_OK);
  habla_session_cancel(session);
  CHECK(habla_session_append(session, "Hola.") == HABLA_CANCELLED);
  CHECK(habla_session_next(session, &chunk) == HABLA_CANCELLED);
  CHECK(habla_session_start(session, "Hola.", NULL) == HABLA_OK);
  CHECK(habla_session_append(session, "Hola.") == HABLA_ERROR_ARGUMENT);
  habla_options options;
  habla_options_init(&options, sizeof options);
  options.speed = 99;
  CHECK(habla_session_start_incremental(session, &options) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_append(session, "Hola.") == HABLA_ERROR_ARGUMENT);
  habla_session_free(session);
  CHECK(habla_session_start_incremental(session, NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_append(session, "Hola.") == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_finish(session) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_session_append(NULL, "Hola.") == HABLA_ERROR_ARGUMENT);
}

static void *write_text(void *argument) {
  for (int i = 0; i < 200; i++) {
    habla_status status = habla_session_append(argument, i % 4 == 3 ? "hola. " : "Hola ");
    CHECK(status == HABLA_OK || status == HABLA_CANCELLED);
  }
  habla_status status = habla_session_finish(argument);
  CHECK(status == HABLA_OK);
  return NULL;
}

/* One thread writes while another one speaks. */
static void written_elsewhere(void) {
  for (int round = 0; round < 2; round++) {
    habla_session *session = make_session(1);
    const habla_chunk *chunk;
    habla_status status;
    pthread_t writer;
    int sentences = 0;
    CHECK(habla_session_start_incremental(session, NULL) == HABLA_OK);
    pthread_create(&writer, NULL, write_text, session);
    do {
      status = habla_session_next(session, &chunk);
      if (status == HABLA_CHUNK) sentences += (chunk->flags & HABLA_CHUNK_SENTENCE_END) != 0;
      if (round == 1 && sentences == 3) habla_session_cancel(session);
    } while (status == HABLA_CHUNK || status == HABLA_NEED_TEXT);
    CHECK(round == 0 ? status == HABLA_END && sentences == 50 : status == HABLA_CANCELLED);
    pthread_join(writer, NULL);
    habla_session_free(session);
  }
}

static void packs(void) {
  habla_error error;
  const struct {
    const char *path;
    habla_status status;
  } cases[] = {{NULL, HABLA_ERROR_ARGUMENT},     {"\xff", HABLA_ERROR_ARGUMENT},
               {"", HABLA_ERROR_IO},             {"/nowhere", HABLA_ERROR_IO},
               {"/", HABLA_ERROR_IO},            {"/dev/null", HABLA_ERROR_IO},
               {"hostile.pack", HABLA_ERROR_FORMAT}};
  FILE *file = fopen("hostile.pack", "wb");
  CHECK(file != NULL);
  if (file == NULL) return;
  fputs("HABLAPCK\1", file);
  fclose(file);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    habla_error_init(&error, sizeof error);
    CHECK(habla_voice_add_pack(voice, cases[i].path, &error) == cases[i].status);
    CHECK(error.status == cases[i].status && error.message[0] != 0);
    CHECK(habla_voice_add_pack(voice, cases[i].path, NULL) == cases[i].status);
  }
  CHECK(habla_voice_add_pack(NULL, "hostile.pack", &error) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_voice_add_pack((habla_voice *)(uintptr_t)7, "x", NULL) == HABLA_ERROR_ARGUMENT);
  habla_cache_info info;
  habla_cache_info_init(&info, sizeof info);
  CHECK(habla_voice_cache_read(voice, &info) == HABLA_OK && info.packs == 0);
  CHECK(remove("hostile.pack") == 0);
}

enum action { STOP, CANCEL, FREE, REENTER, RELEASE_VOICE };

struct callback {
  habla_session *session;
  enum action action;
  int calls;
};

static int32_t misbehave(void *user, const habla_chunk *chunk) {
  struct callback *callback = user;
  const habla_chunk *other;
  callback->calls++;
  float sum = 0;
  switch (callback->action) {
    case STOP: return 1;
    case CANCEL: habla_session_cancel(callback->session); break;
    case FREE: habla_session_free(callback->session); break;
    case RELEASE_VOICE: break;
    case REENTER:
      CHECK(habla_session_next(callback->session, &other) == HABLA_ERROR_ARGUMENT);
      CHECK(habla_session_start(callback->session, "Hola.", NULL) == HABLA_ERROR_ARGUMENT);
      CHECK(habla_session_preload(callback->session) == HABLA_ERROR_ARGUMENT);
      CHECK(habla_session_speak(callback->session, "Hola.", NULL, misbehave, user) ==
            HABLA_ERROR_ARGUMENT);
      CHECK(habla_session_message(callback->session)[0] == 0);
      break;
  }
  for (size_t i = 0; i < chunk->sample_count; i++) sum += chunk->samples[i];
  CHECK(!isnan(sum));
  return 0;
}

static void callbacks(void) {
  const char *text = "Hola, buenos d\xc3\xad" "as. Son las tres.";
  for (enum action action = STOP; action <= REENTER; action++) {
    habla_session *session = make_session(2);
    struct callback callback = {session, action, 0};
    habla_status status = habla_session_speak(session, text, NULL, misbehave, &callback);
    CHECK(status == (action == REENTER ? HABLA_END : HABLA_CANCELLED));
    CHECK(action == REENTER ? callback.calls > 1 : callback.calls == 1);
    size_t count = 0;
    status = habla_session_speak(session, "S\xc3\xad.", NULL, count_samples, &count);
    CHECK(action == FREE ? status == HABLA_ERROR_ARGUMENT : status == HABLA_END && count > 0);
    habla_session_free(session);
  }
}

static atomic_int has_ended;

static void *speak_long(void *argument) {
  const habla_chunk *chunk;
  char text[6001];
  for (int i = 0; i < 6000; i++) text[i] = "Hola, hola. "[i % 12];
  text[6000] = 0;
  habla_status status = habla_session_synthesize(argument, text, NULL, &chunk);
  CHECK(status == HABLA_CANCELLED || status == HABLA_ERROR_ARGUMENT);
  atomic_store(&has_ended, 1);
  return NULL;
}

static void *disturb(void *argument) {
  const habla_chunk *chunk;
  for (int i = 0; i < 2000; i++) {
    habla_session_cancel(argument);
    CHECK(habla_session_next(argument, &chunk) < HABLA_CHUNK || chunk == NULL);
  }
  return NULL;
}

/* Cancelling, using and freeing a session that is busy in another thread. */
static void other_threads(void) {
  for (int round = 0; round < 6; round++) {
    habla_session *session = make_session(2);
    pthread_t speaker, other;
    atomic_store(&has_ended, 0);
    pthread_create(&speaker, NULL, speak_long, session);
    pthread_create(&other, NULL, disturb, session);
    if (round % 2) habla_session_free(session);
    pthread_join(other, NULL);
    /* What is cancelled before it starts is not affected. */
    while (!atomic_load(&has_ended)) habla_session_cancel(session);
    habla_session_free(session);
    pthread_join(speaker, NULL);
  }
}

static void wav(void) {
  habla_error error;
  habla_error_init(&error, sizeof error);
  float samples[4] = {NAN, INFINITY, -INFINITY, 2};
  CHECK(habla_wav_write(NULL, samples, 4, 8000, 0, &error) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_wav_write("/nowhere/x.wav", samples, 4, 8000, 0, &error) == HABLA_ERROR_IO);
  CHECK(habla_wav_write("hostile.wav", NULL, 4, 8000, 0, &error) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_wav_write("hostile.wav", samples, 4, 0, 0, &error) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_wav_write("hostile.wav", samples, 4, INT32_MAX, 0, NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_wav_write("hostile.wav", samples, 4, 8000, 7, &error) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_wav_write("hostile.wav", samples, SIZE_MAX, 8000, 0, &error) ==
        HABLA_ERROR_UNSUPPORTED);
  CHECK(habla_wav_write("hostile.wav", samples, 4, 8000, 0, NULL) == HABLA_OK);
  CHECK(habla_wav_write("hostile.wav", NULL, 0, 768000, 1, NULL) == HABLA_OK);
  CHECK(remove("hostile.wav") == 0);
}

static void pcm16(void) {
  float samples[7] = {NAN, INFINITY, -INFINITY, 2, 1, -0.5f, 0};
  int16_t pcm[8];
  size_t clipped = 77;
  memset(pcm, 0x55, sizeof pcm);
  CHECK(habla_pcm16(NULL, 1, pcm, &clipped) == HABLA_ERROR_ARGUMENT && clipped == 0);
  CHECK(habla_pcm16(samples, 1, NULL, NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_pcm16(samples, SIZE_MAX, pcm, NULL) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_pcm16(NULL, 0, NULL, NULL) == HABLA_OK);
  CHECK(pcm[0] == 0x5555);
  CHECK(habla_pcm16(samples, 7, pcm, &clipped) == HABLA_OK && clipped == 3);
  const int16_t expected[8] = {0, 32767, -32767, 32767, 32767, -16384, 0, 0x5555};
  CHECK(memcmp(pcm, expected, sizeof pcm) == 0);
}

static int log_calls = 0;

static void log_and_misbehave(void *user, int32_t level, const char *message) {
  log_calls++;
  CHECK(user == &log_calls && level >= HABLA_LOG_ERROR && message != NULL);
  CHECK(strchr(message, '\n') == NULL);
  CHECK(habla_voice_open("/nowhere", NULL, NULL) == NULL); /* Is not logged. */
  if (log_calls == 3) CHECK(habla_log_set(NULL, NULL, HABLA_LOG_OFF) == HABLA_OK);
}

static void logs(void) {
  CHECK(habla_log_set(log_and_misbehave, NULL, -1) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_log_set(log_and_misbehave, NULL, 5) == HABLA_ERROR_ARGUMENT);
  CHECK(habla_log_set(NULL, NULL, HABLA_LOG_DEBUG) == HABLA_OK);
  CHECK(habla_voice_open("/nowhere\n", NULL, NULL) == NULL);
  CHECK(habla_log_set(log_and_misbehave, &log_calls, HABLA_LOG_ERROR) == HABLA_OK);
  for (int i = 0; i < 5; i++) CHECK(habla_voice_open("/nowhere\n\n", NULL, NULL) == NULL);
  CHECK(log_calls == 3);
}

int main(void) {
  habla_error error;
  habla_error_init(&error, sizeof error);
  voice = habla_voice_open_builtin(NULL, &error);
  CHECK(voice != NULL);
  if (voice == NULL) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  versions_and_names();
  inits();
  errors();
  voices();
  stale_handles();
  session_options();
  options();
  dictionaries();
  pronunciations();
  lexicons();
  texts();
  cache();
  packs();
  incremental();
  written_elsewhere();
  callbacks();
  other_threads();
  wav();
  pcm16();
  logs();
  /* The voice goes before its session. */
  habla_session *session = make_session(1);
  habla_voice_release(voice);
  CHECK(habla_voice_describe(voice) == NULL);
  const habla_chunk *chunk;
  CHECK(habla_session_synthesize(session, "Hola.", NULL, &chunk) == HABLA_OK && chunk != NULL);
  habla_session_free(session);
  /* A voice that has spoken and is open when the process ends: a leak checker finds all of it. */
  voice = habla_voice_open_builtin(NULL, NULL);
  session = make_session(1);
  CHECK(habla_session_synthesize(session, "Hola.", NULL, &chunk) == HABLA_OK && chunk != NULL);
  habla_session_free(session);
  printf("hostile: %d failures\n", failures);
  fflush(stdout);
  return failures != 0;
}
