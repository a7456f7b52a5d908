/* say: speaks a text into a WAV file.
 *
 *     cc -o say say.c $(pkg-config --cflags --libs habla)
 *     ./say "Hola, son las tres y cuarto." hola.wav
 *     ./say "Hola." hola.wav path/to/voice
 */
#include <habla.h>
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s TEXT FILE.wav [VOICE]\n", argv[0]);
    return 2;
  }
  habla_error error;
  habla_error_init(&error, sizeof error);
  habla_voice *voice = argc > 3 ? habla_voice_open(argv[3], NULL, &error)
                                : habla_voice_open_builtin(NULL, &error);
  habla_session *session = habla_session_create(voice, NULL, &error);
  if (session == NULL) {
    fprintf(stderr, "%s %s\n", error.message, error.hint);
    habla_voice_release(voice);
    return 1;
  }

  const habla_chunk *speech = NULL;
  habla_status status = habla_session_synthesize(session, argv[1], NULL, &speech);
  if (status != HABLA_OK) {
    fprintf(stderr, "%s: %s %s\n", habla_status_name(status), habla_session_message(session),
            habla_session_hint(session));
  } else if (speech == NULL) {
    fprintf(stderr, "there is nothing to speak\n");
    status = HABLA_ERROR_TEXT;
  } else {
    for (size_t i = 0; i < speech->mark_count; i++) {
      const habla_mark *mark = &speech->marks[i];
      if (mark->kind == HABLA_MARK_WORD && mark->text_begin >= 0)
        printf("%6.3f s  %.*s\n", (double)mark->sample_begin / speech->sample_rate,
               (int)(mark->text_end - mark->text_begin), argv[1] + mark->text_begin);
    }
    status = habla_wav_write(argv[2], speech->samples, speech->sample_count, speech->sample_rate,
                             HABLA_WAV_INT16, &error);
    if (status == HABLA_OK)
      printf("%s: %.2f s\n", argv[2], (double)speech->sample_count / speech->sample_rate);
    else
      fprintf(stderr, "%s\n", error.message);
  }

  habla_session_free(session);
  habla_voice_release(voice);
  return status == HABLA_OK ? 0 : 1;
}
