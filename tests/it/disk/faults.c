/* Loaded before libc: lets writes to the files of one folder fail on demand.
 *
 * FAULT_FOLDER names the folder, FAULT_CONTROL a file of four 32-bit numbers
 * that the test writes and this library maps:
 *   [0] how many more writes succeed before one fails; 0 is never
 *   [1] how it fails: 1 EIO, 2 ENOSPC, 3 a short write, 4 it says it wrote and did not
 *   [2] how many writes were let through or failed, all in all
 *   [3] how many more fail after the first one
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic int *control;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULT_CONTROL");
  folder = getenv("FAULT_FOLDER");
  if (!path || !folder) return;
  int fd = open(path, O_RDWR);
  if (fd < 0) return;
  void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (map != MAP_FAILED) control = map;
}

/* The kind of failure that is due for a write to fd; 0 if it may pass. */
static int due(int fd) {
  char link[64], path[4096];
  if (!control) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (strncmp(path, folder, strlen(folder)) != 0 || strstr(path, ".log")) return 0;
  atomic_fetch_add(&control[2], 1);
  int left = atomic_load(&control[0]);
  while (left > 0) {
    if (atomic_compare_exchange_weak(&control[0], &left, left - 1)) {
      if (left > 1) return 0;
      if (atomic_load(&control[3]) > 0 && atomic_fetch_sub(&control[3], 1) > 0) {
        atomic_store(&control[0], 1);
      }
      return atomic_load(&control[1]);
    }
  }
  return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITE(name, offset_type)                                              \
  ssize_t name(int fd, const void *bytes, size_t count, offset_type offset) { \
    int kind = due(fd);                                                       \
    if (kind == 1) { errno = EIO; return -1; }                                \
    if (kind == 2) { errno = ENOSPC; return -1; }                             \
    if (kind == 3 && count > 1) {                                             \
      REAL(name)(fd, bytes, count / 2, offset);                               \
      errno = ENOSPC;                                                         \
      return -1;                                                              \
    }                                                                         \
    if (kind == 4) return (ssize_t)count;                                     \
    return REAL(name)(fd, bytes, count, offset);                              \
  }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

#define SYNC(name)                                      \
  int name(int fd) {                                    \
    int kind = due(fd);                                 \
    if (kind == 4) return 0;                            \
    if (kind) { errno = kind == 1 ? EIO : ENOSPC; return -1; } \
    return REAL(name)(fd);                              \
  }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, length_type)                     \
  int name(int fd, length_type length) {                \
    int kind = due(fd);                                 \
    if (kind == 1 || kind == 2 || kind == 3) { errno = kind == 1 ? EIO : ENOSPC; return -1; } \
    return REAL(name)(fd, length);                      \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
