/* The header stands alone, may be included twice, and its functions have the types it says. */
#include "habla.h"
#include "habla.h"

int32_t (*version_number)(void) = habla_version_number;
habla_status (*next)(habla_session *, const habla_chunk **) = habla_session_next;
void (*release)(habla_voice *) = habla_voice_release;

#if HABLA_VERSION_NUMBER != \
    HABLA_VERSION_MAJOR * 10000 + HABLA_VERSION_MINOR * 100 + HABLA_VERSION_PATCH
#error HABLA_VERSION_NUMBER
#endif
#if HABLA_ERROR_IO >= HABLA_OK || HABLA_CHUNK <= HABLA_OK
#error status
#endif
