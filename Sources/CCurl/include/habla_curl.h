/// One HTTP request through the system's libcurl.
///
/// libcurl is looked up when the first request is made, not when the program starts: it brings some
/// thirty libraries with it, which programs that only speak should not load. Swift cannot call
/// curl_easy_setopt, which takes variable arguments; that is the other reason for this target.
#ifndef HABLA_CURL_H
#define HABLA_CURL_H

#include <stddef.h>

/// Receives one header line or one piece of the body; anything but 0 ends the transfer.
typedef int (*habla_curl_sink)(void *context, const void *bytes, size_t count);

/// What is asked for; strings end with NUL and stay with the caller.
typedef struct {
  /// http or https address.
  const char *url;
  /// Header lines ("Range: bytes=7-"), `header_count` of them.
  const char *const *headers;
  size_t header_count;
  /// Seconds to wait for a connection, and without a byte.
  long idle_seconds;
  habla_curl_sink on_header;
  habla_curl_sink on_body;
  void *context;
} habla_curl_request;

/// What came of it.
typedef struct {
  /// Status of the last answer; 0 when there was none.
  long status;
  /// Where a redirect points, resolved; empty when the answer is none.
  char redirect[4096];
  /// Why the transfer failed; empty when it did not.
  char message[512];
} habla_curl_answer;

/// Makes the request and waits; redirects are not followed.
///
/// Returns 0 when a whole answer was received. Any number of threads.
int habla_curl_perform(const habla_curl_request *request, habla_curl_answer *answer);

#endif
