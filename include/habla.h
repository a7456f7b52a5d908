/* SPDX-License-Identifier: MIT
 *
 * habla.h - text to speech: the C interface of Habla.
 *
 * WHAT THERE IS
 *
 * Two kinds of objects. A *voice* holds a network's weights and the rules by which it reads text.
 * It never changes, is shared by as many threads as you like, and is counted by references. A
 * *session* speaks with a voice: it owns threads and working memory, does one synthesis at a time,
 * and remembers why the last one failed.
 *
 * A PROGRAM
 *
 *     #include <habla.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *       habla_error error;
 *       habla_error_init(&error, sizeof error);
 *       habla_voice *voice = habla_voice_open_builtin(NULL, &error);
 *       habla_session *session = habla_session_create(voice, NULL, &error);
 *       if (session == NULL) {
 *         fprintf(stderr, "%s %s\n", error.message, error.hint);
 *         return 1;
 *       }
 *       const habla_chunk *chunk;
 *       habla_status status = habla_session_start(session, "Hola. Son las tres.", NULL);
 *       while (status >= 0 && (status = habla_session_next(session, &chunk)) == HABLA_CHUNK)
 *         fwrite(chunk->samples, sizeof(float), chunk->sample_count, stdout);
 *       if (status < 0)
 *         fprintf(stderr, "%s: %s\n", habla_status_name(status), habla_session_message(session));
 *       habla_session_free(session);
 *       habla_voice_release(voice);
 *       return status == HABLA_END ? 0 : 1;
 *     }
 *
 *     cc program.c $(pkg-config --cflags --libs habla)
 *
 * (A voice that could not be opened is NULL, and a session cannot be created from NULL; creating
 * one then leaves in `error` what opening the voice put there. That is why one test is enough.)
 *
 * THREADS
 *
 * - Everything about voices, versions, names, structs, logs and files may be called from any
 *   thread at any time.
 * - Different sessions are independent; they run at the same time on one voice.
 * - One session is used by one thread at a time, not always the same one. A call that finds the
 *   session busy in another thread, or in the callback of habla_session_speak, is refused with
 *   HABLA_ERROR_ARGUMENT and changes nothing.
 * - habla_session_cancel, habla_session_append and habla_session_finish may be called from any thread
 *   at any time, also from a callback.
 * - A session's own threads never call your callbacks: those run in the thread that called Habla.
 * - Habla uses OpenBLAS from its own threads and sets it, for the whole process, to one thread per
 *   call. A host that uses the same OpenBLAS library sees that setting.
 * - A child made by fork() may use Habla only if the parent had not used it before.
 *
 * FAILURE
 *
 * Functions return a habla_status, or NULL where they return an object. No function exits, prints,
 * traps or throws because of an argument. That includes NULL for any pointer, values out of range,
 * text that is not UTF-8, structs of another version, and objects that were freed before: voices
 * and sessions are numbers that Habla looks up, never addresses that it follows, and a number is
 * not used twice. What cannot be checked is memory that is not yours to give: a pointer to unmapped
 * memory or to a string without its NUL.
 * Two things are beyond the library: a process in which malloc fails is ended by the run-time
 * system, and a voice's file must not be cut short by another program while the voice is open
 * (weights are mapped, not copied; replacing the file by renaming is safe).
 *
 * TEXT is UTF-8 and ends with NUL. Positions in text are counted in bytes from its start.
 *
 * SAMPLES are 32-bit floats, one channel, full scale -1 to 1. A voice may exceed full scale
 * slightly; habla_pcm16 clips when it converts to integers. Positions in speech are counted in samples.
 *
 * REPRODUCIBLE: the same text, voice and options (the seed is one) give the same samples for any
 * number of threads, and through C, Swift, Python and the command line alike.
 *
 * STRUCTS AND VERSIONS
 *
 * Structs that you fill begin with `struct_size`; their init function sets it, together with every
 * default. Later versions of Habla add fields at the end and never change those before.
 * - An older program with a newer library: the fields that the program does not have keep their
 *   defaults.
 * - A newer program with an older library: fields that the library does not know are accepted while
 *   they are 0, which for every later field means "as before it existed", and refused with
 *   HABLA_ERROR_UNSUPPORTED otherwise.
 * - A struct_size below that of the first version, or above 4096, is refused with
 *   HABLA_ERROR_ARGUMENT.
 * Structs that Habla fills also begin with `struct_size`: the size that the library gave them.
 * Fields beyond it do not exist. habla_mark and habla_speaker are elements of arrays and are
 * never extended.
 * Status values, flags and kinds may be added: treat an unknown negative status as an error, and
 * skip unknown flags and kinds of marks.
 *
 * LICENCE: Habla is under the MIT licence. espeak-ng, which turns text into phonemes, is
 * GPL-3.0-or-later; a program that is linked with it must respect that. Phonemes given by the
 * caller (HABLA_INPUT_PHONEMES) do not use it.
 */
#ifndef HABLA_H
#define HABLA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------- version -- */

/* The version of this header. Releases with the same MAJOR (before 1.0: the same MINOR) are
 * compatible as described above; the shared library's name (libhabla.so.N) changes otherwise. */
#define HABLA_VERSION_MAJOR 0
#define HABLA_VERSION_MINOR 1
#define HABLA_VERSION_PATCH 0
#define HABLA_VERSION_STRING "0.1.0"

/* One number to compare: 100 is version 0.1.0, 10203 is version 1.2.3. */
#define HABLA_VERSION_NUMBER \
  (HABLA_VERSION_MAJOR * 10000 + HABLA_VERSION_MINOR * 100 + HABLA_VERSION_PATCH)

/* The version of the library that runs, "0.1.0". Never fails; the string is static. */
const char *habla_version(void);

/* The version of the library that runs, as HABLA_VERSION_NUMBER. Never fails. */
int32_t habla_version_number(void);

/* ----------------------------------------------------------------------------------- status -- */

/* The outcome of a call: 0 done, above 0 the state of a synthesis, below 0 an error. */
typedef int32_t habla_status;

#define HABLA_OK 0        /* Done. */
#define HABLA_CHUNK 1     /* Here is audio; more may follow. */
#define HABLA_END 2       /* The text has been spoken. There is no audio with this. */
#define HABLA_CANCELLED 3 /* The synthesis was cancelled. There is no audio with this. */
#define HABLA_NEED_TEXT 4 /* Of a text that is still being written: append more, or finish it. */

#define HABLA_ERROR_IO (-1)          /* The system refused to read or write. */
#define HABLA_ERROR_FORMAT (-2)      /* A file is not what its format demands. */
#define HABLA_ERROR_UNSUPPORTED (-3) /* Sound, but asks for something that Habla does not do. */
#define HABLA_ERROR_LANGUAGE (-4)    /* The voice or espeak-ng does not have the language. */
#define HABLA_ERROR_TEXT (-5)        /* The text or the phonemes cannot be spoken. */
#define HABLA_ERROR_MEMORY (-6)      /* It would take more memory than is allowed. */
#define HABLA_ERROR_ARGUMENT (-7)    /* An argument or option is out of range. */
#define HABLA_ERROR_INTERNAL (-8)    /* A defect in Habla. Please report it. */

/* The name of a status as written above, "HABLA_ERROR_IO"; "HABLA_UNKNOWN" for other numbers.
 * Never fails; the string is static. */
const char *habla_status_name(habla_status status);

/* Why an object could not be made. It is yours, and holds no memory of Habla's. */
typedef struct habla_error {
  uint32_t struct_size;
  habla_status status; /* HABLA_OK when there was no error. */
  char message[512];   /* What was wrong, what was expected, what was found. One line. */
  char hint[512];      /* What to do about it, or "". */
} habla_error;

/* Empties an error. `struct_size` is sizeof(habla_error).
 *
 * Call it before the error's first use: functions that take an error refuse to write to one whose
 * struct_size is out of range. They fill it when they fail and leave it alone when they succeed.
 * Messages that do not fit are cut between characters.
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT for NULL or a size out of range. */
habla_status habla_error_init(habla_error *error, size_t struct_size);

/* ----------------------------------------------------------------------------------- voices -- */

typedef struct habla_voice habla_voice;

/* How a voice is opened. */
typedef struct habla_voice_options {
  uint32_t struct_size;
  uint32_t flags; /* 0: this version has none. Others: HABLA_ERROR_UNSUPPORTED. */
  const char *dictionary; /* Path of an English pronouncing dictionary in the form of CMUdict, one
                           * "WATER  W AO1 T ER0" a line, for MeloTTS voices that speak English.
                           * NULL (the default): cmudict.dict in the voice's folder, if it is
                           * there. The file is read while the voice is opened. */
  const char *pronunciation; /* Folder of a pronunciation model (lexicon.tsv and model.crf, made by
                              * import_gruut.py), for MeloTTS voices that speak Spanish or French:
                              * words are then spoken as the Python original says them, words that
                              * its lexicon lacks as it guesses them. "off": none. NULL (the
                              * default): the folder "pronunciation" in the voice's folder or beside
                              * its file, if it is there. The files must stay as they are while the
                              * voice is open. */
} habla_voice_options;

/* Sets the defaults. `struct_size` is sizeof(habla_voice_options).
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT for NULL or a size out of range. */
habla_status habla_voice_options_init(habla_voice_options *options, size_t struct_size);

/* Opens the voice at a path.
 *
 * The path is one of Habla's own files (NAME.habla.safetensors), or a voice as its authors publish
 * it: a MeloTTS folder, a Piper NAME.onnx or a Hugging Face VITS folder. The kind is found from
 * the content. The file must stay as it is while the voice is open; see FAILURE above.
 *
 * `options` may be NULL for the defaults. `error` may be NULL.
 * Returns a voice with one reference, which is yours to release, or NULL: HABLA_ERROR_IO,
 * HABLA_ERROR_FORMAT (also: lines of the dictionary; the message numbers them; or a damaged
 * pronunciation model), HABLA_ERROR_UNSUPPORTED (also: nothing that Habla knows is at the path; the
 * message lists what was looked for; or a dictionary or pronunciation model for a voice that reads
 * none, or none of its language), HABLA_ERROR_MEMORY or HABLA_ERROR_ARGUMENT. */
habla_voice *habla_voice_open(
    const char *path, const habla_voice_options *options, habla_error *error);

/* Opens a voice from the `size` bytes of one of Habla's own files (NAME.habla.safetensors).
 *
 * The bytes are copied; they may be freed when the call returns.
 * Restriction: a dictionary is HABLA_ERROR_UNSUPPORTED; the file has its own, or none. So is a
 * pronunciation model other than "off"; bytes have no folder beside them.
 * Otherwise like habla_voice_open. */
habla_voice *habla_voice_open_bytes(
    const void *bytes, size_t size, const habla_voice_options *options, habla_error *error);

/* Opens the voice that is part of the library.
 *
 * Calls after the first give the same voice again, with a reference of its own.
 * A library may be built without a voice, and the voice reads no dictionary and no pronunciation
 * model: HABLA_ERROR_UNSUPPORTED.
 * Otherwise like habla_voice_open. */
habla_voice *habla_voice_open_builtin(const habla_voice_options *options, habla_error *error);

/* Adds a reference and returns the voice; NULL when it is not a voice (any more). */
habla_voice *habla_voice_retain(habla_voice *voice);

/* Gives a reference back; with the last one the voice is no longer valid.
 *
 * Its memory goes when its last session has been freed too: the order does not matter.
 * NULL, and a voice that is not valid any more, do nothing. */
void habla_voice_release(habla_voice *voice);

/* One of a voice's speakers. */
typedef struct habla_speaker {
  const char *name;
  int32_t id;
  uint32_t reserved; /* 0. */
} habla_speaker;

/* What a voice is. Everything belongs to the voice. */
typedef struct habla_voice_info {
  uint32_t struct_size;
  int32_t sample_rate; /* Samples per second. */
  int32_t hop_length;  /* Samples per frame; durations are whole frames. */
  int32_t default_speaker;
  const char *family;            /* "melotts", "piper", "hfvits". */
  const char *const *languages;  /* Codes that the voice speaks; the first is its default. */
  size_t language_count;
  const habla_speaker *speakers; /* Empty when there is one speaker without a name. */
  size_t speaker_count;
  const char *const *symbols;    /* Phoneme symbols; the place in the array is the token id. */
  size_t symbol_count;
  double noise_scale;   /* What HABLA_VOICE_DEFAULT stands for in habla_options. */
  double noise_scale_w;
  double sdp_ratio;
  int64_t weight_count; /* Numbers in the network. */
} habla_voice_info;

/* Describes a voice.
 *
 * Returns a description that belongs to the voice and stays until your reference is released, or
 * NULL when `voice` is not a voice (any more). */
const habla_voice_info *habla_voice_describe(const habla_voice *voice);

/* --------------------------------------------------------------------------- answers at once -- */

/* Every voice has a cache of short answers, shared by its sessions: a text that has been spoken to
 * its end is given again at once, as the same chunks with the same samples and marks. What counts is
 * the text and every option that shapes the speech, the seed among them: whoever passes a random
 * seed for variety gets variety and no hits. All opened references to one voice (and so everyone
 * who uses the voice inside the library) share its cache. */

#define HABLA_CACHE_BYTES_DEFAULT 16777216 /* 16 MiB. */
#define HABLA_CACHE_CHARACTERS_DEFAULT 50

/* What a voice's cache holds and has done since the voice was opened. */
typedef struct habla_cache_info {
  uint32_t struct_size;
  int32_t packs;           /* Packs that were added with habla_voice_add_pack. */
  int64_t byte_limit;      /* As set with habla_voice_cache_set. */
  int64_t character_limit;
  int64_t bytes;           /* Held now: samples, marks and keys; never more than byte_limit. */
  int64_t entries;         /* Texts held now. */
  int64_t hits;            /* Texts that were given from the cache. */
  int64_t misses;          /* Texts short enough for the cache that were not in it. */
  int64_t evictions;       /* Texts that left to make room; the one used longest ago leaves first. */
  int64_t pack_phrases;    /* Phrases in the packs. */
  int64_t pack_hits;       /* Texts that were given from a pack. */
  int64_t pack_damaged;    /* Times that a phrase was found damaged, and synthesized instead. */
} habla_cache_info;

/* Sets everything to 0. `struct_size` is sizeof(habla_cache_info).
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT for NULL or a size out of range. */
habla_status habla_cache_info_init(habla_cache_info *info, size_t struct_size);

/* Sets how many bytes a voice's cache may hold, and how short texts must be to enter: fewer
 * characters (code points) than `character_limit`. 0 bytes switch it off.
 *
 * What exceeds a lower limit leaves at once. Returns HABLA_OK, or HABLA_ERROR_ARGUMENT when `voice`
 * is not a voice (any more) or a limit is negative. */
habla_status habla_voice_cache_set(
    habla_voice *voice, int64_t byte_limit, int64_t character_limit);

/* Reads what a voice's cache holds and has done into a struct that was initialized.
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT when `voice` is not a voice (any more), `info` is NULL or
 * its struct_size out of range. */
habla_status habla_voice_cache_read(habla_voice *voice, habla_cache_info *info);

/* Lets go of everything that a voice's cache holds; limits and counters stay.
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT when `voice` is not a voice (any more). */
habla_status habla_voice_cache_clear(habla_voice *voice);

/* Adds a pack of phrases that were spoken ahead with the program: habla pack PHRASES -o FILE.
 *
 * From now on all sessions of the voice give a phrase from the pack when they are asked for exactly
 * its text with the options it was made with; with others it is synthesized as ever. A phrase from a
 * pack equals the one synthesized, sample for sample on the kind of machine that made the pack. The
 * file is mapped, not copied, and must not be cut short while the voice is open. Every phrase is
 * under a checksum; one that is damaged is synthesized instead and counted.
 *
 * The pack stays with the voice. Adding the first one reads all of the voice's weights once (about
 * 50 ms for 200 MB), to make sure that it is the voice that made the pack.
 * `error` may be NULL.
 * Returns HABLA_OK, HABLA_ERROR_IO, HABLA_ERROR_FORMAT (not a pack, damaged or not complete),
 * HABLA_ERROR_UNSUPPORTED (made for another voice, or by a version of Habla that speaks
 * differently; the message says which) or HABLA_ERROR_ARGUMENT. */
habla_status habla_voice_add_pack(habla_voice *voice, const char *path, habla_error *error);

/* --------------------------------------------------------------------------------- sessions -- */

typedef struct habla_session habla_session;

#define HABLA_THREADS_AUTOMATIC 0 /* One per processor, at most four. */

/* How a session works. Nothing here changes what is heard. */
typedef struct habla_session_options {
  uint32_t struct_size;
  int32_t threads; /* Threads that share the work, the caller's included: 1...64, or
                    * HABLA_THREADS_AUTOMATIC (the default). */
} habla_session_options;

/* Sets the defaults. `struct_size` is sizeof(habla_session_options).
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT for NULL or a size out of range. */
habla_status habla_session_options_init(habla_session_options *options, size_t struct_size);

/* Makes a session that speaks with a voice.
 *
 * The session keeps the voice alive; your own reference stays yours. Threads and working memory
 * are made here and at the first synthesis, so keep a session rather than make one per text.
 *
 * `options` may be NULL for the defaults. `error` may be NULL.
 * Returns a session, which is yours to free, or NULL: HABLA_ERROR_ARGUMENT or
 * HABLA_ERROR_UNSUPPORTED. When `voice` is NULL and `error` already holds an error, that error is
 * left there. */
habla_session *habla_session_create(
    habla_voice *voice, const habla_session_options *options, habla_error *error);

/* Frees a session, and with it the last chunk and message it gave.
 *
 * A synthesis that runs in another thread, or that called the callback this is called from, is
 * cancelled and ends as if by habla_session_cancel; its memory goes when it has ended.
 * NULL, and a session that is not valid any more, do nothing. */
void habla_session_free(habla_session *session);

/* ------------------------------------------------------------------------ how text is spoken -- */

#define HABLA_VOICE_DEFAULT (-1.0) /* In a noise scale or ratio: the voice's own value. */
#define HABLA_SPEAKER_DEFAULT (-1) /* In speaker_id: the voice's default speaker. */

#define HABLA_INPUT_TEXT 0     /* Text to be read. */
#define HABLA_INPUT_PHONEMES 1 /* The voice's phoneme symbols; white space separates words. */

/* A flag of habla_options: numbers, dates, abbreviations and the like are left to espeak-ng rather
 * than written out before. */
#define HABLA_OPTION_VERBATIM 1u

/* How a text is spoken. Habla reads it during a call and keeps no pointer into it.
 *
 * 0 always means 0: a silence of 0 is no silence, a noise scale of 0 no noise, and seed 0 is a seed
 * like any other. */
typedef struct habla_options {
  uint32_t struct_size;
  int32_t input;            /* HABLA_INPUT_TEXT (the default) or HABLA_INPUT_PHONEMES. */
  const char *speaker;      /* A speaker's name; NULL (the default): use speaker_id. */
  const char *language;     /* A code as in habla_voice_info; NULL (the default): its first. */
  uint64_t seed;            /* Of all noise; 0 by default. For variety pass a random number. */
  double speed;             /* 0.25...4; 1 (the default) is the voice's own. */
  double noise_scale;       /* 0...2: liveliness of the voice; or HABLA_VOICE_DEFAULT. */
  double noise_scale_w;     /* 0...2: liveliness of the rhythm; or HABLA_VOICE_DEFAULT. */
  double sdp_ratio;         /* 0...1: share of the stochastic duration predictor, for voices with
                             * two predictors; or HABLA_VOICE_DEFAULT. */
  double volume;            /* 0...10: factor on the samples; 1 by default. */
  double sentence_silence;  /* 0...60: seconds, at speed 1, after each sentence but the last. Parts
                             * of a sentence too long to be spoken at once follow without. */
  double paragraph_silence; /* 0...60: seconds, at speed 1, after each paragraph but the last. */
  int32_t speaker_id;       /* As in habla_voice_info, or HABLA_SPEAKER_DEFAULT (the default). */
  uint32_t flags;           /* HABLA_OPTION_..., added up; 0 by default. Others:
                             * HABLA_ERROR_UNSUPPORTED. */
  int32_t first_chunk_frames;   /* 1...4096: frames in a text's first chunk. Fewer: audio sooner. */
  int32_t largest_chunk_frames; /* first_chunk_frames...4096: chunks grow up to this. More: a
                                 * little faster altogether. The samples stay the same but for
                                 * rounding (1e-5 of full scale). */
  int32_t output_rate;          /* 8000...192000: samples per second of the speech, to which its
                                 * positions and silences refer too; 0 (the default): the voice's.
                                 * A library built without libsamplerate has only the voice's:
                                 * HABLA_ERROR_UNSUPPORTED. */
  const char *lexicon; /* The text of a lexicon; NULL (the default): none. See below. */
} habla_options;

/* THE LEXICON of habla_options says how words are spoken. One entry a line:
 *
 *     # a comment
 *     [es]
 *     ChatGPT = chat ye pe te
 *     wifi = /wˈifi/
 *
 * A word is replaced by other words, or by phoneme symbols of the voice between slashes. A word in
 * lower case matches in any case, another only as it is written. Entries hold for all languages,
 * after a line such as [es] for that language, after [*] for all again. Marks point at the word
 * that stands in the text. Lines that are wrong: HABLA_ERROR_FORMAT, and the message numbers them.
 * The session keeps what it has read, so giving the same text each time costs nothing.
 * Without a lexicon, phonemes may stand in the text itself: "la red [[wˈifi]] va bien". */

/* Sets the defaults. `struct_size` is sizeof(habla_options).
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT for NULL or a size out of range. */
habla_status habla_options_init(habla_options *options, size_t struct_size);

#define HABLA_PRESET_DEFAULT 0   /* As habla_options_init. */
#define HABLA_PRESET_ASSISTANT 1 /* For the short answers of a voice assistant: speed 1.3, silences
                                  * of 0.08 and 0.2 seconds. */

/* Sets the values of a preset, which you may change before use.
 * Returns HABLA_OK, HABLA_ERROR_ARGUMENT as habla_options_init, or HABLA_ERROR_UNSUPPORTED for a
 * preset of another version, which leaves `options` alone. */
habla_status habla_options_init_preset(
    habla_options *options, size_t struct_size, int32_t preset);

/* ----------------------------------------------------------------------------------- speech -- */

#define HABLA_MARK_SENTENCE 1
#define HABLA_MARK_WORD 2
#define HABLA_MARK_PHONEME 3

/* Something at a place in the text and in the speech. */
typedef struct habla_mark {
  int32_t kind;         /* HABLA_MARK_... */
  uint32_t reserved;    /* 0. */
  int64_t text_begin;   /* Bytes text_begin up to, not including, text_end of the text that you */
  int64_t text_end;     /* gave. Both are -1 where not known. */
  int64_t sample_begin; /* Samples sample_begin up to, not including, sample_end of the whole */
  int64_t sample_end;   /* speech. It may end in a later chunk. */
  const char *label;    /* A phoneme's symbol; "" for sentences and words. */
} habla_mark;

/* Flags of habla_chunk. */
#define HABLA_CHUNK_SENTENCE_BEGIN 1u /* The sentence's first chunk. */
#define HABLA_CHUNK_SENTENCE_END 2u   /* Its last; the silence that follows it is in here. */

/* A piece of speech, with at least one sample. It belongs to the session. */
typedef struct habla_chunk {
  uint32_t struct_size;
  uint32_t flags; /* HABLA_CHUNK_SENTENCE_..., added up. */
  const float *samples;
  size_t sample_count;
  int64_t sample_position; /* Of the first sample in the whole speech. */
  int64_t text_begin;      /* Where the sentence stands in the text that you gave, in bytes. */
  int64_t text_end;
  const habla_mark *marks; /* What begins in this chunk, in order of sample_begin. NULL if none. */
  size_t mark_count;
  const char *const *skipped; /* In a sentence's first chunk: its symbols that the voice does not */
  size_t skipped_count;       /* have and that were left out. NULL if none. */
  int32_t sample_rate;        /* Samples per second. */
  int32_t sentence;           /* Number of the sentence, from 0. */
} habla_chunk;

/* Starts to speak a text, to be pulled with habla_session_next.
 *
 * Checks the options and the text's encoding, and copies the text. Nothing is computed before the
 * first habla_session_next. A text that was started before and has not ended is dropped, and the
 * last chunk goes with it.
 *
 * `options` may be NULL for the defaults.
 * Returns HABLA_OK, HABLA_ERROR_ARGUMENT (an option out of range, an unknown speaker, NULL text, a
 * session that is busy or not valid), HABLA_ERROR_TEXT (not UTF-8: the message names the first
 * wrong byte), HABLA_ERROR_FORMAT (lines of the lexicon), HABLA_ERROR_LANGUAGE or
 * HABLA_ERROR_UNSUPPORTED. After an error nothing is started. */
habla_status habla_session_start(
    habla_session *session, const char *text, const habla_options *options);

/* Computes the next piece of speech.
 *
 * HABLA_CHUNK: *chunk is the next piece. It and everything it points to stay until the next call
 * with this session other than habla_session_cancel, habla_session_message and habla_session_hint.
 * HABLA_END: everything has been given; this call gives no audio. Text without anything to speak
 * ends at once.
 * HABLA_CANCELLED: habla_session_cancel was called.
 * HABLA_NEED_TEXT: only after habla_session_start_incremental: nothing can be spoken before more is
 * appended or the text is finished. Ask again then.
 * An error: HABLA_ERROR_TEXT, HABLA_ERROR_LANGUAGE, HABLA_ERROR_MEMORY, HABLA_ERROR_INTERNAL, or
 * HABLA_ERROR_ARGUMENT when nothing was started.
 * With any status but HABLA_CHUNK, *chunk is NULL, and further calls give the same status until a
 * text is started (or, after HABLA_NEED_TEXT, appended to). */
habla_status habla_session_next(habla_session *session, const habla_chunk **chunk);

/* Starts to speak a text that is still being written, such as the answer of a language model.
 *
 *     habla_session_start_incremental(session, NULL);
 *     for (;;) {
 *       habla_status status = habla_session_next(session, &chunk);
 *       if (status == HABLA_CHUNK) play(chunk);
 *       else if (status != HABLA_NEED_TEXT) break;
 *       else if ((piece = wait_for_piece()) != NULL) habla_session_append(session, piece);
 *       else habla_session_finish(session);
 *     }
 *
 * A sentence is spoken as soon as the words behind it show that it has ended, and one of more than
 * 200 characters up to the end of a clause. Samples and marks are those of the whole text spoken at
 * once, unless it has such long sentences, which are then cut at other places; chunks may be cut at
 * other places too. Positions count from the start of the whole text.
 * Otherwise like habla_session_start. */
habla_status habla_session_start_incremental(habla_session *session, const habla_options *options);

/* Adds what comes next of the text that was started with habla_session_start_incremental.
 *
 * Copies the bytes, which may end anywhere, also inside a character. They wait in memory until they
 * are spoken: appending when habla_session_next returns HABLA_NEED_TEXT keeps that small.
 * This and habla_session_finish may be called from any thread at any time, also while another call
 * with the session is running. They leave habla_session_message alone.
 * Returns HABLA_OK; HABLA_CANCELLED when the speech was cancelled or has failed; HABLA_ERROR_TEXT when
 * the bytes are not UTF-8 (none of them are taken); or HABLA_ERROR_ARGUMENT (NULL text, a session that
 * is not valid, no such text, a text that was finished). */
habla_status habla_session_append(habla_session *session, const char *text);

/* Says that the text is complete: what is left of it is spoken. Further calls do nothing.
 *
 * Returns HABLA_OK, HABLA_ERROR_TEXT when the text ends inside a character, which is left out, or
 * HABLA_ERROR_ARGUMENT (a session that is not valid, no such text). */
habla_status habla_session_finish(habla_session *session);

/* Receives a piece of speech; returns 0 to go on, anything else to stop.
 *
 * The chunk is valid during the call. The callback may cancel or free the session and use other
 * sessions; other calls with this session are refused while it runs. It must return: no longjmp,
 * no C++ exception through Habla. */
typedef int32_t (*habla_chunk_callback)(void *user, const habla_chunk *chunk);

/* Speaks a text and hands each piece to a callback, in this thread, as soon as it is computed.
 *
 * Text and options are as in habla_session_start. `user` is passed on as it is.
 * Returns HABLA_END when everything was handed over, HABLA_CANCELLED when the callback or
 * habla_session_cancel stopped it, or an error as from habla_session_start and
 * habla_session_next. */
habla_status habla_session_speak(
    habla_session *session, const char *text, const habla_options *options,
    habla_chunk_callback callback, void *user);

/* Speaks a whole text into one piece.
 *
 * *speech is a chunk with all samples and all marks; its text range goes from the first sentence
 * to the last and its sentence is 0. It stays as a chunk of habla_session_next does. Memory grows with the length
 * of the speech: prefer the other two for long texts.
 *
 * Returns HABLA_OK (*speech is NULL when there is nothing to speak), HABLA_CANCELLED, or an error
 * as from habla_session_start and habla_session_next. */
habla_status habla_session_synthesize(
    habla_session *session, const char *text, const habla_options *options,
    const habla_chunk **speech);

/* Readies everything, so that the first text is spoken as fast as the tenth.
 *
 * A silent rehearsal of a few seconds of speech: it starts the phonemizer for the voice's languages,
 * brings the weights into memory and into the form in which they are used, and grows the session's
 * working memory. Changes no sample. It takes about as long as speaking a sentence; call it while
 * there is nothing to say yet. A text that was started before is dropped.
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT (a session that is busy or not valid),
 * HABLA_ERROR_MEMORY or HABLA_ERROR_INTERNAL. */
habla_status habla_session_preload(habla_session *session);

/* Stops what the session is speaking, from any thread.
 *
 * Returns at once; the synthesis ends within the time of one chunk with HABLA_CANCELLED. A text
 * that is started afterwards is not affected, nor one that has ended. */
void habla_session_cancel(habla_session *session);

/* Why the session's last call failed: one line; "" after a call that did not fail.
 *
 * The string belongs to the session and stays until the next call with it other than
 * habla_session_cancel and these two. For a session that is not valid: a static string that says
 * so. Never NULL. */
const char *habla_session_message(habla_session *session);

/* What to do about it, or "". Otherwise like habla_session_message. */
const char *habla_session_hint(habla_session *session);

/* ------------------------------------------------------------------------------------ files -- */

#define HABLA_WAV_INT16 0   /* 16-bit integers; values beyond full scale are clipped. */
#define HABLA_WAV_FLOAT32 1 /* 32-bit floats, as they are. */

/* Writes samples, one channel, to a RIFF/WAVE file.
 *
 * The file takes the place of one that was there only when it is complete. `sample_rate` is
 * 1...768000. `error` may be NULL.
 * Returns HABLA_OK, HABLA_ERROR_IO, HABLA_ERROR_UNSUPPORTED (more than the 4 GiB that the format
 * can hold) or HABLA_ERROR_ARGUMENT. */
habla_status habla_wav_write(
    const char *path, const float *samples, size_t sample_count, int32_t sample_rate,
    int32_t format, habla_error *error);

/* Converts samples to 16-bit integers, for telephony and sound devices.
 *
 * Full scale becomes -32767 to 32767, rounded to the nearest; what lies beyond is clipped, and NaN
 * becomes 0. `pcm` has room for `sample_count` numbers. `*clipped`, unless `clipped` is NULL, is set
 * to how many samples were clipped.
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT for NULL with a `sample_count` other than 0. */
habla_status habla_pcm16(
    const float *samples, size_t sample_count, int16_t *pcm, size_t *clipped);

/* -------------------------------------------------------------------------------------- log -- */

#define HABLA_LOG_OFF 0
#define HABLA_LOG_ERROR 1   /* A call failed. */
#define HABLA_LOG_WARNING 2 /* It went on, but not as asked: a symbol was left out. */
#define HABLA_LOG_INFO 3    /* A voice was opened. */
#define HABLA_LOG_DEBUG 4   /* What each synthesis took. */

/* Receives one line without an end of line. `message` is valid during the call. */
typedef void (*habla_log_callback)(void *user, int32_t level, const char *message);

/* Sets where messages go; without it, nowhere. One for the whole process.
 *
 * `callback` gets the messages up to and including `level`, in the thread that caused them, one at
 * a time. When this returns, the callback before is not running (unless this was called from it)
 * and will not be called again. NULL or HABLA_LOG_OFF ends it. What a callback itself causes is not
 * logged.
 * Restriction: the callback must not wait for another thread that uses Habla.
 * Returns HABLA_OK, or HABLA_ERROR_ARGUMENT when `level` is not one of the above. */
habla_status habla_log_set(habla_log_callback callback, void *user, int32_t level);

/* --------------------------------------------------------------------------------- revisions -- *
 *
 * 0.1.0  The first.
 *
 * Since then: habla_options.output_rate, habla_options_init_preset, habla_pcm16,
 * habla_voice_options.dictionary, habla_voice_options.pronunciation, habla_options.lexicon,
 * habla_cache_info, habla_cache_info_init, habla_voice_cache_set, habla_voice_cache_read,
 * habla_voice_cache_clear, habla_voice_add_pack, habla_session_preload, HABLA_NEED_TEXT,
 * habla_session_start_incremental, habla_session_append, habla_session_finish. Silence after a
 * sentence is no longer put between the parts of a long one.
 */

#ifdef __cplusplus
}
#endif

#endif
