/* A fuzz target without libFuzzer, for a build of gcc's that counts lines: runs every input of its corpus, and the seeds that
 * it makes itself, once. usage: fuzz_TARGET CORPUS */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define INPUT_BYTES_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int run_file(const char *folder, const char *name)
{
    static uint8_t data[INPUT_BYTES_MAX];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = *name == '.' ? NULL : fopen(path, "rb");
    if (!file)
        return 0;
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    uint8_t *exact = malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        exact[i] = data[i];
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 1;
}

static int run_folder(const char *folder, int remove_files)
{
    int count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        count += run_file(folder, entry->d_name);
        if (remove_files)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    char seeds[] = "seeds.XXXXXX";
    if (argc != 2 || !mkdtemp(seeds)) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    setenv("FUZZ_SEEDS", seeds, 1);
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    int count = run_folder(argv[1], 0) + run_folder(seeds, 1);
    rmdir(seeds);
    printf("%d inputs\n", count);
    return count == 0;
}
