/* Loaded before libc: writes down what is done to the files of a SQLite
 * database, in order, so that a test can say what a power cut would leave.
 *
 * RECORD_DATABASE names the database's file, RECORD_FILE where to write. Each
 * entry is a head of 32 bytes and, for a write, what was written:
 *   kind (1)   w written, t cut to a length, u unlinked, f fsync begun, F fsync ended
 *   file (1)   d the database, l its log, j its rollback journal, . the folder
 *   unused (2), number of the fsync (4), offset or length (8), bytes that follow (8),
 *   unused (8)
 * A write is noted once it is done, the beginning of an fsync before it and its
 * end after it: what is noted as safe was safe.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
  char kind, file;
  uint16_t unused;
  uint32_t number;
  uint64_t offset, length, unused_too;
};

static const char *database;
static int record = -1;
static _Atomic uint32_t fsyncs;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("RECORD_FILE");
  database = getenv("RECORD_DATABASE");
  if (path && database) record = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static char file_at(const char *path) {
  size_t length = strlen(database);
  if (strncmp(path, database, length) == 0) {
    if (path[length] == 0) return 'd';
    if (strcmp(path + length, "-wal") == 0) return 'l';
    if (strcmp(path + length, "-journal") == 0) return 'j';
  }
  const char *slash = strrchr(database, '/');
  size_t folder = slash ? (size_t)(slash - database) : 0;
  return folder && strlen(path) == folder && strncmp(path, database, folder) == 0 ? '.' : 0;
}

/* Which of the files fd is; 0 if it is none of them. */
static char file_of(int fd) {
  char link[64], path[4096];
  if (record < 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return file_at(path);
}

/* One call, so that entries of several threads do not mix. */
static void note(char kind, char file, uint32_t number, uint64_t offset, const void *bytes,
                 uint64_t length) {
  struct head head = {kind, file, 0, number, offset, length, 0};
  struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, length}};
  if (writev(record, parts, length ? 2 : 1) != (ssize_t)(sizeof head + length)) abort();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITE(name, offset_type)                                              \
  ssize_t name(int fd, const void *bytes, size_t count, offset_type offset) { \
    ssize_t done = REAL(name)(fd, bytes, count, offset);                      \
    char file = file_of(fd);                                                  \
    if (file && done > 0) note('w', file, 0, (uint64_t)offset, bytes, (uint64_t)done); \
    return done;                                                              \
  }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

#define SYNC(name)                              \
  int name(int fd) {                            \
    char file = file_of(fd);                    \
    if (!file) return REAL(name)(fd);           \
    uint32_t number = atomic_fetch_add(&fsyncs, 1); \
    note('f', file, number, 0, NULL, 0);        \
    int failed = REAL(name)(fd);                \
    if (!failed) note('F', file, number, 0, NULL, 0); \
    return failed;                              \
  }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, length_type)             \
  int name(int fd, length_type length) {        \
    int failed = REAL(name)(fd, length);        \
    char file = file_of(fd);                    \
    if (file && !failed) note('t', file, 0, (uint64_t)length, NULL, 0); \
    return failed;                              \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int unlink(const char *path) {
  int failed = REAL(unlink)(path);
  char file = record < 0 ? 0 : file_at(path);
  if (file && !failed) note('u', file, 0, 0, NULL, 0);
  return failed;
}
