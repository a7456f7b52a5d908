/* Prints the layout of every struct of habla.h: struct, field, offset, size; then struct, -, size,
 * alignment. The output on a 64-bit system is layout.tsv: a change of it breaks programs. */
#include "habla.h"

#include <stdio.h>

#define FIELD(type, field) \
  printf(#type "\t" #field "\t%zu\t%zu\n", offsetof(type, field), sizeof(((type *)0)->field))
#define END(type)                                       \
  do {                                                  \
    struct aligned { char c; type t; };                 \
    printf(#type "\t-\t%zu\t%zu\n", sizeof(type), offsetof(struct aligned, t)); \
  } while (0)

int main(void) {
  FIELD(habla_error, struct_size);
  FIELD(habla_error, status);
  FIELD(habla_error, message);
  FIELD(habla_error, hint);
  END(habla_error);
  FIELD(habla_voice_options, struct_size);
  FIELD(habla_voice_options, flags);
  FIELD(habla_voice_options, dictionary);
  FIELD(habla_voice_options, pronunciation);
  END(habla_voice_options);
  FIELD(habla_speaker, name);
  FIELD(habla_speaker, id);
  FIELD(habla_speaker, reserved);
  END(habla_speaker);
  FIELD(habla_voice_info, struct_size);
  FIELD(habla_voice_info, sample_rate);
  FIELD(habla_voice_info, hop_length);
  FIELD(habla_voice_info, default_speaker);
  FIELD(habla_voice_info, family);
  FIELD(habla_voice_info, languages);
  FIELD(habla_voice_info, language_count);
  FIELD(habla_voice_info, speakers);
  FIELD(habla_voice_info, speaker_count);
  FIELD(habla_voice_info, symbols);
  FIELD(habla_voice_info, symbol_count);
  FIELD(habla_voice_info, noise_scale);
  FIELD(habla_voice_info, noise_scale_w);
  FIELD(habla_voice_info, sdp_ratio);
  FIELD(habla_voice_info, weight_count);
  END(habla_voice_info);
  FIELD(habla_cache_info, struct_size);
  FIELD(habla_cache_info, packs);
  FIELD(habla_cache_info, byte_limit);
  FIELD(habla_cache_info, character_limit);
  FIELD(habla_cache_info, bytes);
  FIELD(habla_cache_info, entries);
  FIELD(habla_cache_info, hits);
  FIELD(habla_cache_info, misses);
  FIELD(habla_cache_info, evictions);
  FIELD(habla_cache_info, pack_phrases);
  FIELD(habla_cache_info, pack_hits);
  FIELD(habla_cache_info, pack_damaged);
  END(habla_cache_info);
  FIELD(habla_session_options, struct_size);
  FIELD(habla_session_options, threads);
  END(habla_session_options);
  FIELD(habla_options, struct_size);
  FIELD(habla_options, input);
  FIELD(habla_options, speaker);
  FIELD(habla_options, language);
  FIELD(habla_options, seed);
  FIELD(habla_options, speed);
  FIELD(habla_options, noise_scale);
  FIELD(habla_options, noise_scale_w);
  FIELD(habla_options, sdp_ratio);
  FIELD(habla_options, volume);
  FIELD(habla_options, sentence_silence);
  FIELD(habla_options, paragraph_silence);
  FIELD(habla_options, speaker_id);
  FIELD(habla_options, flags);
  FIELD(habla_options, first_chunk_frames);
  FIELD(habla_options, largest_chunk_frames);
  FIELD(habla_options, output_rate);
  FIELD(habla_options, lexicon);
  END(habla_options);
  FIELD(habla_mark, kind);
  FIELD(habla_mark, reserved);
  FIELD(habla_mark, text_begin);
  FIELD(habla_mark, text_end);
  FIELD(habla_mark, sample_begin);
  FIELD(habla_mark, sample_end);
  FIELD(habla_mark, label);
  END(habla_mark);
  FIELD(habla_chunk, struct_size);
  FIELD(habla_chunk, flags);
  FIELD(habla_chunk, samples);
  FIELD(habla_chunk, sample_count);
  FIELD(habla_chunk, sample_position);
  FIELD(habla_chunk, text_begin);
  FIELD(habla_chunk, text_end);
  FIELD(habla_chunk, marks);
  FIELD(habla_chunk, mark_count);
  FIELD(habla_chunk, skipped);
  FIELD(habla_chunk, skipped_count);
  FIELD(habla_chunk, sample_rate);
  FIELD(habla_chunk, sentence);
  END(habla_chunk);
  return 0;
}
