/*
 * Preloaded, shifts the wall clock of a process by as many seconds as the file holds that CLOCK_SHIFT names: eight bytes,
 * which may change at any time. Stopwatches stay as they are.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shift;

__attribute__((constructor)) static void find_shift(void) {
  const char *name = getenv("CLOCK_SHIFT");
  int file = name == NULL ? -1 : open(name, O_RDONLY);
  if (file < 0) {
    return;
  }
  void *there = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
  shift = there == MAP_FAILED ? NULL : there;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec *read) {
  int failed = syscall(SYS_clock_gettime, clock, read);
  if (!failed && shift != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    read->tv_sec += *shift;
  }
  return failed;
}

int gettimeofday(struct timeval *restrict read, void *restrict zone) {
  struct timespec now;
  int failed = clock_gettime(CLOCK_REALTIME, &now);
  if (!failed && read != NULL) {
    read->tv_sec = now.tv_sec;
    read->tv_usec = now.tv_nsec / 1000;
  }
  return failed;
}

time_t time(time_t *read) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (read != NULL) {
    *read = now.tv_sec;
  }
  return now.tv_sec;
}
