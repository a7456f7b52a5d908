#include "HablaDefaultVoice.h"

/* #embed is part of C23; clang offers it in every mode and says so. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const _Alignas(64) unsigned char voice[] = {
#embed "default.habla.safetensors"
};

const unsigned char *habla_default_voice_bytes(void) { return voice; }

size_t habla_default_voice_size(void) { return sizeof voice; }
