# bash completion for flopshim: verbs, their options, the values of options, files.

_flopshim_words()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# Options where one is begun, else files
_flopshim_files()
{
    if [[ -n $1 && $2 == -* ]]; then
        _flopshim_words "$1" "$2"
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$2")
    fi
}

_flopshim_run()
{
    local current=$1 previous=$2
    case $previous in
        -s | --scope) _flopshim_words "process tree job" "$current" ;;
        -e | --on-exhausted) _flopshim_words "error abort signal= warn" "$current" ;;
        --count) _flopshim_words "blas lapack fft dnn" "$current" ;;
        -c | --convention) _flopshim_words "ops fma" "$current" ;;
        -t | --timing) _flopshim_words "off auto all" "$current" ;;
        -d | --detail) _flopshim_words "routines shapes callers calls" "$current" ;;
        -o | --output) mapfile -t COMPREPLY < <(compgen -W "none stderr" -f -- "$current") ;;
        --ledger-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        -b | --budget | -n | --namespace | -m | --multiplier | -x | --exit-code | --time-limit) ;;
        --weights) mapfile -t COMPREPLY < <(compgen -W "dp-scaled" -f -- "$current") ;;
        *)
            if [[ $current == -* ]]; then
                _flopshim_words "--budget --time-limit --output --scope --namespace --multiplier --weights --on-exhausted
                    --exit-code --count --convention --timing --detail --ledger-dir --quiet --verbose --help --" "$current"
            else
                mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
            fi
            ;;
    esac
}

_flopshim_report()
{
    local current=$1 previous=$2
    case $previous in
        -f | --format) _flopshim_words "text json csv html trace calls" "$current" ;;
        -b | --by) _flopshim_words "namespace routine process caller shape precision" "$current" ;;
        -o | --output) _flopshim_files "" "$current" ;;
        *) _flopshim_files "--left --format --output --by --help" "$current" ;;
    esac
}

_flopshim_calibrate()
{
    local current=$1 previous=$2
    case $previous in
        -f | --format) _flopshim_words "text json" "$current" ;;
        -o | --output | -l | --library) _flopshim_files "" "$current" ;;
        -s | --seconds) ;;
        *) _flopshim_words "--library --seconds --format --output --help" "$current" ;;
    esac
}

_flopshim_merge()
{
    local current=$1 previous=$2
    case $previous in
        -f | --format) _flopshim_words "text json csv html openmetrics sqlite" "$current" ;;
        -o | --output | -T | --files-from) _flopshim_files "" "$current" ;;
        -r | --ranks | -j | --job) ;;
        *) _flopshim_files "--format --output --files-from --ranks --job --help" "$current" ;;
    esac
}

_flopshim_diff()
{
    local current=$1 previous=$2
    case $previous in
        -f | --format) _flopshim_words "text json" "$current" ;;
        -o | --output) _flopshim_files "" "$current" ;;
        -e | --fail-on) _flopshim_words "new-routine gone-routine change" "$current" ;;
        -a | --fail-above) ;;
        *) _flopshim_files "--format --output --fail-above --fail-on --help" "$current" ;;
    esac
}

_flopshim_top()
{
    local current=$1 previous=$2
    case $previous in
        -f | --format) _flopshim_words "text json" "$current" ;;
        -t | --tab) _flopshim_words "routines namespaces processes threads" "$current" ;;
        -s | --sort) _flopshim_words "flops rate calls time name pid" "$current" ;;
        -n | --count | -d | --delay) ;;
        *) _flopshim_files "--once --batch --count --delay --format --tab --sort --help" "$current" ;;
    esac
}

_flopshim_doctor()
{
    local current=$1 previous=$2
    case $previous in
        -f | --format) _flopshim_words "text json" "$current" ;;
        -o | --output) _flopshim_files "" "$current" ;;
        --) mapfile -t COMPREPLY < <(compgen -c -f -- "$current") ;;
        *) _flopshim_files "--format --output --help --" "$current" ;;
    esac
}

_flopshim_cost()
{
    case $2 in
        -f | --format) _flopshim_words "text json" "$1" ;;
        -c | --convention) _flopshim_words "ops fma" "$1" ;;
        *) _flopshim_words "--format --convention --explain --help" "$1" ;;
    esac
}

_flopshim_list()
{
    case $2 in
        -f | --format) _flopshim_words "text tsv" "$1" ;;
        *) _flopshim_words "--symbols --format --help" "$1" ;;
    esac
}

_flopshim()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _flopshim_words "run report merge diff top doctor calibrate cost list library help --help --version" "$current"
        return
    fi
    case ${COMP_WORDS[1]} in
        run) _flopshim_run "$current" "$previous" ;;
        report) _flopshim_report "$current" "$previous" ;;
        merge) _flopshim_merge "$current" "$previous" ;;
        diff) _flopshim_diff "$current" "$previous" ;;
        top) _flopshim_top "$current" "$previous" ;;
        doctor) _flopshim_doctor "$current" "$previous" ;;
        calibrate) _flopshim_calibrate "$current" "$previous" ;;
        cost) _flopshim_cost "$current" "$previous" ;;
        list) _flopshim_list "$current" "$previous" ;;
        library) _flopshim_words "--help" "$current" ;;
        help) _flopshim_words "run report merge diff top doctor calibrate cost list library" "$current" ;;
    esac
}

complete -F _flopshim -o filenames flopshim
