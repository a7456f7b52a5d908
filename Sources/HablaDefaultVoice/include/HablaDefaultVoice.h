#ifndef HABLA_DEFAULT_VOICE_H
#define HABLA_DEFAULT_VOICE_H

#include <stddef.h>

/* The voice that ships inside the library: a Habla voice file, 64-byte aligned, never freed. */
const unsigned char *habla_default_voice_bytes(void);

/* Its size in bytes. */
size_t habla_default_voice_size(void);

#endif
