"""Every file of cost/, report/ and shim/ is compiled with warnings as errors, and with these: a file with one fault of each kind is
compiled by the build's own commands and does not pass."""
import pathlib
import subprocess
import tempfile

from harness import expect

from commands import commands

STRICT = {"-Wconversion", "-Wsign-conversion", "-Wmissing-prototypes", "-Wformat=2", "-Wundef", "-Wall", "-Wextra", "-Wshadow",
          "-Wstrict-prototypes", "-Werror"}
SOUND = """\
#include <stdio.h>
int planted(int value, const char *format);
int planted(int value, const char *format)
{
    return printf("%d %s", value, format);
}
"""
# What replaces what in the sound file, by the warning that it is to give
PLANTED = {
    "conversion": ("return printf", "short less = value; return less + printf"),
    "sign-conversion": ("return printf", "unsigned more = value; return (int)more + printf"),
    "missing-prototypes": ("int planted(int value, const char *format);\n", ""),
    "format-nonliteral": ('printf("%d %s", value, format)', "printf(format, value)"),
    "undef": ("#include <stdio.h>", "#include <stdio.h>\n#if NOWHERE\n#endif"),
    "shadow": ("return printf", "{ int value = 1; (void)value; } return printf"),
    "strict-prototypes": ("int planted(int", "int other();\nint planted(int"),
    "unused-variable": ("return printf", "int unused; return printf"),
    "format=": ("%d %s", "%s %s"),
}
EXAMPLES = "/shim/examples/"  # a user's programs, compiled as a user would


def compiled(command, text):
    """The warnings that were errors, of a file with this text; None where it passes."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "planted.c")
        file.write_text(text)
        done = subprocess.run([*command, "-fsyntax-only", file], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr


def main():
    by_source = {source: found for source, found in commands().items() if EXAMPLES not in source}
    expect("files found", len(by_source) > 80, True)
    strict = {source: [words for words in found if STRICT <= set(words)] for source, found in by_source.items()}
    expect("compiled without these warnings", [source for source, found in strict.items() if not found], [])
    # Where files are does not matter here
    kinds = {tuple(word for word in words if not word.startswith("-I")) for found in strict.values() for words in found}
    for command in kinds:
        expect(f"{command}: a sound file", compiled(command, SOUND), None)
        for warning, (old, new) in PLANTED.items():
            expect(f"{warning} is planted", old in SOUND, True)
            said = compiled(command, SOUND.replace(old, new, 1)) or ""
            expect(f"{command}: a planted {warning}: {said}", f"[-Werror={warning}]" in said, True)
    print(f"{len(by_source)} files, {len(kinds)} kinds of commands, {len(PLANTED)} warnings planted")


main()
