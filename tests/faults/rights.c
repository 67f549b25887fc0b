/* rights setuid|chroot FOLDER|mounts|chdir FOLDER|remove FILE: calls ddot_, then gives up what it could see or where it was. */
#define _GNU_SOURCE
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

static int change(const char *what, const char *path)
{
    if (!strcmp(what, "setuid"))
        return setgroups(0, NULL) || setgid(65534) || setuid(65534);
    if (!strcmp(what, "chroot"))
        return chroot(path) || chdir("/");
    if (!strcmp(what, "mounts"))
        return unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
               mount("none", path, "tmpfs", 0, NULL);
    if (!strcmp(what, "remove"))
        return unlink(path);
    return chdir(path);
}

int main(int argc, char **argv)
{
    static const double x[3] = {1, 2, 3};
    const int three = 3, one = 1;
    char path[512];
    ddot_(&three, x, &one, x, &one);
    printf("called\n");
    fflush(stdout);
    if (argc < 2 || (argc < 3 && !fgets(path, sizeof path, stdin)))
        return 1;
    if (argc < 3)
        path[strcspn(path, "\n")] = 0;
    return change(argv[1], argc < 3 ? path : argv[2]) ? 77 : 0;
}
