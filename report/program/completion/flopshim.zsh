#compdef flopshim
# zsh completion for flopshim: verbs, their options, the values of options, files.

_flopshim_run()
{
    _arguments -s -S \
        '(-b --budget)'{-b,--budget}'[limit in FLOPs]:n: ' \
        '--time-limit[limit on wall time]:t: ' \
        '(-o --output)'{-o,--output}'[files, stderr or none]:list: _flopshim_word_or_file none stderr' \
        '(-s --scope)'{-s,--scope}'[what the budget is of]:s:(process tree job)' \
        '(-n --namespace)'{-n,--namespace}'[of calls outside any marker]:name: ' \
        '(-m --multiplier)'{-m,--multiplier}'[each call costs this many times]:x: ' \
        '--weights[what a FLOP of a routine counts]:file: _flopshim_word_or_file dp-scaled' \
        '(-e --on-exhausted)'{-e,--on-exhausted}'[what happens where the budget is used up]:m:_flopshim_ends' \
        '(-x --exit-code)'{-x,--exit-code}'[where error ends the process]:n: ' \
        '--count[what is counted]:list:_sequence compadd - blas lapack fft dnn' \
        '(-c --convention)'{-c,--convention}'[what a multiply-add counts]:c:(ops fma)' \
        '(-t --timing)'{-t,--timing}'[which calls are timed]:t:(off auto all)' \
        '(-d --detail)'{-d,--detail}'[what is recorded besides]:d:_sequence compadd - routines shapes callers calls' \
        '--ledger-dir[where the live ledgers lie]:folder:_files -/' \
        '(-q --quiet)'{-q,--quiet}'[no banner, no line at the end]' \
        '(-v --verbose)'{-v,--verbose}'[say what was resolved where]' \
        '(- *)'{-h,--help}'[show the options]' \
        '(-)1:command: _command_names -e' \
        '*::argument: _normal'
}

_flopshim_report()
{
    _arguments -s -S \
        '(-l --left)'{-l,--left}'[what dead processes have left]' \
        '(-f --format)'{-f,--format}'[of the report]:format:(text json csv html trace calls)' \
        '(-o --output)'{-o,--output}'[write there instead of to stdout]:file:_files' \
        '*'{-b,--by}'[a table of that alone]:what:(namespace routine process caller shape precision)' \
        '(- *)'{-h,--help}'[show the options]' \
        '*:summary or ledger:_files'
}

_flopshim_merge()
{
    _arguments -s -S \
        '(-f --format)'{-f,--format}'[of the merge]:format:(text json csv html openmetrics sqlite)' \
        '(-o --output)'{-o,--output}'[write there instead of to stdout]:file:_files' \
        '(-T --files-from)'{-T,--files-from}'[also the files that this one names]:file:_files' \
        '(-r --ranks)'{-r,--ranks}'[what the files are called, with %r for the rank]:name: ' \
        '(-j --job)'{-j,--job}'[only ranks of this MPI job, its ledgers too]:number: ' \
        '(- *)'{-h,--help}'[show the options]' \
        '*:summary, ledger or merge:_files'
}

_flopshim_diff()
{
    _arguments -s -S \
        '(-f --format)'{-f,--format}'[of the difference]:format:(text json)' \
        '(-o --output)'{-o,--output}'[write there instead of to stdout]:file:_files' \
        '*'{-a,--fail-above}'[exit with 1 where FLOPs grew by more per cent]:limit: ' \
        '*'{-e,--fail-on}'[exit with 1 where that happened]:event:(new-routine gone-routine change)' \
        '(- *)'{-h,--help}'[show the options]' \
        '1:first summary or ledger:_files' \
        '2:second summary or ledger:_files'
}

_flopshim_top()
{
    _arguments -s -S \
        '(-1 --once)'{-1,--once}'[one frame, and no keys]' \
        '(-b --batch)'{-b,--batch}'[frames one below the other]' \
        '(-n --count)'{-n,--count}'[so many frames]:n: ' \
        '(-d --delay)'{-d,--delay}'[seconds between two looks]:seconds: ' \
        '(-f --format)'{-f,--format}'[of frames]:format:(text json)' \
        '(-t --tab)'{-t,--tab}'[the table that is shown first]:tab:(routines namespaces processes threads)' \
        '(-s --sort)'{-s,--sort}'[the order of its rows]:key:(flops rate calls time name pid)' \
        '(- *)'{-h,--help}'[show the options]' \
        '1:pid or ledger: _flopshim_pid_or_ledger'
}

_flopshim_doctor()
{
    _arguments -s -S \
        '(-f --format)'{-f,--format}'[of the findings]:format:(text json)' \
        '(-o --output)'{-o,--output}'[write there instead of to stdout]:file:_files' \
        '(- *)'{-h,--help}'[show the options]' \
        '*:program:_files'
}

_flopshim_calibrate()
{
    _arguments -s -S \
        '(-l --library)'{-l,--library}'[the BLAS whose products are timed]:file:_files' \
        '(-s --seconds)'{-s,--seconds}'[for so long each]:s: ' \
        '(-f --format)'{-f,--format}'[of what is printed]:format:(text json)' \
        '(-o --output)'{-o,--output}'[keep it there]:file:_files' \
        '(- *)'{-h,--help}'[show the options]'
}

_flopshim_cost()
{
    _arguments -s -S \
        '(-f --format)'{-f,--format}'[of the answer]:format:(text json)' \
        '(-c --convention)'{-c,--convention}'[what a multiply-add counts]:c:(ops fma)' \
        '(-x --explain)'{-x,--explain}'[how the price comes about]' \
        '(- *)'{-h,--help}'[show the options]' \
        '*: : '
}

_flopshim_list()
{
    _arguments -s -S \
        '(-s --symbols)'{-s,--symbols}'[every exported name instead]' \
        '(-f --format)'{-f,--format}'[of the list]:format:(text tsv)' \
        '(- *)'{-h,--help}'[show the options]' \
        '*: : '
}

_flopshim_library()
{
    _arguments -s -S \
        '(- *)'{-h,--help}'[show the options]'
}

_flopshim_word_or_file()
{
    _alternative "words:word:($*)" 'files:file:_files'
}

_flopshim_pid_or_ledger()
{
    _alternative 'processes:process:_pids' 'files:ledger:_files'
}

# A signal's name follows signal=
_flopshim_ends()
{
    compadd error abort warn
    compadd -S '' signal=
}

_flopshim()
{
    local -a verbs
    verbs=(
        'run:count the FLOPs of a program, within a budget'
        'report:show a summary or a ledger as text, JSON, CSV or a page'
        'merge:one summary of many processes or ranks'
        'diff:what differs between two summaries; rules make it a test'
        'top:what is counted now, live: budget, rate, tables'
        'doctor:would a program''s BLAS be seen? before a run'
        'calibrate:what this machine can do, for rooflines'
        'cost:what a call would cost, from its arguments'
        'list:every routine, its formula and its source'
        'library:where the library is, for LD_PRELOAD'
        'help:what a verb does, as VERB --help'
    )
    if ((CURRENT == 2)); then
        _describe verb verbs
        compadd -- --help --version
        return
    fi
    local verb=$words[2]
    if [[ $verb == help ]]; then
        verbs=(${verbs:#help:*})
        ((CURRENT == 3)) && _describe verb verbs
    elif ((${+functions[_flopshim_$verb]})); then
        shift words
        ((CURRENT--))
        _flopshim_$verb
    fi
}

_flopshim "$@"
