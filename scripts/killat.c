/* Runs a program and kills it (SIGKILL) just before its N-th call that changes a file below the folders named.
 *
 * usage: killat N FOLDER[:FOLDER...] COUNTS COMMAND [ARGUMENT...]
 *
 * N = 0 kills never. COUNTS is a file that gets `killed calls write pwrite64 ...` as JSON when the program has ended.
 * Exit code: that of the program, or 137 if it was killed here. With KILLAT_HOLD=FILE in its environment it kills nobody
 * but holds the program before that call: FILE.held appears, and once FILE does, the program goes on. Meanwhile none of its
 * threads changes a file: each stops at its next such call.
 *
 * strace can inject a signal too, but its `when=N` counts per thread and per system call; a program of several threads
 * has points that it never names. Here one counter stands for all threads, processes and calls. The kernel counts, not
 * libc: a seccomp filter stops the program at each of the calls before it is carried out. Calls on pipes, terminals,
 * sockets and event counters are let through uncounted: a kill there leaves the disk as a kill at the next counted call.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a call says which file it changes: an open file, a path, or a folder and a path behind it. */
enum how { FILE_NUMBER, PATH, FOLDER_AND_PATH, OPENING };

static const struct call {
  long number;
  const char *name;
  enum how how;
  int argument;
} calls[] = {
  {SYS_write, "write", FILE_NUMBER, 0},
  {SYS_pwrite64, "pwrite64", FILE_NUMBER, 0},
  {SYS_writev, "writev", FILE_NUMBER, 0},
  {SYS_pwritev, "pwritev", FILE_NUMBER, 0},
  {SYS_pwritev2, "pwritev2", FILE_NUMBER, 0},
  {SYS_fsync, "fsync", FILE_NUMBER, 0},
  {SYS_fdatasync, "fdatasync", FILE_NUMBER, 0},
  {SYS_sync_file_range, "sync_file_range", FILE_NUMBER, 0},
  {SYS_ftruncate, "ftruncate", FILE_NUMBER, 0},
  {SYS_fallocate, "fallocate", FILE_NUMBER, 0},
  {SYS_copy_file_range, "copy_file_range", FILE_NUMBER, 2},
  {SYS_sendfile, "sendfile", FILE_NUMBER, 0},
#ifdef SYS_truncate
  {SYS_truncate, "truncate", PATH, 0},
#endif
#ifdef SYS_rename
  {SYS_rename, "rename", PATH, 1},
  {SYS_unlink, "unlink", PATH, 0},
  {SYS_link, "link", PATH, 1},
  {SYS_symlink, "symlink", PATH, 1},
  {SYS_mkdir, "mkdir", PATH, 0},
  {SYS_rmdir, "rmdir", PATH, 0},
#endif
  {SYS_renameat, "renameat", FOLDER_AND_PATH, 2},
  {SYS_renameat2, "renameat2", FOLDER_AND_PATH, 2},
  {SYS_unlinkat, "unlinkat", FOLDER_AND_PATH, 0},
  {SYS_linkat, "linkat", FOLDER_AND_PATH, 2},
  {SYS_symlinkat, "symlinkat", FOLDER_AND_PATH, 1},
  {SYS_mkdirat, "mkdirat", FOLDER_AND_PATH, 0},
#ifdef SYS_open
  {SYS_open, "open-to-write", PATH, 0},
#endif
  {SYS_openat, "openat-to-write", OPENING, 0},
};
enum { CALLS = sizeof calls / sizeof *calls };

static const char *folders;
static long counts[CALLS];

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
static long number_of(const struct user_regs_struct *r) { return (long)r->orig_rax; }
static unsigned long argument_of(const struct user_regs_struct *r, int at) {
  const unsigned long all[] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};
  return all[at];
}
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
static long number_of(const struct user_regs_struct *r) { return (long)r->regs[8]; }
static unsigned long argument_of(const struct user_regs_struct *r, int at) { return r->regs[at]; }
#else
#error "killat knows x86-64 and arm64"
#endif

static void die(const char *what) {
  fprintf(stderr, "killat: %s: %s\n", what, strerror(errno));
  exit(125);
}

/* Stops the caller at each of the calls, before it is carried out (seccomp(2), SECCOMP_RET_TRACE). */
static void install_filter(void) {
  struct sock_filter filter[2 * CALLS + 8];
  int at = 0;
  filter[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  filter[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < CALLS; i++) {
    filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].number, 0, 1);
    filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  }
  filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = (unsigned short)at, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("no new privileges");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) die("seccomp");
}

static int is_below(const char *path) {
  for (const char *from = folders; *from;) {
    size_t length = strcspn(from, ":");
    if (length > 0 && strncmp(path, from, length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
    from += length;
    if (*from == ':') from++;
  }
  return 0;
}

static int link_of(pid_t pid, const char *what, char *out, size_t room) {
  char link[96];
  snprintf(link, sizeof link, "/proc/%d/%s", pid, what);
  ssize_t got = readlink(link, out, room - 1);
  if (got < 0) return 0;
  out[got] = 0;
  return 1;
}

static int file_is_below(pid_t pid, int number) {
  char what[32], path[4096];
  if (number == AT_FDCWD) return link_of(pid, "cwd", path, sizeof path) && is_below(path);
  snprintf(what, sizeof what, "fd/%d", number);
  return link_of(pid, what, path, sizeof path) && is_below(path);
}

static int path_is_below(pid_t pid, int folder, unsigned long address) {
  char path[4097];
  struct iovec here = {path, sizeof path - 1}, there = {(void *)address, sizeof path - 1};
  ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
  if (got <= 0) {
    /* The path may end right before memory that is not there. */
    there.iov_len = here.iov_len = 4096 - address % 4096;
    got = process_vm_readv(pid, &here, 1, &there, 1, 0);
    if (got <= 0) return 1;
  }
  path[got] = 0;
  return path[0] == '/' ? is_below(path) : file_is_below(pid, folder);
}

/* Which of the calls it is, if it changes a file below the folders; -1 otherwise. */
static int changing(pid_t pid) {
  struct user_regs_struct registers;
  struct iovec all = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, pid, (void *)1 /* NT_PRSTATUS */, &all) != 0) return -1;
  for (int i = 0; i < CALLS; i++) {
    if (calls[i].number != number_of(&registers)) continue;
    int at = calls[i].argument, below = 0;
    unsigned long first = argument_of(&registers, at);
    switch (calls[i].how) {
    case FILE_NUMBER: below = file_is_below(pid, (int)first); break;
    case FOLDER_AND_PATH: below = path_is_below(pid, (int)first, argument_of(&registers, at + 1)); break;
    case PATH:
#ifdef SYS_open
      if (calls[i].number == SYS_open && !(argument_of(&registers, 1) & (O_CREAT | O_TRUNC))) return -1;
#endif
      below = path_is_below(pid, AT_FDCWD, first);
      break;
    case OPENING:
      below = (argument_of(&registers, 2) & (O_CREAT | O_TRUNC))
        && path_is_below(pid, (int)first, argument_of(&registers, 1));
      break;
    }
    return below ? i : -1;
  }
  return -1;
}

static void hold(const char *until) {
  char held[4096];
  snprintf(held, sizeof held, "%s.held", until);
  const int file = open(held, O_CREAT | O_WRONLY, 0600);
  if (file < 0) die(held);
  close(file);
  while (access(until, F_OK) != 0) usleep(10000);
}

static void report(const char *file, int killed, long total) {
  FILE *out = fopen(file, "w");
  if (!out) die(file);
  fprintf(out, "{\"killed\": %s, \"calls\": %ld", killed ? "true" : "false", total);
  for (int i = 0; i < CALLS; i++)
    if (counts[i] > 0) fprintf(out, ", \"%s\": %ld", calls[i].name, counts[i]);
  fprintf(out, "}\n");
  if (fclose(out) != 0) die(file);
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: killat N FOLDER[:FOLDER...] COUNTS COMMAND [ARGUMENT...]\n");
    return 2;
  }
  const long at = atol(argv[1]);
  folders = argv[2];
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) die("ptrace");
    raise(SIGSTOP);
    install_filter();
    execvp(argv[4], argv + 4);
    die(argv[4]);
  }
  int status;
  if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status)) die("the program could not be traced");
  const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK
    | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
  if (ptrace(PTRACE_SETOPTIONS, child, NULL, options) != 0) die("ptrace options");
  ptrace(PTRACE_CONT, child, NULL, NULL);

  long total = 0;
  int killed = 0, code = 125;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) > 0) {
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (pid == child) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    const int event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP && !killed) {
      const int which = changing(pid);
      if (which >= 0) {
        counts[which]++;
        if (++total == at) {
          const char *until = getenv("KILLAT_HOLD");
          if (!until) {
            killed = 1;
            kill(child, SIGKILL);
            continue;
          }
          hold(until);
        }
      }
    }
    /* A stop that a new thread begins with is ours; every other signal belongs to the program. */
    const int signal = WSTOPSIG(status);
    ptrace(PTRACE_CONT, pid, NULL, event != 0 || signal == SIGSTOP || signal == SIGTRAP ? 0 : (long)signal);
  }
  report(argv[3], killed, total);
  return code;
}
