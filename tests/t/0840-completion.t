#!/bin/sh
# Completion in real shells, each on a terminal of its own: what is typed here
# goes through their line editors; what the programs then get is compared.
# shellcheck disable=SC2086,SC2154,SC2317
. "$(dirname "$0")/../lib.sh"
command -v script >/dev/null || skip_all 'script (for a terminal) is missing'
completion=$root/common/completion
got=$scratch/got
programs='s3ls s3exists s3cp'
export TERM=dumb got completion

mkdir "$HOME/.aws"
printf '%s\n' '[default]' 'region = x' '[profile  prod-eu]' \
    '[profile "two words"]' '[sso-session nonsense]' '[services no]' \
    >"$HOME/.aws/config"
printf '%s\n' '[prod-us]' 'aws_access_key_id = [no]' '[ old ]' \
    >"$HOME/.aws/credentials"

# In each shell the programs are functions that note their arguments.
cat >rc.sh <<'END'
PS1='> '
note()
{
	name=$1
	shift
	if [ "$1" = --help ]; then
		command "$name" --help
	else
		{ printf '[%s]' "$@"; echo; } >>"$got"
	fi
}
s3ls() { note s3ls "$@"; }
s3exists() { note s3exists "$@"; }
s3cp() { note s3cp "$@"; }
END

# on_terminal COMMAND: types the file `typed' into it
on_terminal()
{
	: >"$got"
	echo exit >>typed
	timeout -k 5 60 script -qec "$1" /dev/null <typed >screen 2>&1
}

# typing TEXT WANTED CLAIM: for the next shell
typing()
{
	printf '%b\n' "$1" >>typed
	printf '%s\n' "$2" >>wanted
	printf '%s\n' "$3" >>claims
}

begin_rows()
{
	: >typed
	: >wanted
	: >claims
}

compare()	# SHELL
{
	row=0
	while IFS= read -r claim; do
		row=$((row + 1))
		is "$(sed -n ${row}p "$got")" "$(sed -n ${row}p wanted)" \
		    "$1: $claim"
	done <claims
}

# What both do alike; $1 joins a long option to its value.
common_rows()
{
	begin_rows
	typing 's3ls --addr\tpa\tb' "[--addressing-style$1path][b]" \
	    'an option and its value'
	typing 's3ls --profile prod-u\tx' '[--profile][prod-us][x]' \
	    'a profile of the credentials file'
	typing 's3ls --profile=prod-u\tx' '[--profile=prod-us][x]' \
	    'a profile after ='
	typing 's3ls --profile two\tx' '[--profile][two words][x]' \
	    'a profile with a blank'
	typing 's3ls prod-e\tx/y' '[prod-eu@x/y]' 'a profile in a LOCATION'
	typing 's3ls s3://prod-e\tx' '[s3://prod-eu@x]' \
	    'a profile in an s3:// LOCATION'
	typing 's3ls old@prod-e\t' '[old@prod-e]' 'one profile is enough'
	typing 's3ls nonse\tx' '[nonsex]' 'a session is no profile'
	typing 's3ls -j 3 prod-e\tx' '[-j][3][prod-eu@x]' \
	    'the value of a letter is no LOCATION'
	typing 's3ls a prod-e\tx' '[a][prod-ex]' 's3ls takes one LOCATION'
	typing 's3exists -j prod-e\tx' '[-j][prod-ex]' \
	    'a letter waits for its value'
	typing 's3cp old@src prod-e\tx' '[old@src][prod-eu@x]' \
	    'the second LOCATION of s3cp'
	typing 's3cp --source-prof\tprod-u\ta' \
	    "[--source-profile$1prod-us][a]" 'a profile for the source'
	typing 's3exists --stats=\tx' '[--stats=json][x]' '--stats=json'
	typing 's3exists --failed rc.s\tx' '[--failed][rc.sh][x]' 'a file'
}

# Every long option of --help is offered, and nothing else.
long_options()	# PROGRAM
{
	"$1" --help | sed -n 's/^ *-/-/p' | sed 's/   .*//' |
	    grep -oE -e '--[a-z0-9][a-z0-9-]*' | LC_ALL=C sort -u
}

offered()	# LINE: of $got
{
	sed -n "$1p" "$got" | tr -s '[]' '\n' | sed '/^$/d; s/=.*//' |
	    LC_ALL=C sort -u
}

compare_all()	# SHELL
{
	row=0
	for program in $programs; do
		row=$((row + 1))
		long_options "$program" >wanted.options
		offered $row >got.options
		same got.options wanted.options \
		    "$1: all options of $program, and no others"
		ok "$1: $program has some" [ "$(lines wanted.options)" -ge 19 ]
	done
}

in_bash()
{
	{ cat rc.sh; echo ". '$completion/s3keys.bash'"; } >rc.bash
	common_rows ']['
	on_terminal 'bash --noprofile --rcfile rc.bash -i'
	compare bash
	# Meta-* inserts all that could be completed
	printf '%s --\033*\n' $programs >typed
	on_terminal 'bash --noprofile --rcfile rc.bash -i'
	compare_all bash
}

in_zsh()
{
	cat rc.sh - >.zshrc <<'END'
fpath=($completion $fpath)
autoload -Uz compinit
compinit -u -D
zle -C all-matches complete-word _generic
bindkey '^X' all-matches
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert yes
zstyle ':completion:*' insert-tab false
END
	export ZDOTDIR="$scratch"
	common_rows '='
	on_terminal 'zsh -di'
	compare zsh
	printf '%s --\030\n' $programs >typed
	on_terminal 'zsh -di'
	compare_all zsh
}

# fish can be asked what it would offer.
fish_offers()	# LINE WANTED CLAIM
{
	is "$(fish -c "complete -C '$1'" | cut -f1 | tr '\n' ' ')" "$2" \
	    "fish: $3"
}

in_fish()
{
	mkdir -p "$HOME/.config/fish/completions"
	for program in $programs; do
		cp "$completion/s3keys.fish" \
		    "$HOME/.config/fish/completions/$program.fish"
	done
	for program in $programs; do
		fish -c "complete -C '$program --'" | cut -f1 | tr '\n' ']'
		echo
	done >"$got"
	compare_all fish
	fish_offers 's3ls --addressing-style p' 'path ' 'an option'"'"'s value'
	fish_offers 's3ls --profile prod' 'prod-eu prod-us ' 'profiles'
	fish_offers 's3exists --stats=' '--stats=json ' '--stats=json'
	fish_offers 's3cp old@src prod-e' 'prod-eu@ ' 'a profile in a LOCATION'
	fish_offers 's3cp old@prod-e' '' 'one profile is enough'
	fish_offers 's3ls n' '' 'a session is no profile'
	fish_offers 's3ls --failed' '' 's3ls has no --failed'
}

shells=0
for shell in bash zsh fish; do
	if command -v $shell >/dev/null; then
		shells=$((shells + 1))
		in_$shell
	fi
done
[ $shells -gt 0 ] || skip_all 'none of bash, zsh and fish is installed'
finish
