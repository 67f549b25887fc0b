# What zsh lists for a command line, between lines: an interactive zsh on a terminal of its own, in which Tab lists the choices.
# usage: zsh -f complete.zsh FOLDER LINE, with the completion as FOLDER/_flopshim
zmodload zsh/zpty
zpty inner zsh -f -i
setup=$(mktemp)
trap 'rm -f $setup' EXIT
cat >$setup <<END
PROMPT=
COLUMNS=500
fpath=($1 \$fpath)
autoload -Uz compinit
compinit -u -d $1/dump
bindkey '^M' undefined
bindkey '^J' undefined
bindkey '^I' list-choices
zstyle ':completion:*' verbose no
begin() { print -r -- '<begin>' }
compprefuncs=(begin)
comppostfuncs=(exit)
print ready
END
zpty -w inner "source $setup"
while zpty -r inner line && [[ $line != ready* ]]; do :; done
zpty -n -w inner "$2"$'\t'
while zpty -r inner line && [[ $line != *'<begin>'* ]]; do :; done
while zpty -r inner line; do print -rn -- $line; done
