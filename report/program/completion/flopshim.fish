# fish completion for flopshim: verbs, their options, the values of options, files.

function __flopshim_verb
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]
end

# No option of flopshim's behind the program that it runs
function __flopshim_run
    set -l words (commandline -opc)
    __flopshim_verb run; or return 1
    set -l valued --budget -b --time-limit --output -o --scope -s --namespace -n --multiplier -m \
        --weights --on-exhausted -e --exit-code -x --count --convention -c --timing -t --detail -d --ledger-dir
    set -l value 0
    for word in $words[3..-1]
        if test $value = 1
            set value 0
        else if contains -- $word $valued
            set value 1
        else if not string match -q -- '-*' $word; or test $word = --
            return 1
        end
    end
end

# No verb yet
function __flopshim_begins
    test (count (commandline -opc)) = 1
end

complete -c flopshim -f
complete -c flopshim -n __flopshim_begins -l help -d 'show the verbs'
complete -c flopshim -n __flopshim_begins -l version -d 'show the version'
complete -c flopshim -n __flopshim_begins -a run -d 'count the FLOPs of a program, within a budget'
complete -c flopshim -n __flopshim_begins -a report -d 'show a summary or a ledger as text, JSON, CSV or a page'
complete -c flopshim -n __flopshim_begins -a merge -d 'one summary of many processes or ranks'
complete -c flopshim -n __flopshim_begins -a diff -d 'what differs between two summaries; rules make it a test'
complete -c flopshim -n __flopshim_begins -a top -d 'what is counted now, live: budget, rate, tables'
complete -c flopshim -n __flopshim_begins -a doctor -d 'would a program\'s BLAS be seen? before a run'
complete -c flopshim -n __flopshim_begins -a calibrate -d 'what this machine can do, for rooflines'
complete -c flopshim -n __flopshim_begins -a cost -d 'what a call would cost, from its arguments'
complete -c flopshim -n __flopshim_begins -a list -d 'every routine, its formula and its source'
complete -c flopshim -n __flopshim_begins -a library -d 'where the library is, for LD_PRELOAD'
complete -c flopshim -n __flopshim_begins -a help -d 'what a verb does, as VERB --help'
complete -c flopshim -n '__flopshim_verb help; and test (count (commandline -opc)) = 2' -a 'run report merge diff top doctor calibrate cost list library'

complete -c flopshim -n __flopshim_run -s b -l budget -x -d 'limit in FLOPs'
complete -c flopshim -n __flopshim_run -l time-limit -x -d 'limit on wall time'
complete -c flopshim -n __flopshim_run -s o -l output -r -F -a 'none stderr' -d 'files, stderr or none'
complete -c flopshim -n __flopshim_run -s s -l scope -x -a 'process tree job' -d 'what the budget is of'
complete -c flopshim -n __flopshim_run -s n -l namespace -x -d 'of calls outside any marker'
complete -c flopshim -n __flopshim_run -s m -l multiplier -x -d 'each call costs this many times'
complete -c flopshim -n __flopshim_run -l weights -r -F -a 'dp-scaled' -d 'what a FLOP of a routine counts'
complete -c flopshim -n __flopshim_run -s e -l on-exhausted -x -a 'error abort signal= warn' -d 'what happens where the budget is used up'
complete -c flopshim -n __flopshim_run -s x -l exit-code -x -d 'where error ends the process'
complete -c flopshim -n __flopshim_run -l count -x -a '(__fish_append , blas lapack fft dnn)' -d 'what is counted'
complete -c flopshim -n __flopshim_run -s c -l convention -x -a 'ops fma' -d 'what a multiply-add counts'
complete -c flopshim -n __flopshim_run -s t -l timing -x -a 'off auto all' -d 'which calls are timed'
complete -c flopshim -n __flopshim_run -s d -l detail -x -a '(__fish_append , routines shapes callers calls)' -d 'what is recorded besides'
complete -c flopshim -n __flopshim_run -l ledger-dir -x -a '(__fish_complete_directories)' -d 'where the live ledgers lie'
complete -c flopshim -n __flopshim_run -s q -l quiet -d 'no banner, no line at the end'
complete -c flopshim -n __flopshim_run -s v -l verbose -d 'say what was resolved where'
complete -c flopshim -n __flopshim_run -s h -l help -d 'show the options'
complete -c flopshim -n '__flopshim_verb run; and not __flopshim_run' -a '(__fish_complete_subcommand --fcs-skip=2)'
complete -c flopshim -n __flopshim_run -a '(__fish_complete_command)'

complete -c flopshim -n '__flopshim_verb report' -s l -l left -d 'what dead processes have left'
complete -c flopshim -n '__flopshim_verb report' -s f -l format -x -a 'text json csv html trace calls' -d 'of the report'
complete -c flopshim -n '__flopshim_verb report' -s o -l output -r -F -d 'write there instead of to stdout'
complete -c flopshim -n '__flopshim_verb report' -s b -l by -x -a 'namespace routine process caller shape precision' -d 'a table of that alone'
complete -c flopshim -n '__flopshim_verb report' -s h -l help -d 'show the options'
complete -c flopshim -n '__flopshim_verb report' -F

complete -c flopshim -n '__flopshim_verb merge' -s f -l format -x -a 'text json csv html openmetrics sqlite' -d 'of the merge'
complete -c flopshim -n '__flopshim_verb merge' -s o -l output -r -F -d 'write there instead of to stdout'
complete -c flopshim -n '__flopshim_verb merge' -s T -l files-from -r -F -d 'also the files that this one names'
complete -c flopshim -n '__flopshim_verb merge' -s r -l ranks -x -d 'what the files are called, with %r for the rank'
complete -c flopshim -n '__flopshim_verb merge' -s j -l job -x -d 'only ranks of this MPI job, its ledgers too'
complete -c flopshim -n '__flopshim_verb merge' -s h -l help -d 'show the options'
complete -c flopshim -n '__flopshim_verb merge' -F

complete -c flopshim -n '__flopshim_verb diff' -s f -l format -x -a 'text json' -d 'of the difference'
complete -c flopshim -n '__flopshim_verb diff' -s o -l output -r -F -d 'write there instead of to stdout'
complete -c flopshim -n '__flopshim_verb diff' -s a -l fail-above -x -d 'exit with 1 where FLOPs grew by more per cent'
complete -c flopshim -n '__flopshim_verb diff' -s e -l fail-on -x -a 'new-routine gone-routine change' -d 'exit with 1 where that happened'
complete -c flopshim -n '__flopshim_verb diff' -s h -l help -d 'show the options'
complete -c flopshim -n '__flopshim_verb diff' -F

complete -c flopshim -n '__flopshim_verb top' -s 1 -l once -d 'one frame, and no keys'
complete -c flopshim -n '__flopshim_verb top' -s b -l batch -d 'frames one below the other'
complete -c flopshim -n '__flopshim_verb top' -s n -l count -x -d 'so many frames'
complete -c flopshim -n '__flopshim_verb top' -s d -l delay -x -d 'seconds between two looks'
complete -c flopshim -n '__flopshim_verb top' -s f -l format -x -a 'text json' -d 'of frames'
complete -c flopshim -n '__flopshim_verb top' -s t -l tab -x -a 'routines namespaces processes threads' -d 'the table that is shown first'
complete -c flopshim -n '__flopshim_verb top' -s s -l sort -x -a 'flops rate calls time name pid' -d 'the order of its rows'
complete -c flopshim -n '__flopshim_verb top' -s h -l help -d 'show the options'
complete -c flopshim -n '__flopshim_verb top' -F -a '(__fish_complete_pids)'

complete -c flopshim -n '__flopshim_verb doctor' -s f -l format -x -a 'text json' -d 'of the findings'
complete -c flopshim -n '__flopshim_verb doctor' -s o -l output -r -F -d 'write there instead of to stdout'
complete -c flopshim -n '__flopshim_verb doctor' -s h -l help -d 'show the options'
complete -c flopshim -n '__flopshim_verb doctor' -F

complete -c flopshim -n '__flopshim_verb calibrate' -s l -l library -r -F -d 'the BLAS whose products are timed'
complete -c flopshim -n '__flopshim_verb calibrate' -s s -l seconds -x -d 'for so long each'
complete -c flopshim -n '__flopshim_verb calibrate' -s f -l format -x -a 'text json' -d 'of what is printed'
complete -c flopshim -n '__flopshim_verb calibrate' -s o -l output -r -F -d 'keep it there'
complete -c flopshim -n '__flopshim_verb calibrate' -s h -l help -d 'show the options'

complete -c flopshim -n '__flopshim_verb cost' -s f -l format -x -a 'text json' -d 'of the answer'
complete -c flopshim -n '__flopshim_verb cost' -s c -l convention -x -a 'ops fma' -d 'what a multiply-add counts'
complete -c flopshim -n '__flopshim_verb cost' -s x -l explain -d 'how the price comes about'
complete -c flopshim -n '__flopshim_verb cost' -s h -l help -d 'show the options'

complete -c flopshim -n '__flopshim_verb list' -s s -l symbols -d 'every exported name instead'
complete -c flopshim -n '__flopshim_verb list' -s f -l format -x -a 'text tsv' -d 'of the list'
complete -c flopshim -n '__flopshim_verb list' -s h -l help -d 'show the options'

complete -c flopshim -n '__flopshim_verb library' -s h -l help -d 'show the options'
