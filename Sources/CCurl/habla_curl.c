#include "habla_curl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/// The functions that are used, with libcurl's own types.
static struct {
  CURLcode (*global_init)(long);
  CURL *(*init)(void);
  CURLcode (*setopt)(CURL *, CURLoption, ...);
  CURLcode (*getinfo)(CURL *, CURLINFO, ...);
  CURLcode (*perform)(CURL *);
  void (*cleanup)(CURL *);
  const char *(*strerror)(CURLcode);
  struct curl_slist *(*append)(struct curl_slist *, const char *);
  void (*free_all)(struct curl_slist *);
  int ready;
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  static const char *const names[] = {
    "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib", "libcurl.so",
  };
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
#define FIND(field, name) (*(void **)&curl.field = dlsym(library, name))
  if (!FIND(global_init, "curl_global_init") || !FIND(init, "curl_easy_init") ||
      !FIND(setopt, "curl_easy_setopt") || !FIND(getinfo, "curl_easy_getinfo") ||
      !FIND(perform, "curl_easy_perform") || !FIND(cleanup, "curl_easy_cleanup") ||
      !FIND(strerror, "curl_easy_strerror") || !FIND(append, "curl_slist_append") ||
      !FIND(free_all, "curl_slist_free_all"))
    return;
#undef FIND
  curl.ready = curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *user) {
  const habla_curl_request *request = user;
  size_t total = size * count;
  return request->on_header(request->context, bytes, total) == 0 ? total : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user) {
  const habla_curl_request *request = user;
  size_t total = size * count;
  // Whatever differs from the size stops the transfer, also when the size is 0.
  return request->on_body(request->context, bytes, total) == 0 ? total : total + 1;
}

static void configure(CURL *handle, const habla_curl_request *request,
                      struct curl_slist *headers, char *error) {
  curl.setopt(handle, CURLOPT_ERRORBUFFER, error);
  curl.setopt(handle, CURLOPT_URL, request->url);
  curl.setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl.setopt(handle, CURLOPT_USERAGENT, "habla");
  // libcurl knows many more protocols than a voice may come by. The newer option of this name takes
  // a text, which libcurl before 7.85 does not know.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  curl.setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#pragma GCC diagnostic pop
  curl.setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl.setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl.setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.setopt(handle, CURLOPT_CONNECTTIMEOUT, request->idle_seconds);
  curl.setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl.setopt(handle, CURLOPT_LOW_SPEED_TIME, request->idle_seconds);
  curl.setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl.setopt(handle, CURLOPT_HEADERDATA, (void *)request);
  curl.setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl.setopt(handle, CURLOPT_WRITEDATA, (void *)request);
}

int habla_curl_perform(const habla_curl_request *request, habla_curl_answer *answer) {
  memset(answer, 0, sizeof *answer);
  pthread_once(&once, load);
  CURL *handle = curl.ready ? curl.init() : NULL;
  if (!handle) {
    snprintf(answer->message, sizeof answer->message,
             "the library libcurl (libcurl.so.4) is missing or cannot be used");
    return -1;
  }
  struct curl_slist *headers = NULL;
  int rc = 0;
  for (size_t i = 0; i < request->header_count && rc == 0; i++) {
    struct curl_slist *longer = curl.append(headers, request->headers[i]);
    if (longer) headers = longer;
    else rc = CURLE_OUT_OF_MEMORY;
  }
  char error[CURL_ERROR_SIZE] = "";
  if (rc == 0) {
    configure(handle, request, headers, error);
    rc = curl.perform(handle);
  }
  if (rc != 0)
    snprintf(answer->message, sizeof answer->message, "%s",
             *error ? error : curl.strerror((CURLcode)rc));
  curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &answer->status);
  const char *redirect = NULL;
  curl.getinfo(handle, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect) snprintf(answer->redirect, sizeof answer->redirect, "%s", redirect);
  curl.cleanup(handle);
  curl.free_all(headers);
  return rc;
}
