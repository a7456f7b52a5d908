/* threads: many sessions speak at the same time with one voice.
 *
 *     cc -o threads threads.c $(pkg-config --cflags --libs habla) -lpthread
 *     ./threads 4
 *
 * Every session gets its own thread and its own text. The samples are compared with those of one
 * session that speaks the texts one after the other.
 */
#include <habla.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 64 };

static const char *const texts[] = {
    "Buenos días.", "¿Qué tiempo hace hoy?", "Son las ocho y media.", "Hasta mañana.",
};

struct job {
  habla_voice *voice;
  const char *text;
  float *samples; /* The result; the job's owner frees it. */
  size_t count;
  habla_status status;
};

static void *speak(void *argument) {
  struct job *job = argument;
  habla_error error;
  habla_session_options options;
  habla_error_init(&error, sizeof error);
  habla_session_options_init(&options, sizeof options);
  options.threads = 1; /* There are as many sessions as we want threads. */
  habla_session *session = habla_session_create(job->voice, &options, &error);
  const habla_chunk *speech = NULL;
  job->status = session == NULL
                    ? error.status
                    : habla_session_synthesize(session, job->text, NULL, &speech);
  if (job->status != HABLA_OK)
    fprintf(stderr, "%s\n", session == NULL ? error.message : habla_session_message(session));
  if (speech != NULL && (job->samples = malloc(speech->sample_count * sizeof(float))) != NULL) {
    memcpy(job->samples, speech->samples, speech->sample_count * sizeof(float));
    job->count = speech->sample_count;
  }
  habla_session_free(session);
  return NULL;
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 4;
  if (count < 1 || count > MOST_THREADS) {
    fprintf(stderr, "usage: %s [1...%d] [VOICE]\n", argv[0], MOST_THREADS);
    return 2;
  }
  habla_error error;
  habla_error_init(&error, sizeof error);
  habla_voice *voice = argc > 2 ? habla_voice_open(argv[2], NULL, &error)
                                : habla_voice_open_builtin(NULL, &error);
  if (voice == NULL) {
    fprintf(stderr, "%s %s\n", error.message, error.hint);
    return 1;
  }

  /* Several threads say the same here, and shall compute it each. */
  habla_voice_cache_set(voice, 0, 0);

  pthread_t threads[MOST_THREADS];
  struct job jobs[MOST_THREADS];
  int running = 0, failures = 0;
  for (int i = 0; i < count; i++) {
    jobs[i] = (struct job){voice, texts[i % 4], NULL, 0, HABLA_OK};
    if (pthread_create(&threads[i], NULL, speak, &jobs[i]) != 0) break;
    running++;
  }
  for (int i = 0; i < running; i++) {
    pthread_join(threads[i], NULL);
    struct job alone = {voice, texts[i % 4], NULL, 0, HABLA_OK};
    speak(&alone);
    int same = jobs[i].count == alone.count && jobs[i].count > 0 &&
               memcmp(jobs[i].samples, alone.samples, alone.count * sizeof(float)) == 0;
    printf("session %2d: %7zu samples, %s\n", i, jobs[i].count,
           same ? "as when spoken alone" : "NOT as when spoken alone");
    failures += !same;
    free(jobs[i].samples);
    free(alone.samples);
  }
  habla_voice_release(voice);
  return failures == 0 && running == count ? 0 : 1;
}
