/* Programs that this process starts, and whether the preload reaches them. What it does not reach is noted in memory that
 * vfork and fork children share with their parent, because most of them start the program and are gone. */
#pragma once
#include "target.h"
#include "uncovered.h"

/* A program that is about to be started. */
struct starting {
    int note;         /* the note made of it, -1: none */
    bool absent;      /* it cannot be started */
    size_t variables; /* where it must be started without the preload: of its environment, else 0 */
    char preload[TARGET_PATH_BYTES];
};

/* Look at `file` and the environment that it is to get, and make the note. Async-signal-safe; errno is kept. */
void starts_look(struct starting *starting, const char *file, char *const environment[]);
/* The same, of a name that is searched in PATH, and of an open file. */
void starts_look_for(struct starting *starting, const char *name, char *const environment[]);
void starts_look_at(struct starting *starting, int fd, const char *path, char *const environment[]);

/* The environment to start it with, in `room` for starting->variables + 1 pointers where it is not the given one. */
char *const *starts_environment(struct starting *starting, char *const environment[], char **room);

/* It was not started after all: returns status. errno is kept. */
int starts_failed(const struct starting *starting, int status);

/* Has this process started any? */
bool starts_any(void);

/* Before a fork: the notes move to memory that the child shares. */
void starts_before_fork(void);
/* This process has a ledger from here on: what it notes is its own, not its parent's. In a fork child, which may share its
 * notes with its parent. */
void starts_in_child(void);
void starts_own(void);

/* Add what was noted, but in a fork child that shares its notes: its parent tells. */
void starts_list(struct uncovered *list);
